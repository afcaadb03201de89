import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { openBench } from '../../src/hil/index.js';
import { recordJourney } from '../../src/hil/journey.js';
import { reportHtml } from '../../src/hil/report-html.js';
import { bodyOf } from '../bench/bodies.js';
import { describePeer } from '../support/peer.js';
import { test } from '../support/scene.js';

describePeer('chromium', { chromium: 'chromium' }, () => {
  test('shows the report of a journey, its kind of bench first, and loads nothing else', async ({ scene }) => {
    const bench = await openBench({ seed: 1 });
    scene.atEnd(() => bench.close());
    bench.begin();
    const body = bodyOf(3);
    await bench.modem('a').send({ type: 'dm+wbxml', to: 'b', body });
    await bench.receivePush({ at: 'b', body });
    const record = recordJourney(bench, { modems: 2 });
    const name = 'a push of three parts <script>document.title = "taken"</script>';
    const folder = scene.folder();
    const file = join(folder, 'report.html');
    writeFileSync(file, reportHtml([{ file: 'x', name, state: 'failed', durationMs: 5, errors: ['sent to +15550000002'], record }]));
    expect(readFileSync(file, 'utf8').split('\n', 1)[0]).toContain('VIRTUAL BENCH');
    const picture = join(folder, 'report.png');
    const options = [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      `--user-data-dir=${join(folder, 'profile')}`,
      '--window-size=1000,1200',
    ];
    const shown = scene.program('chromium', [...options, '--host-resolver-rules=MAP * ~NOTFOUND', '--dump-dom', `file://${file}`]);
    expect((await shown.exited).code, shown.describe()).toBe(0);
    const dom = shown.stdout.items.join('\n');
    expect(/<body>\s*<p class="kind virtual">VIRTUAL BENCH/.test(dom)).toBe(true);
    // Each part as it was sent and as it was received; the legend's signs have no title.
    expect(dom.match(/<circle[^>]*><title>/g)).toHaveLength(6);
    expect(dom).toContain('part 3 of 3 received: complete');
    expect(dom).not.toContain('15550000002');
    expect(dom).not.toContain('<script>');
    expect(dom).not.toMatch(/(?:src|href)="(?!traces\/)/);
    const drawn = scene.program('chromium', [...options, '--hide-scrollbars', `--screenshot=${picture}`, `file://${file}`]);
    expect((await drawn.exited).code, drawn.describe()).toBe(0);
    const png = readFileSync(picture);
    expect([png.subarray(1, 4).toString('latin1'), png.readUInt32BE(16), png.length > 20_000]).toEqual(['PNG', 1000, true]);
    mkdirSync('reports/hil', { recursive: true });
    writeFileSync('reports/hil/report.png', png);
  });
});
