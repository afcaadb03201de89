import { expect, test } from 'vitest';
import { fileNameOf } from './attachments.js';

test('an attachment is called as its journey, and no two journeys share one', () => {
  expect(fileNameOf('A push of 2 parts arrives')).toBe('a-push-of-2-parts-arrives');
  const long = 'x'.repeat(120);
  const names = ['Ein Stück', 'Ein St ck', '推送', '消息', `${long} one`, `${long} two`];
  const files = names.map(fileNameOf);
  expect(new Set(files).size).toBe(names.length);
  for (const file of files) expect(file).toMatch(/^[a-z0-9-]{1,100}$/);
});
