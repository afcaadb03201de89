import { constants, openSync, readlinkSync } from 'node:fs';
import { mkdtemp, readdir, rm, symlink } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ReadStream } from 'node:tty';
import { SerialPort } from 'serialport';
import { afterEach, expect, test } from 'vitest';
import { seededRandom, systemClock } from '../runtime/index.js';
import { type BenchOptions, openVirtualBench, type VirtualBench } from './index.js';

/** Made by hand from 23.040 9.2.2.1. */
const deliver = '440B915155000090F90004621122918305000A0605040B8423F0010601';

const opened: VirtualBench[] = [];
const hosts: Host[] = [];

afterEach(async () => {
  for (const host of hosts.splice(0)) await host.close();
  for (const bench of opened.splice(0)) await bench.close();
});

async function open(options: Partial<BenchOptions> = {}): Promise<VirtualBench> {
  const bench = await openVirtualBench({ modems: 1, transport: 'pty', clock: systemClock, random: seededRandom(1), ...options });
  opened.push(bench);
  return bench;
}

/** A program with a serial port. */
class Host {
  heard = '';
  readonly #port: SerialPort;
  #wake: () => void = () => {};

  private constructor(path: string) {
    this.#port = new SerialPort({ path, baudRate: 115_200, autoOpen: false });
    this.#port.on('data', (octets: Buffer) => {
      this.heard += octets.toString('latin1');
      this.#wake();
    });
    this.#port.on('error', () => {});
  }

  static async open(path: string): Promise<Host> {
    const host = new Host(path);
    await new Promise<void>((resolve, reject) => host.#port.open((error) => (error === null ? resolve() : reject(error))));
    hosts.push(host);
    return host;
  }

  write(text: string): void {
    this.#port.write(text);
  }

  /** Waits until the condition holds; the test's own time limit ends a wait in vain. */
  async until(condition: () => boolean): Promise<void> {
    while (!condition()) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  async command(text: string): Promise<string> {
    this.heard = '';
    this.write(`${text}\r`);
    await this.until(() => /\r\n(OK|ERROR)\r\n/.test(this.heard));
    return this.heard;
  }

  async close(): Promise<void> {
    if (!this.#port.isOpen) return;
    await new Promise<void>((resolve) => this.#port.close(() => resolve()));
  }
}

async function eventually(condition: () => boolean): Promise<void> {
  while (!condition()) await systemClock.sleep(5);
}

test('a program with a serial port speaks with the modem, gets a message and acknowledges it', async () => {
  const bench = await open();
  const host = await Host.open(bench.modems[0]!.port);
  expect(await host.command('ATE0')).toBe('ATE0\r\r\nOK\r\n');
  expect(await host.command('AT+CSMS=1;+CNMI=2,2')).toBe('\r\n+CSMS: 1,1,1\r\n\r\nOK\r\n');
  const outcome = bench.modems[0]!.deliver(deliver);
  await host.until(() => host.heard.includes(deliver));
  host.write('AT+CNMA\r');
  expect(await outcome).toBe('acknowledged');
});

test('one host after the other is noticed, and the next one does not hear what the last one left', async () => {
  const bench = await open({ echo: false });
  const modem = bench.modems[0]!;
  for (let round = 0; round < 3; round += 1) {
    expect(modem.state().attached).toBe(false);
    const host = await Host.open(modem.port);
    expect(await host.command('AT')).toBe('\r\nOK\r\n');
    host.write('AT+CGMI\r');
    await host.close();
    await eventually(() => !modem.state().attached);
  }
});

test('unplugging hangs up the host; the link leads to a new terminal when the modem is back', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'bench-'));
  try {
    const bench = await open({ link: folder, modems: 2 });
    const link = join(folder, 'modem-1');
    const before = readlinkSync(link);
    // Not a SerialPort: one that is reading at this very moment never hears of a hang-up (it reads 0 octets for ever).
    const terminal = new ReadStream(openSync(link, constants.O_RDWR | constants.O_NOCTTY | constants.O_NONBLOCK));
    let hungUp = false;
    for (const event of ['end', 'error', 'close']) {
      terminal.on(event, () => {
        hungUp = true;
      });
    }
    terminal.resume();
    await bench.modems[0]!.fault('unplug');
    await eventually(() => hungUp);
    terminal.destroy();
    expect(await readdir(folder)).toEqual(['modem-2']);
    await bench.modems[0]!.fault('replug');
    expect(readlinkSync(link)).not.toBe(before);
    const again = await Host.open(link);
    expect(await again.command('AT')).toContain('OK');
    await bench.close();
    expect(await readdir(folder)).toEqual([]);
  } finally {
    await rm(folder, { recursive: true });
  }
});

test('a host that reads nothing costs bounded memory and loses no command once it reads again', async () => {
  const bench = await open({ echo: false });
  const modem = bench.modems[0]!;
  const host = await Host.open(modem.port);
  await host.command('AT');
  await modem.fault('urc-flood', { seconds: 0 });
  await host.until(() => host.heard.length > 500_000);
  expect(modem.modem.backlogOctets).toBeLessThan(300_000);
  await modem.fault('clear');
  host.write('AT+CGSN\r');
  await host.until(() => host.heard.endsWith('\r\nOK\r\n'));
  expect(host.heard.split('\r\n').filter((line) => line !== '' && !/^\^RSSI: \d+$/.test(line))).toEqual(['OK', '004401000000014', 'OK']);
});

test('the same modem is had over loopback TCP, one host at a time', async () => {
  const bench = await open({ transport: 'tcp', tcpPort: 0, echo: false });
  const port = Number(new URL(bench.modems[0]!.port).port);
  const socket = connect(port, '127.0.0.1');
  let heard = '';
  socket.on('data', (octets) => {
    heard += octets.toString('latin1');
  });
  socket.write('AT\r');
  await eventually(() => heard === '\r\nOK\r\n');
  const second = connect(port, '127.0.0.1');
  await new Promise<void>((resolve) => second.once('close', () => resolve()));
  socket.destroy();
  await eventually(() => !bench.modems[0]!.state().attached);
});

test('a folder of links belongs to one bench: another is refused by whatever path, and what is left behind is taken over', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'bench-'));
  try {
    const link = join(folder, 'ports');
    const first = await open({ link, modems: 2 });
    const before = ['modem-1', 'modem-2'].map((name) => readlinkSync(join(link, name)));
    const refused = { code: 'virtual-bench/links-held', message: expect.stringContaining(`pid ${process.pid}`) };
    for (const path of [link, join(link, '..', 'ports')]) await expect(open({ link: path })).rejects.toMatchObject(refused);
    expect(['modem-1', 'modem-2'].map((name) => readlinkSync(join(link, name)))).toEqual(before);
    await open({ link: join(folder, 'others') });
    await first.close();
    expect(await readdir(link)).toEqual([]);
    await symlink('/dev/pts/no-more', join(link, 'modem-1'));
    const second = await open({ link });
    expect(readlinkSync(join(link, 'modem-1'))).not.toBe('/dev/pts/no-more');
    await second.close();
  } finally {
    await rm(folder, { recursive: true });
  }
});
