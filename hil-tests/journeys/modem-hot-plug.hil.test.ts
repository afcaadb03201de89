import { mkdtempSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { type ModemEvent, openModem, PortClosedError, supervise } from '../../src/modem/index.js';
import { seededRandom, systemClock } from '../../src/runtime/index.js';
import { openVirtualBench, type VirtualBench } from '../../src/virtual-bench/index.js';
import { seed } from '../support/seed.js';

/** Made by hand from 3GPP TS 23.040 9.2.2.1: an SMS-DELIVER with 8-bit data. */
const deliver = '440B915155550521F300F5621122702400000501020304 05'.replace(' ', '');

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'wb-'));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

async function plugIn(link: string): Promise<VirtualBench> {
  const bench = await openVirtualBench({ modems: 1, transport: 'pty', clock: systemClock, random: seededRandom(seed) });
  onTestFinished(() => bench.close());
  symlinkSync(bench.modems[0]!.port, `${link}.new`);
  renameSync(`${link}.new`, link);
  return bench;
}

test('a modem that is pulled out under traffic and comes back under another tty name is armed again within a second and a half', async () => {
  const link = join(folder(), 'modem-at');
  let bench = await plugIn(link);
  const states: string[] = [];
  const stop = new AbortController();
  const kept = supervise(link, {
    clock: systemClock,
    signal: stop.signal,
    onEvent: (event: ModemEvent) => {
      if (event.kind === 'state') states.push(event.state);
    },
  });
  const waits: number[] = [];
  for (let round = 0; round < 4; round += 1) {
    const since = performance.now();
    const { value: modem } = await kept.next();
    if (round > 0) waits.push(performance.now() - since);
    if (modem === undefined) throw new RangeError('the supervision ended');
    const inbox = modem.received()[Symbol.asyncIterator]();
    const outcome = bench.modems[0]!.deliver(deliver);
    const { value: received } = await inbox.next();
    expect(received.pdu.endsWith(deliver)).toBe(true);
    await modem.acknowledge(received);
    expect(await outcome).toBe('acknowledged');
    const lost = expect(inbox.next()).rejects.toBeInstanceOf(PortClosedError);
    await bench.close();
    await lost;
    bench = await plugIn(link);
  }
  stop.abort();
  await kept.return();
  expect(states.filter((state) => state === 'ready')).toHaveLength(4);
  expect(states.filter((state) => state === 'lost').length).toBeGreaterThanOrEqual(3);
  expect(waits.sort((left, right) => left - right)[1]).toBeLessThan(1_500);
});

/** A server that plays a device which is no modem. */
async function device(behave: (socket: Socket) => void): Promise<string> {
  const server = createServer((socket) => {
    socket.on('error', () => {});
    behave(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.close();
  });
  const address = server.address();
  return `tcp://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`;
}

/** Sends a chunk whenever there is room, until the other side goes. */
const pour = (chunk: Buffer) => (socket: Socket) => {
  const more = (): void => {
    while (!socket.destroyed && socket.write(chunk)) if (socket.writableLength > 1_000_000) break;
  };
  socket.on('drain', more);
  socket.resume();
  more();
};

test.each([
  ['sends megabytes without a line end', pour(Buffer.alloc(65_536, 0x55)), 'line end'],
  ['floods with positions', pour(Buffer.from('$GPGGA,123519,4807.038,N*47\r\n'.repeat(1_000))), 'GPS'],
  ['floods with announcements', pour(Buffer.from('\r\n+CMTI: "SM",1\r\n+CMT: ,22\r\n00440B915155\r\n'.repeat(1_000))), 'announces'],
  ['echoes for ever', (socket: Socket) => void socket.pipe(socket), 'echoes'],
  ['is silent', (socket: Socket) => void socket.resume(), 'silent'],
])('a device that %s is named, left in time, and keeps no memory', async (_name, behave, words) => {
  const name = await device(behave);
  const before = process.memoryUsage().heapUsed;
  await expect(openModem(name, { clock: systemClock, answerWithinMs: 1_250 })).rejects.toMatchObject({
    code: 'modem/no-answer',
    message: expect.stringContaining(words),
  });
  expect(process.memoryUsage().heapUsed - before).toBeLessThan(64 * 1024 * 1024);
});
