import { mkdtemp, rm, stat } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { TestBench } from './bench.testing.js';
import { BenchControl, type ControlAnswer, readControlLines } from './bench-control.js';
import { listenForControl } from './control-socket.js';

/** Made by hand from 23.040 9.2.2.1. */
const deliver = '440B915155000090F90004621122918305000A0605040B8423F0010601';

describe('commands to a bench', () => {
  test('deliver is answered by what became of it, or by queued when time is up', async () => {
    const bench = await TestBench.open();
    const control = new BenchControl(bench.bench);
    const late = control.answer(JSON.stringify({ ref: 1, do: 'deliver', to: 'modem-1', tpdu: deliver.toLowerCase(), within: 2 }));
    await bench.clock.step(2000);
    expect(await late).toEqual({ ref: 1, to: 'modem-1', outcome: 'queued' });
    const stored = control.answer(JSON.stringify({ ref: 'b', do: 'deliver', to: '+15550000002', tpdu: deliver }));
    await bench.second.command('AT+CNMI=2,1');
    expect(await stored).toEqual({ ref: 'b', to: 'modem-2', outcome: 'stored' });
  });

  test.each(['acknowledged', 'refused', 'unacknowledged'])('deliver is answered by %s', async (outcome) => {
    const bench = await TestBench.open();
    await bench.first.command('AT+CSMS=1;+CNMI=2,2');
    const answer = new BenchControl(bench.bench).answer(JSON.stringify({ ref: 1, do: 'deliver', to: 'modem-1', tpdu: deliver }));
    if (outcome === 'unacknowledged') await bench.clock.step(17_000);
    else await bench.first.command(outcome === 'refused' ? 'AT+CNMA=2' : 'AT+CNMA');
    expect(await answer).toMatchObject({ outcome });
  });

  test('state shows memories, what is unacknowledged, what waits and why', async () => {
    const bench = await TestBench.open();
    await bench.first.command('AT+CSMS=1;+CNMI=2,2');
    for (let message = 0; message < 3; message += 1) bench.deliver(0, deliver);
    await bench.clock.settle();
    expect(await new BenchControl(bench.bench).answer('{"ref":3,"do":"state","to":"modem-1"}')).toMatchObject({
      ref: 3,
      modems: [
        {
          name: 'modem-1',
          unacknowledged: 1,
          waiting: 3,
          refusal: 'busy',
          storage: { SM: { used: 0, capacity: 20 } },
          indications: { mode: 2, mt: 2, bm: 0, ds: 0, bfr: 0 },
        },
      ],
    });
  });

  test('log tells what the network saw, after a place', async () => {
    const bench = await TestBench.open();
    await bench.first.command('AT+CNMI=2,1');
    for (let message = 0; message < 2; message += 1) bench.deliver(0, deliver);
    const control = new BenchControl(bench.bench);
    expect(await control.answer('{"ref":1,"do":"log"}')).toMatchObject({ events: [{ sequence: 1, outcome: 'stored' }, { sequence: 2 }] });
    expect(await control.answer('{"ref":1,"do":"log","after":1}')).toMatchObject({ events: [{ sequence: 2, tpdu: deliver }] });
  });

  test.each([
    ['no JSON', 'null', 'virtual-bench/bad-command'],
    ['[1]', 'null', 'virtual-bench/bad-command'],
    ['{"ref":5,"do":"dance"}', '5', 'virtual-bench/bad-command'],
    ['{"ref":5,"do":"deliver","to":"modem-9","tpdu":"04"}', '5', 'virtual-bench/no-such-modem'],
    ['{"ref":5,"do":"deliver","to":"modem-1","tpdu":"0X"}', '5', 'virtual-bench/bad-command'],
    ['{"ref":5,"do":"deliver","to":"modem-1","tpdu":"04","within":"soon"}', '5', 'virtual-bench/bad-command'],
    ['{"ref":5,"do":"fault","to":"modem-1","fault":"none"}', '5', 'virtual-bench/no-such-fault'],
    ['{"ref":5,"do":"fault","to":"modem-1","fault":"hang","seconds":true}', '5', 'virtual-bench/bad-command'],
  ])('%s is answered by an error with its ref', async (line, ref, code) => {
    const bench = await TestBench.open();
    expect(await new BenchControl(bench.bench).answer(line)).toMatchObject({ ref: JSON.parse(ref), event: 'error', code });
  });

  test('a TPDU that is no proper message is delivered as it is', async () => {
    const bench = await TestBench.open();
    await bench.first.command('AT+CNMI=2,2');
    bench.deliver(0, '04');
    expect(await bench.first.heardLines()).toEqual(['+CMT: ,1', '0391515504']);
  });

  test.each([1, 7, 100_000])(
    'lines are found whatever pieces of %d characters they come in, and one too long is passed over',
    async (size) => {
      const bench = await TestBench.open();
      const text = `{"ref":1,"do":"state"}\n\n${'x'.repeat(200_000)}\n{"ref":2,"do":"state"}`;
      const pieces =
        size === 1
          ? [text.slice(0, 24), ...text.slice(24)]
          : Array.from({ length: Math.ceil(text.length / size) }, (_, n) => text.slice(n * size, (n + 1) * size));
      const answers: ControlAnswer[] = [];
      await readControlLines(Readable.from(pieces, { objectMode: false }), new BenchControl(bench.bench), (answer) => answers.push(answer));
      expect(answers.map(({ ref, event }) => [ref, event])).toEqual(
        expect.arrayContaining([
          [1, undefined],
          [null, 'error'],
          [2, undefined],
        ]),
      );
      expect(answers).toHaveLength(3);
    },
  );
});

test("a control socket is its owner's alone, answers a client that has said all, and goes at the end", async () => {
  const folder = await mkdtemp(join(tmpdir(), 'bench-'));
  const path = join(folder, 'control');
  try {
    const bench = await TestBench.open();
    const control = new BenchControl(bench.bench);
    const close = await listenForControl(path, control);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    await expect(listenForControl(path, control)).rejects.toMatchObject({ code: 'virtual-bench/address-in-use' });
    const client = connect(path);
    client.end('{"ref":1,"do":"deliver","to":"modem-1","tpdu":"04","within":1}\n');
    let heard = '';
    client.on('data', (octets) => {
      heard += octets.toString('utf8');
    });
    const ended = new Promise<void>((resolve) => client.once('close', () => resolve()));
    while (bench.modem(0).state().waiting === 0) await bench.clock.settle();
    await bench.clock.step(1000);
    await ended;
    expect(JSON.parse(heard)).toEqual({ ref: 1, to: 'modem-1', outcome: 'queued' });
    await close();
    await expect(stat(path)).rejects.toMatchObject({ code: 'ENOENT' });
  } finally {
    await rm(folder, { recursive: true });
  }
});
