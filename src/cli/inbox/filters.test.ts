import { expect, test } from 'vitest';
import { inboxFilter } from './filters.js';

const now = Date.UTC(2026, 10, 22, 12);

test.each([
  ['2026-11-22T10:00:00Z', Date.UTC(2026, 10, 22, 10)],
  ['2026-11-22', Date.UTC(2026, 10, 22)],
  ['90s', now - 90_000],
  ['10m', now - 600_000],
  ['2h', now - 7_200_000],
  ['7d', now - 7 * 86_400_000],
])('%s is a time', (since, ms) => {
  expect(inboxFilter({ since, limit: 5 }, now)).toMatchObject({ since: ms, messages: { since: ms, limit: 5 } });
});

test.each(['yesterday', '5', '-1h', '2026-13-45', ''])('%j is no time', (until) => {
  expect(() => inboxFilter({ until, limit: 5 }, now)).toThrow(expect.objectContaining({ code: 'cli/usage' }));
});

test.each([0, -1, 1.5, Number.NaN, 1e9])('a limit of %s is refused', (limit) => {
  expect(() => inboxFilter({ limit }, now)).toThrow(expect.objectContaining({ code: 'cli/usage' }));
});

test('what is not whole has no verdict, and is listed where none and no other state is asked for', () => {
  expect(inboxFilter({ limit: 5 }, now)).toMatchObject({ incomplete: true, expired: true, messages: { limit: 5 } });
  expect(inboxFilter({ limit: 5, verdict: 'not-push' }, now)).toMatchObject({ incomplete: false, expired: false });
  expect(inboxFilter({ limit: 5, state: 'pending' }, now)).toMatchObject({
    incomplete: false,
    expired: false,
    messages: { state: 'pending' },
  });
  expect(inboxFilter({ limit: 5, state: 'expired' }, now)).toMatchObject({ incomplete: false, expired: true, messages: null });
});
