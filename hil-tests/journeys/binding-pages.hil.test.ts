import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect } from 'vitest';
import { findProgram, type RunningProgram } from '../support/program.js';
import { freePort, type Scene, test } from '../support/scene.js';
import { wapbridgeMain } from '../support/wapbridge.js';

const pages = fileURLToPath(new URL('../../docs/', import.meta.url));

/** Runs the blocks of a page in their order in one folder: a block that begins with `wapbridge listen` goes on while the next are run. */
async function follow(
  scene: Scene,
  page: string,
  ports: readonly number[],
): Promise<{ readonly listeners: readonly RunningProgram[]; readonly said: string }> {
  const folder = scene.folder();
  writeFileSync(join(folder, 'wapbridge'), `#!/bin/sh\nexec "${process.execPath}" "${wapbridgeMain}" "$@"\n`);
  chmodSync(join(folder, 'wapbridge'), 0o755);
  const environment = {
    PATH: `${folder}:${process.env['PATH']}`,
    HOME: folder,
    XDG_STATE_HOME: join(folder, 'state'),
    XDG_CONFIG_HOME: folder,
    LC_ALL: 'C.UTF-8',
  };
  let text = readFileSync(join(pages, page), 'utf8');
  // Other tests may be using the ports of the page.
  for (const port of ports) text = text.replaceAll(String(port), String(await freePort()));
  const listeners: RunningProgram[] = [];
  let said = '';
  for (const [, block = ''] of text.matchAll(/^```sh\n([\s\S]*?)^```$/gm)) {
    if (block.startsWith('wapbridge listen')) {
      const listener = scene.program('bash', ['-c', `exec ${block}`], { cwd: folder, environment });
      await listener.stdout.wait('the listener', (line) => line.includes('listening'));
      listeners.push(listener);
    } else {
      const run = scene.program('bash', ['-e', '-c', block], { cwd: folder, environment });
      expect((await run.exited).code, run.describe()).toBe(0);
      said += `${run.stdout.items.join('\n')}\n`;
    }
  }
  return { listeners, said };
}

describe('the pages of the bindings, followed word by word', () => {
  test.skipIf(findProgram('curl') === null || findProgram('openssl') === null)('docs/http.md', async ({ scene }) => {
    const { listeners, said } = await follow(scene, 'http.md', [4035, 4036]);
    expect(said.match(/HTTP\/1\.1 204/g)).toHaveLength(4);
    expect(said.match(/X-Wap-Push-Status: 400/g)).toHaveLength(3);
    expect(said.match(/^POST \/wappush HTTP\/1\.1$/gm)).toHaveLength(1);
    const [plain, secure] = listeners;
    await plain?.stdout.waitForCount('messages', 3, (line) => line.startsWith('  verdict        dm-application'));
    await secure?.stdout.waitForCount('messages', 2, (line) => line.startsWith('  verdict        dm-application'));
  });

  test('docs/udp.md', async ({ scene }) => {
    const { listeners, said } = await follow(scene, 'udp.md', [2948]);
    expect(said).toContain('010603C2AF8702A4016A006D01');
    await listeners[0]?.stdout.waitForCount('messages', 2, (line) => line.startsWith('  verdict        dm-application'));
  });

  test.skipIf(findProgram('obexput') === null)('docs/obex.md', async ({ scene }) => {
    const { listeners, said } = await follow(scene, 'obex.md', [6500, 6501]);
    expect(said).toMatch(/^ a0 00 18 10 00 ff ff cb 00 00 00 01 4a 00 0c 53$/m);
    expect(said).toMatch(/^ a0 00 03$/m);
    expect(said).toContain('Target: SYNCML-DM');
    await listeners[0]?.stdout.waitForCount('messages', 2, (line) => line.startsWith('  verdict        dm-application'));
    await listeners[1]?.stdout.wait('the message', (line) => line.startsWith('  verdict        other-application'));
  });
});
