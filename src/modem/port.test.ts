import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ManualClock } from '../runtime/index.js';
import { closePort, openPort } from './port.js';
import { findPortHolders } from './port-holder.js';
import { parsePortName } from './port-name.js';

const clock = new ManualClock();
let folder = '';
const servers: Server[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'wapbridge-port-'));
});
afterEach(async () => {
  for (const server of servers.splice(0)) await new Promise((resolve) => server.close(resolve));
  rmSync(folder, { recursive: true });
});

function listen(where: { port: number; host: string } | string): Promise<Server> {
  return new Promise((resolve) => {
    const server = createServer((socket) => socket.on('data', (chunk) => socket.write(chunk.toString().toUpperCase())));
    servers.push(server);
    if (typeof where === 'string') server.listen(where, () => resolve(server));
    else server.listen(where.port, where.host, () => resolve(server));
  });
}

async function answerOf(name: string): Promise<string> {
  const port = await openPort(name, { clock });
  port.write('at');
  const answer = await new Promise<string>((resolve) => port.once('data', (chunk: Buffer) => resolve(chunk.toString())));
  await closePort(port, clock);
  await closePort(port, clock);
  return answer;
}

test('a port on TCP and one on a unix socket carry octets both ways', async () => {
  const server = await listen({ port: 0, host: '127.0.0.1' });
  const address = server.address();
  expect(await answerOf(`tcp://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`)).toBe('AT');
  await listen(join(folder, 'modem.sock'));
  expect(await answerOf(`unix:${join(folder, 'modem.sock')}`)).toBe('AT');
});

test.each([
  ['/dev/no-such-modem', 'modem/no-such-port'],
  ['unix:/no/such.sock', 'modem/no-such-port'],
  ['/etc/hostname', 'modem/port-failed'],
  ['/dev/null', 'modem/port-failed'],
  ['tcp://127.0.0.1', 'modem/bad-port-name'],
  ['tcp://127.0.0.1:70000', 'modem/bad-port-name'],
  ['unix:', 'modem/bad-port-name'],
  [`unix:/${'x'.repeat(107)}`, 'modem/bad-port-name'],
  ['http://127.0.0.1:80', 'modem/bad-port-name'],
  ['', 'modem/bad-port-name'],
])('%s fails with %s', async (name, code) => {
  await expect(openPort(name, { clock })).rejects.toMatchObject({ code, message: expect.stringContaining(name) });
});

test.each([
  ['/dev/no-such-modem', 'plug the modem in'],
  ['unix:/no/such.sock', 'check the path, and that the program'],
  ['trace:/no/such.trace', 'check the path of the recording'],
])('what to do about %s fits what it is', async (name, advice) => {
  await expect(openPort(name, { clock })).rejects.toMatchObject({ advice: expect.stringContaining(advice) });
});

test('a TCP port where nobody listens does not exist', async () => {
  const server = await listen({ port: 0, host: '127.0.0.1' });
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : 0;
  await new Promise((resolve) => servers.pop()?.close(resolve));
  await expect(openPort(`tcp://127.0.0.1:${port}`, { clock })).rejects.toMatchObject({ code: 'modem/no-such-port' });
});

test('a cancelled opening rejects with its reason', async () => {
  const reason = new RangeError('enough');
  await expect(openPort('tcp://127.0.0.1:1', { clock, signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
});

describe('a port name', () => {
  test.each([
    ['/dev/ttyUSB2', { kind: 'device', path: '/dev/ttyUSB2' }],
    ['modem-1', { kind: 'device', path: 'modem-1' }],
    ['tcp://bench.example:2000', { kind: 'tcp', host: 'bench.example', port: 2000 }],
    ['tcp://[::1]:2000', { kind: 'tcp', host: '::1', port: 2000 }],
    ['unix:/run/modem', { kind: 'unix', path: '/run/modem' }],
    ['unix:///run/modem', { kind: 'unix', path: '/run/modem' }],
  ])('%s is read', (name, parsed) => {
    expect(parsePortName(name)).toEqual(parsed);
  });
});

test('who holds a device is found in /proc, by any name of the device', async () => {
  const proc = join(folder, 'proc');
  mkdirSync(join(proc, '4242/fd'), { recursive: true });
  mkdirSync(join(proc, '4243/fd'), { recursive: true });
  mkdirSync(join(proc, 'self'), { recursive: true });
  symlinkSync('/dev/null', join(proc, '4242/fd/7'));
  symlinkSync('/dev/zero', join(proc, '4243/fd/0'));
  writeFileSync(join(proc, '4242/comm'), 'ModemManager\n');
  symlinkSync('/dev/null', join(folder, 'modem-1'));
  expect(await findPortHolders(join(folder, 'modem-1'), { procRoot: proc })).toEqual([{ pid: 4242, program: 'ModemManager' }]);
});
