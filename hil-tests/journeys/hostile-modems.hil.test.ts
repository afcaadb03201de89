import { createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { expect } from 'vitest';
import { MiB, peakOctets, tellsPeak } from '../support/resident.js';
import { type Scene, test } from '../support/scene.js';

/** A server of a port behind which is a device that was no modem, or is none that can be used. */
async function device(scene: Scene, behave: (socket: Socket) => void): Promise<string> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    behave(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  scene.atEnd(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const address = server.address();
  return `tcp://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`;
}

/** Says the same over and over, some fourteen times as fast as a line of 115200 baud. */
const pour = (chunk: Buffer) => (socket: Socket) => {
  const more = setInterval(() => {
    if (socket.writableLength < 1_000_000) socket.write(chunk);
  }, 100);
  socket.once('close', () => clearInterval(more));
  socket.resume();
};

/** Says OK to whatever ends with CR. */
const okToEverything = (socket: Socket): void => {
  socket.on('data', (chunk) => {
    for (const octet of chunk) if (octet === 0x0d) socket.write('\r\nOK\r\n');
  });
};

const announcements = '\r\n+CMTI: "SM",1\r\n\r\n^RSSI: 17\r\n\r\n+CREG: 1\r\n'.repeat(250);
const positions = '$GPGGA,123519,4807.038,N,01131.000,E,1,08,0.9,545.4,M,46.9,M,,*47\r\n'.repeat(250);

const devices = [
  ['answers nothing', (socket: Socket) => void socket.resume(), 'it is silent'],
  ['echoes for ever', (socket: Socket) => void socket.pipe(socket), 'it only echoes'],
  ['sends megabytes without a line end', pour(Buffer.alloc(16_384, 0x55)), 'without a line end'],
  ['sends positions', pour(Buffer.from(positions)), 'as a GPS port does'],
  ['floods with announcements', pour(Buffer.from(announcements)), 'announces things of its own accord'],
] as const;

test.concurrent.for(devices)(
  'a device that %s is named by listen, modems and doctor, and keeps no memory',
  async ([, behave, words], { scene }) => {
    const port = await device(scene, behave);
    const peak = join(scene.folder(), 'peak');
    const environment = tellsPeak(peak);
    const listen = scene.wapbridge(['listen', '--json', '--modem', port, '--state-dir', scene.folder()], { environment });
    const modems = scene.wapbridge(['modems', '--json', '--modem', port, '--state-dir', scene.folder()]);
    const doctor = scene.wapbridge(['doctor', '--json', '--modem', port, '--state-dir', scene.folder()]);
    const failed = await listen.waitForEvent('modem', (event) => event['state'] === 'failed', { timeoutMs: 50_000 });
    expect(failed).toMatchObject({ code: 'modem/no-answer', reason: expect.stringContaining(words) });
    expect((await listen.exited).code).toBe(5);
    expect(peakOctets(peak)).toBeLessThan(256 * MiB);
    expect(await doctor.waitForEvent('finding', ({ what }) => String(what).includes(words), { timeoutMs: 50_000 })).toBeDefined();
    expect((await doctor.exited).code).toBe(5);
    expect(JSON.stringify(await modems.waitForEvent('modem', undefined, { timeoutMs: 50_000 }))).toContain(words);
  },
);

test('a device that says OK to everything is named by listen, modems and doctor', async ({ scene }) => {
  const port = await device(scene, okToEverything);
  const doctor = scene.wapbridge(['doctor', '--json', '--modem', port, '--state-dir', scene.folder()]);
  const modems = scene.wapbridge(['modems', '--json', '--modem', port, '--state-dir', scene.folder()]);
  const listen = scene.wapbridge(['listen', '--json', '--modem', port, '--state-dir', scene.folder()]);
  expect(await listen.waitForEvent('modem-note', ({ note }) => note === 'says-ok-to-everything')).toMatchObject({
    detail: expect.stringContaining('this may be the wrong port'),
  });
  expect(await doctor.waitForEvent('finding', ({ code }) => code === 'wrong-port')).toBeDefined();
  expect((await doctor.exited).code).toBe(5);
  expect(JSON.stringify(await modems.waitForEvent('modem'))).toContain('says OK to everything');
});
