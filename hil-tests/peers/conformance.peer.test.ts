import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { ownProcedures } from '../../src/conformance/procedures/own.js';
import { wspProcedures } from '../../src/conformance/procedures/wsp.js';
import { describePeer } from '../support/peer.js';
import { test } from '../support/scene.js';

const programs = { tshark: 'tshark', text2pcap: 'wireshark-common', bearerbox: 'kannel', wapbox: 'kannel', wbxml2xml: 'libwbxml2-utils' };

describePeer('the connectionless binding with tshark, Kannel and wbxml2xml', programs, () => {
  for (const { item, title, run } of wspProcedures) {
    test(`${item}-O: ${title}`, ({ scene }) => run(scene));
  }
});

// The others meet themselves in the journey of the bindings; who receives and who sends are shown by the same meeting.
const alone = ownProcedures.filter(({ item }) => item.startsWith('DM-PUSH-C') && item > 'DM-PUSH-C-004');

describePeer('wapbridge conformance --own, with certificates of openssl', { openssl: 'openssl' }, () => {
  for (const { item, title, run } of alone) {
    test(`${item}-O: ${title}`, ({ scene }) => run(scene));
  }
});

describePeer('the conformance statement in chromium', { chromium: 'chromium' }, () => {
  test('stands as a page with its sixteen items, and loads nothing else', async ({ scene }) => {
    const folder = scene.folder();
    const page = join(folder, 'statement.html');
    const items = ['DM-PUSH-C-003', 'DM-PUSH-S-004'].flatMap((item) => ['--item', item]);
    const run = scene.wapbridge(['conformance', '--json', '--own', ...items, '--html', page]);
    expect((await run.exited).code, run.program.describe()).toBe(0);
    const picture = join('reports', 'hil', 'conformance.png');
    mkdirSync(join('reports', 'hil'), { recursive: true });
    const options = [
      ...['--headless', '--no-sandbox', '--disable-gpu', `--user-data-dir=${join(folder, 'profile')}`, '--window-size=1000,1400'],
      '--host-resolver-rules=MAP * ~NOTFOUND',
    ];
    const shown = scene.program('chromium', [...options, '--dump-dom', `file://${page}`]);
    expect((await shown.exited).code, shown.describe()).toBe(0);
    const dom = shown.stdout.items.join('\n');
    expect(dom.match(/<td class="item">DM-PUSH-[CS]-00\d<\/td>/g)).toHaveLength(16);
    expect(dom).toMatch(/DM-PUSH-C-003<\/td>.*not supported yet/);
    expect(dom).toMatch(/DM-PUSH-S-004<\/td>.*wapbridge itself only/);
    expect(dom).not.toMatch(/(?:src|href)="/);
    const drawn = scene.program('chromium', [...options, '--hide-scrollbars', `--screenshot=${picture}`, `file://${page}`], {
      cwd: process.cwd(),
    });
    expect((await drawn.exited).code, drawn.describe()).toBe(0);
    const png = readFileSync(picture);
    expect([png.subarray(1, 4).toString('latin1'), png.readUInt32BE(16), png.length > 20_000]).toEqual(['PNG', 1000, true]);
  });
});
