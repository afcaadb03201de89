import { chmodSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect } from 'vitest';
import { eventually } from '../support/files.js';
import { dmPushParts, dmReplaceMessage } from '../support/messages.js';
import { test } from '../support/scene.js';

test('a DM push reaches a program, a web server that breaks off first, a file and a folder, under one id', async ({ scene }) => {
  const posts: { readonly id: string; readonly data: string }[] = [];
  const server = createServer((request, response) => {
    let text = '';
    request.on('data', (chunk) => (text += String(chunk)));
    request.on('end', () => {
      const event = JSON.parse(text) as { id: string; data_base64: string };
      posts.push({ id: event.id, data: Buffer.from(event.data_base64, 'base64').toString('hex').toUpperCase() });
      // The first time it has read everything and goes away without a word.
      if (posts.length === 1) request.socket.destroy();
      else response.writeHead(204).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  scene.atEnd(() => new Promise((resolve) => server.close(resolve)));
  const folder = scene.folder();
  const program = join(folder, 'dm-client');
  writeFileSync(
    program,
    '#!/bin/sh\ncat > "$1/body"\nprintf "%s %s %s" "$WAPBRIDGE_ID" "$WAPBRIDGE_VERDICT" "$WAPBRIDGE_CONTENT_TYPE" > "$1/facts"\n',
  );
  chmodSync(program, 0o755);
  const config = join(folder, 'config.yaml');
  writeFileSync(
    config,
    [
      'sinks:',
      `  dm-application: { kind: exec, command: [${program}, ${folder}] }`,
      `  posted: { kind: http, url: "http://127.0.0.1:${(server.address() as AddressInfo).port}/push", retry: { first-delay-s: 0.1 } }`,
      `  lines: { kind: ndjson, file: ${join(folder, 'lines.ndjson')} }`,
      `  spool: { kind: spool, folder: ${join(folder, 'spool')} }`,
      'routes:',
      '  - { when: { verdict: dm-application }, to: [posted, lines, spool] }',
      '',
    ].join('\n'),
  );
  const bench = await scene.bench();
  // It ends by itself when every sink has answered for good.
  const listen = await scene.listen(bench.modem(1).port, { parameters: ['--config', config, '--exit-after', '1'] });
  for (const tpdu of dmPushParts) await bench.command({ do: 'deliver', to: bench.modem(1).name, tpdu });
  expect((await listen.exited).code, listen.program.describe()).toBe(0);

  const id = String(listen.eventsNamed('delivered')[0]?.id);
  expect(
    listen
      .eventsNamed('delivered')
      .map(({ sink }) => sink)
      .sort(),
  ).toEqual(['dm-application', 'lines', 'posted', 'spool']);
  expect(listen.eventsNamed('delivery-failed')).toMatchObject([{ sink: 'posted', outcome: 'later', id }]);
  expect(listen.eventsNamed('message')).toEqual([]);
  expect(posts).toEqual([
    { id, data: dmReplaceMessage },
    { id, data: dmReplaceMessage },
  ]);
  expect(readFileSync(join(folder, 'body')).toString('hex').toUpperCase()).toBe(dmReplaceMessage);
  expect(readFileSync(join(folder, 'facts'), 'utf8')).toBe(`${id} dm-application application/vnd.syncml.dm+wbxml`);
  expect(readdirSync(join(folder, 'spool')).sort()).toEqual([`${id}.body`, `${id}.json`]);
  expect(JSON.parse(readFileSync(join(folder, 'lines.ndjson'), 'utf8'))).toMatchObject({ event: 'message', id });
});

test('a program that is killed half-way gets the message again, under the same id', async ({ scene }) => {
  const folder = scene.folder();
  const program = join(folder, 'consumer');
  writeFileSync(
    program,
    '#!/bin/sh\necho "$WAPBRIDGE_ID" >> "$1/tries"\ncat > "$1/body"\n[ "$WAPBRIDGE_ATTEMPT" = 1 ] && kill -9 $$\nexit 0\n',
  );
  chmodSync(program, 0o755);
  const config = join(folder, 'config.yaml');
  writeFileSync(
    config,
    `sinks:\n  dm-application: { kind: exec, command: [${program}, ${folder}], retry: { first-delay-s: 0.1 } }\nroutes: [{ to: [] }]\n`,
  );
  const bench = await scene.bench();
  const listen = await scene.listen(bench.modem(1).port, { parameters: ['--config', config] });
  for (const tpdu of dmPushParts) await bench.command({ do: 'deliver', to: bench.modem(1).name, tpdu });
  const { id } = await listen.waitForEvent('delivered');
  expect(listen.eventsNamed('delivery-failed')).toMatchObject([{ outcome: 'later', reason: 'ended by SIGKILL', id }]);
  const tries = await eventually('two tries', () => {
    const lines = readFileSync(join(folder, 'tries'), 'utf8').trim().split('\n');
    return lines.length === 2 ? lines : null;
  });
  expect(tries).toEqual([id, id]);
});

test('a sink that cannot exist is refused before a modem is opened', async ({ scene }) => {
  const config = join(scene.folder(), 'config.yaml');
  writeFileSync(config, 'sinks:\n  dm-application: { kind: exec, command: [/nonexistent/dm-client] }\n');
  const listen = scene.wapbridge(['listen', '--json', '--modem', '/dev/null', '--state-dir', scene.folder(), '--config', config]);
  expect((await listen.exited).code).toBe(2);
  expect(listen.events.items).toMatchObject([{ event: 'error', code: 'delivery/no-such-program' }]);
});
