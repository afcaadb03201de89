import { mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { information, ok, ScriptedModem } from '../modem/scripted-modem.testing.js';
import { type Clock, ManualClock, seededRandom, systemClock } from '../runtime/index.js';
import { openVirtualBench, type VirtualBench } from '../virtual-bench/index.js';
import { examine, type Finding, type FindingCode, findingTable, type ModemToSurvey, survey, type World } from './index.js';

let root = '';
let time = new ManualClock();
let bench: VirtualBench | null = null;
const shown = new Set<FindingCode>();

beforeEach(() => {
  time = new ManualClock();
  root = mkdtempSync(join(tmpdir(), 'wapbridge-doctor-'));
  for (const folder of ['sys/class/tty', 'dev/serial/by-id', 'proc', 'run/udev/data', 'state'])
    mkdirSync(join(root, folder), { recursive: true });
});
afterEach(async () => {
  await bench?.close();
  bench = null;
  rmSync(root, { recursive: true });
});

function write(path: string, text: string): string {
  const file = join(root, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  return file;
}

/** A USB device with serial ports, as sysfs shows it, and an ordinary file for each port in the place of the device. */
function plug(id: string, ports: Readonly<Record<string, string>>, { linked = true, control = 'on' } = {}): void {
  const device = 'sys/devices/usb1/1-1';
  const [vendor = '', product = ''] = id.split(':');
  write(`${device}/idVendor`, `${vendor}\n`);
  write(`${device}/idProduct`, `${product}\n`);
  write(`${device}/power/control`, `${control}\n`);
  write(`${device}/dev`, '189:5\n');
  for (const [tty, number] of Object.entries(ports)) {
    write(`${device}/1-1:1.${Number(number)}/bInterfaceNumber`, `${number}\n`);
    mkdirSync(join(root, device, `1-1:1.${Number(number)}`, tty, 'tty', tty), { recursive: true });
    mkdirSync(join(root, 'sys/class/tty', tty), { recursive: true });
    symlinkSync(join(root, device, `1-1:1.${Number(number)}`, tty), join(root, 'sys/class/tty', tty, 'device'));
    write(`dev/${tty}`, '');
    if (linked) symlinkSync(`../../${tty}`, join(root, 'dev/serial/by-id', `usb-${tty}`));
  }
}

/** A process as /proc shows it, with files open. */
function runs(pid: number, name: string, { words = [name], open = [] as readonly string[] } = {}): void {
  write(`proc/${pid}/comm`, `${name}\n`);
  write(`proc/${pid}/cmdline`, `${words.join('\0')}\0`);
  mkdirSync(join(root, `proc/${pid}/fd`), { recursive: true });
  for (const [at, path] of open.entries()) symlinkSync(path, join(root, `proc/${pid}/fd`, String(at + 3)));
}

interface Situation {
  readonly modems?: readonly string[];
  readonly open?: (modem: ModemToSurvey) => Promise<ScriptedModem['port']>;
  readonly world?: Partial<World>;
  readonly stateFolder?: string;
  readonly clock?: Clock;
}

const world = (given: Partial<World> = {}): Partial<World> => ({
  sysfsRoot: join(root, 'sys'),
  devRoot: join(root, 'dev'),
  procRoot: join(root, 'proc'),
  runRoot: join(root, 'run'),
  groupFile: join(root, 'group'),
  nodeVersion: '22.1.0',
  user: { name: 'alice', groupIds: [1000] },
  listPorts: async () => [],
  freeOctets: async () => 8 * 1024 ** 3,
  ...given,
});

/** Lets time pass until something is done. */
async function passing<Result>(clock: ManualClock, work: Promise<Result>): Promise<Result> {
  let done = false;
  const ended = work.finally(() => {
    done = true;
  });
  ended.catch(() => {});
  while (!done) await clock.step(20);
  return ended;
}

async function look({ modems = ['auto'], open, world: given, stateFolder = join(root, 'state'), clock = time }: Situation) {
  const examined = examine({
    clock,
    modems: modems.map((address) => ({ address })),
    world: world(given),
    stateFolder,
    ...(open === undefined ? {} : { open }),
  });
  return clock instanceof ManualClock ? passing(clock, examined) : examined;
}

async function find(situation: Situation = {}): Promise<{ codes: readonly FindingCode[]; findings: readonly Finding[]; exitCode: number }> {
  const { findings, exitCode } = await look(situation);
  for (const { code } of findings) shown.add(code);
  return { codes: findings.map(({ code }) => code), findings, exitCode };
}

async function virtualModem() {
  bench = await openVirtualBench({ modems: 1, transport: 'memory', clock: time, random: seededRandom(1) });
  const [modem] = bench.modems;
  if (modem === undefined) throw new TypeError('a bench without modems');
  return { firmware: modem.modem, situation: { modems: ['virtual'], open: async () => modem.host() } };
}

/** A modem that answers as told, for what the virtual bench does not do. */
function scripted(answers: Readonly<Record<string, string>>): Situation & { readonly modem: ScriptedModem } {
  const modem = new ScriptedModem();
  for (const [command, answer] of Object.entries({
    'AT+CPIN?': information('+CPIN: READY'),
    'AT+CREG?': information('+CREG: 0,1'),
    'AT+CSCA?': information('+CSCA: "+15550000000",145'),
    'AT+CSQ': information('+CSQ: 20,0'),
    'AT+CFUN?': information('+CFUN: 1'),
    ...answers,
  }))
    modem.answers.set(command, answer);
  return { modem, modems: ['scripted'], open: async () => modem.port };
}

describe('of the machine', () => {
  test('a bench with nothing wrong has no findings, and its modem is as it was', async () => {
    const { firmware, situation } = await virtualModem();
    const before = {
      indications: firmware.settings.indications,
      memories: firmware.settings.memories,
      service: firmware.settings.messageService,
    };
    expect(await find(situation)).toEqual({ codes: [], findings: [], exitCode: 0 });
    expect({
      indications: firmware.settings.indications,
      memories: firmware.settings.memories,
      service: firmware.settings.messageService,
    }).toEqual(before);
  });

  test('no modem at all stops the work with 3', async () => {
    expect(await find()).toMatchObject({ codes: ['no-modem'], exitCode: 3 });
  });

  test('an old Node.js is warned of', async () => {
    const { situation } = await virtualModem();
    expect(await find({ ...situation, world: { nodeVersion: '20.18.3' } })).toMatchObject({ codes: ['node-too-old'], exitCode: 0 });
  });

  test('a state folder that may not be written stops the work with 4', async () => {
    const { situation } = await virtualModem();
    const { findings, exitCode } = await find({ ...situation, world: { mayOpen: async () => false } });
    expect([findings.map(({ code, command }) => [code, command]), exitCode]).toEqual([
      [['state-folder-not-writable', `sudo install -d -m 700 -o alice ${join(root, 'state')}`]],
      4,
    ]);
  });

  test.each([
    [15, 'disk-full', 4],
    [16, 'disk-low', 0],
    [255, 'disk-low', 0],
  ])('a disk with %d MiB left is %s', async (mebibytes, code, exitCode) => {
    const { situation } = await virtualModem();
    const found = await find({
      ...situation,
      stateFolder: join(root, 'not/yet/there'),
      world: { freeOctets: async () => mebibytes * 1024 ** 2 },
    });
    expect(found).toMatchObject({ codes: [code], exitCode });
    expect(found.findings[0]?.what).toContain(`${mebibytes} MiB`);
  });

  test('a state folder in use is noted, with who uses it; a note left behind by a dead program is not', async () => {
    const { situation } = await virtualModem();
    write('state/writer.json', '{"pid":4242,"command":"wapbridge listen"}\n');
    expect((await find(situation)).codes).toEqual([]);
    bench = null;
    const second = await virtualModem();
    runs(4242, 'node', { words: ['node', '/usr/bin/wapbridge', 'listen'] });
    const { findings, exitCode } = await find(second.situation);
    expect([findings.map(({ code, what }) => [code, what]), exitCode]).toEqual([
      [['state-folder-held', `${join(root, 'state')} is written by wapbridge listen (pid 4242).`]],
      0,
    ]);
  });
});

describe('of a port', () => {
  const asked = async (situation: Situation) => {
    let opened = 0;
    const { modem } = scripted({});
    const found = await find({
      ...situation,
      open: async () => {
        opened += 1;
        return modem.port;
      },
    });
    return { ...found, opened };
  };

  test('one that is not there stops the work with 3', async () => {
    const port = join(root, 'dev/ttyUSB9');
    expect(await find({ modems: [port] })).toMatchObject({ codes: ['port-missing'], exitCode: 3 });
    expect(await find({ modems: ['tcp://127.0.0.1:1'], clock: systemClock })).toMatchObject({ codes: ['port-missing'], exitCode: 3 });
  });

  test('one that is no serial device cannot be opened', async () => {
    expect((await find({ modems: ['/dev/null'] })).findings).toMatchObject([
      { code: 'port-failed', what: '/dev/null is not a serial device.' },
    ]);
    expect(await find({ modems: [write('dev/ttyUSB9', '')] })).toMatchObject({ codes: ['port-failed'], exitCode: 3 });
  });

  const forbidden = { mayOpen: async (path: string) => !path.includes('/dev/') };
  const grouped = (members: string): string => {
    const port = write('dev/ttyUSB9', '');
    write('group', `root:x:0:\ndialout:x:${statSync(port).gid}:${members}\n`);
    return port;
  };

  test('one that no group may open stops the work with 4 and asks for the udev rules', async () => {
    const port = grouped('');
    const { findings, exitCode } = await find({ modems: [port], world: forbidden });
    expect([findings.map(({ code, command }) => [code, command?.slice(0, 20)]), exitCode]).toEqual([
      [['port-not-permitted', 'sudo cp udev/77-wapb']],
      4,
    ]);
  });

  test.skipIf(process.getuid?.() !== 0)(
    'one of a group says which, and whether it was joined after logging in (needs root to make the file)',
    async () => {
      const { chmodSync, chownSync } = await import('node:fs');
      const port = write('dev/ttyUSB9', '');
      chownSync(port, 0, 20);
      chmodSync(port, 0o660);
      write('group', 'root:x:0:\ndialout:x:20:bob\n');
      const first = await find({ modems: [port], world: forbidden });
      expect(first.findings).toMatchObject([{ code: 'port-not-permitted', command: 'sudo usermod -aG dialout alice' }]);
      write('group', 'root:x:0:\ndialout:x:20:bob,alice\n');
      expect(await find({ modems: [port], world: forbidden })).toMatchObject({
        findings: [{ code: 'login-again', command: 'newgrp dialout' }],
        exitCode: 4,
      });
    },
  );

  test('one that another program has open names it and is not opened', async () => {
    plug('2c7c:0125', { ttyUSB2: '02' });
    const port = join(root, 'dev/serial/by-id/usb-ttyUSB2');
    runs(77, 'brltty', { open: ['/dev/null', '/dev/ttyUSB2'] });
    expect((await asked({ modems: [port] })).codes).toEqual(['other-program']);
    const { findings, exitCode, opened } = await heldBy('brltty');
    expect(findings).toMatchObject([{ code: 'port-held', command: expect.stringContaining('systemctl mask --now brltty') }]);
    expect([exitCode, opened]).toEqual([4, 0]);
    expect((await heldBy('agetty')).findings).toMatchObject([{ command: 'sudo systemctl mask --now serial-getty@tty' }]);
    expect((await heldBy('minicom')).findings).toMatchObject([{ command: 'kill 90', what: '/dev/tty is held by minicom (pid 90).' }]);
  });

  test('one that a running listen drives is noted, and left alone', async () => {
    const { findings, exitCode, opened } = await heldBy('node', ['node', '/opt/wapbridge/dist/cli/main.js', 'listen', '--modem', 'x']);
    expect([findings.map(({ code, what }) => [code, what]), exitCode, opened]).toEqual([
      [['held-by-listen', '/dev/tty is driven by wapbridge listen (pid 90).']],
      0,
      0,
    ]);
  });

  /** /dev/tty stands for a serial device: every machine has it, and what has it open can be told. */
  async function heldBy(name: string, words: readonly string[] = [name]) {
    rmSync(join(root, 'proc'), { recursive: true, force: true });
    runs(90, name, { words: [...words], open: ['/dev/tty'] });
    return asked({ modems: ['/dev/tty'] });
  }

  test('the diagnostic port of a composite device is named and nothing is written to it', async () => {
    plug('2c7c:0125', { ttyUSB0: '00', ttyUSB2: '02' });
    const found = await asked({ modems: [join(root, 'dev/serial/by-id/usb-ttyUSB0')] });
    expect([found.codes, found.exitCode, found.opened]).toEqual([['wrong-port'], 5, 0]);
    expect(found.findings[0]?.command).toBe(`wapbridge modems --modem ${join(root, 'dev/serial/by-id/usb-ttyUSB2')}`);
  });

  test('the second AT port is warned of', async () => {
    plug('2c7c:0125', { ttyUSB2: '02', ttyUSB3: '03' });
    expect((await asked({ modems: [join(root, 'dev/serial/by-id/usb-ttyUSB3')] })).codes).toEqual(['second-port']);
  });

  test('a name that changes with the next plug-in is noted', async () => {
    plug('2c7c:0125', { ttyUSB2: '02' }, { linked: false });
    expect((await asked({})).codes).toEqual(['no-stable-name']);
  });

  test('devices that are not known are not opened, a modem whose AT port nobody knows asks for it, a download mode is named', async () => {
    plug('ffff:0001', { ttyUSB0: '00' });
    expect(await asked({})).toMatchObject({ codes: ['no-modem', 'unknown-device'], opened: 0 });
    rmSync(join(root, 'sys/devices'), { recursive: true });
    rmSync(join(root, 'sys/class/tty/ttyUSB0'), { recursive: true });
    plug('2c7c:0900', { ttyUSB5: '00', ttyUSB6: '01' });
    expect(await asked({})).toMatchObject({ codes: ['at-port-unknown'], exitCode: 3, opened: 0 });
    rmSync(join(root, 'sys/devices'), { recursive: true });
    for (const tty of ['ttyUSB5', 'ttyUSB6']) rmSync(join(root, 'sys/class/tty', tty), { recursive: true });
    plug('05c6:9008', { ttyUSB7: '00' });
    expect(await asked({})).toMatchObject({ codes: ['no-modem', 'recovery-mode'], exitCode: 3, opened: 0 });
  });

  test('ModemManager that runs is warned of until it is told off, by device, by port or by its policy', async () => {
    plug('2c7c:0125', { ttyUSB2: '02' });
    runs(55, 'ModemManager');
    expect(await asked({})).toMatchObject({ codes: ['modem-manager'], exitCode: 0 });
    write('run/udev/data/c189:5', 'E:ID_MM_DEVICE_IGNORE=1\n');
    expect((await asked({})).codes).toEqual([]);
    write('run/udev/data/c189:5', '');
    expect((await asked({})).codes).toEqual(['modem-manager']);
    write('sys/class/tty/ttyUSB2/dev', '188:2\n');
    write('run/udev/data/c188:2', 'E:ID_MM_PORT_IGNORE=1\n');
    expect((await asked({})).codes).toEqual([]);
    write('run/udev/data/c188:2', '');
    write('proc/55/cmdline', 'ModemManager\0--filter-policy=ALLOWLIST-ONLY\0');
    expect((await asked({})).codes).toEqual([]);
  });

  test('USB autosuspend is warned of with the file to write', async () => {
    plug('2c7c:0125', { ttyUSB2: '02' }, { control: 'auto' });
    const { findings } = await asked({});
    expect(findings).toMatchObject([
      { code: 'autosuspend', command: `echo on | sudo tee ${join(root, 'sys/bus/usb/devices/1-1/power/control')}` },
    ]);
  });
});

describe('of a modem', () => {
  test('one that is silent has no answer', async () => {
    const { firmware, situation } = await virtualModem();
    firmware.disturbance.silent = true;
    expect(await find(situation)).toMatchObject({ codes: ['no-answer'], exitCode: 5 });
  });

  test('an echo without end is the wrong port', async () => {
    const { firmware, situation } = await virtualModem();
    firmware.disturbance.echoForever = true;
    const { findings } = await find(situation);
    expect(findings).toMatchObject([{ code: 'wrong-port', what: expect.stringContaining('only echoes') }]);
  });

  test('an OK to everything is the wrong port', async () => {
    const { modem, ...situation } = scripted({});
    modem.answers.clear();
    modem.alwaysOk = true;
    expect(await find(situation)).toMatchObject({ codes: ['wrong-port'], exitCode: 5 });
  });

  test('a missing SIM and one that the modem says nothing of', async () => {
    expect((await find(scripted({ 'AT+CPIN?': '\r\n+CME ERROR: 10\r\n' }))).codes).toEqual(['sim-missing']);
    expect((await find(scripted({ 'AT+CPIN?': '\r\n+CME ERROR: 13\r\n' }))).codes).toEqual(['sim-unusable']);
  });

  test('a locked SIM says how many tries are left, and none is made', async () => {
    const { firmware, situation } = await virtualModem();
    firmware.sim.state = 'SIM PIN';
    firmware.sim.pinAttempts = 2;
    const { findings, exitCode } = await find(situation);
    expect([findings.map(({ code, what }) => [code, what]), exitCode]).toEqual([
      [['sim-locked', 'The SIM at virtual wants SIM PIN (2 tries left); nothing was entered.']],
      5,
    ]);
    expect(firmware.sim).toMatchObject({ state: 'SIM PIN', pinAttempts: 2 });
  });

  test('a SIM that wants its PUK says how many tries are left, and none is made', async () => {
    const { firmware, situation } = await virtualModem();
    firmware.sim.state = 'SIM PUK';
    firmware.sim.pukAttempts = 9;
    expect((await find(situation)).findings).toMatchObject([{ code: 'sim-puk', what: 'The SIM at virtual wants SIM PUK (9 tries left).' }]);
    expect(firmware.sim).toMatchObject({ state: 'SIM PUK', pukAttempts: 9 });
  });

  test.each([
    ['AT+QPINC?', '+QPINC: "SC",1,10', 1],
    ['AT^CPIN?', '^CPIN: SIM PIN,2,10,2,10,3', 2],
    ['AT+SPIC', '+SPIC: 3,10,0,10', 3],
    ['AT#PCT', '#PCT: 1', 1],
    ['AT+UPINCNT', '+UPINCNT: 2,3,10,10', 2],
  ])('the counter of tries %s is read', async (command, line, left) => {
    const { modem, ...situation } = scripted({
      'AT+CPIN?': information('+CPIN: SIM PIN'),
      'AT+CPINR': '\r\nERROR\r\n',
      [command]: information(line),
    });
    for (const other of ['AT+QPINC?', 'AT^CPIN?', 'AT+SPIC', 'AT+UPINCNT', 'AT+XPINCNT', 'AT*EPIN?', 'AT%PINNUM?', 'AT#PCT', 'AT^SPIC'])
      if (other !== command) modem.answers.set(other, '\r\nERROR\r\n');
    const { findings } = await find(situation);
    expect(findings).toMatchObject([
      { code: 'sim-locked', what: expect.stringContaining(`(${left} ${left === 1 ? 'try' : 'tries'} left)`) },
    ]);
    expect(modem.count(/CPIN=/)).toBe(0);
  });

  test('a network that refuses gives its reason in words, and the form of +CREG is put back', async () => {
    const { modem, ...situation } = scripted({});
    let mode = '0';
    modem.answers.set('AT+CREG?', () => information(mode === '3' ? '+CREG: 3,3,,,,0,11' : `+CREG: ${mode},3`));
    for (const value of ['0', '3'])
      modem.answers.set(`AT+CREG=${value}`, () => {
        mode = value;
        return ok;
      });
    for (const other of ['AT+CGREG?', 'AT+CEREG?']) modem.answers.set(other, '\r\nERROR\r\n');
    const { findings, exitCode } = await find(situation);
    expect([findings.map(({ code, what }) => [code, what]), exitCode, mode]).toEqual([
      [['not-registered', 'The modem at scripted is refused by the network (cause 11: this network is not allowed).']],
      5,
      '0',
    ]);
  });

  test('LTE alone is enough to be registered', async () => {
    const registered = { 'AT+CREG?': information('+CREG: 0,0'), 'AT+CEREG?': information('+CEREG: 0,5') };
    expect((await find(scripted(registered))).codes).toEqual([]);
  });

  test('a radio that is off is warned of, and not the network it keeps out', async () => {
    const { firmware, situation } = await virtualModem();
    firmware.settings.functionality = 4;
    expect(await find(situation)).toMatchObject({ codes: ['radio-off'], exitCode: 0 });
    expect(firmware.settings.functionality).toBe(4);
  });

  test('a weak signal, an empty service centre', async () => {
    expect((await find(scripted({ 'AT+CSQ': information('+CSQ: 3,0') }))).codes).toEqual(['weak-signal']);
    expect((await find(scripted({ 'AT+CSCA?': information('+CSCA: "",145') }))).codes).toEqual(['service-centre-empty']);
  });

  test('a memory filled to 80 % says n of m, also when it is not the one in use, and keeps its messages', async () => {
    const { firmware, situation } = await virtualModem();
    const message = '07911326040000F0440B915155000090F9000462112291830500';
    const fill = (memory: 'ME' | 'SM', count: number): void => {
      for (let at = 0; at < count; at += 1) firmware.stores[memory].put({ status: 0, pdu: message, tpduOctets: 18 });
    };
    fill('ME', 79);
    fill('SM', 16);
    const { findings } = await find(situation);
    expect(findings.map(({ code, what }) => [code, what])).toEqual([
      ['memory-filling', 'The memory SM of the modem at virtual holds 16 of 20 messages.'],
    ]);
    expect(firmware.stores.SM.used).toBe(16);
  });

  test('a modem that stopped announcing for want of an acknowledgement is told from one that was never asked', async () => {
    const { firmware, situation } = await virtualModem();
    firmware.settings.messageService = 1;
    firmware.disarm();
    expect((await find(situation)).codes).toEqual(['indications-reset']);
  });

  test('a modem that takes no +CNMI, and one that announces on another port', async () => {
    const { modem, ...situation } = scripted({
      'AT+CGMI': information('Quectel'),
      'AT+QURCCFG="urcport"': information('+QURCCFG: "urcport","usbmodem"'),
    });
    modem.answers.set('AT+CNMI=?', information('+CNMI: (0,2),(0,1),(0),(0),(0)'));
    modem.answers.set('AT+CNMI=2,1,0,0,0', '\r\n+CMS ERROR: 303\r\n');
    modem.answers.set('AT+CNMI=0,1,0,0,0', '\r\n+CMS ERROR: 303\r\n');
    expect((await find(situation)).codes).toEqual(['indications-refused', 'indications-elsewhere']);
  });
});

test('a survey of two modems asks both, and names what it did not ask', async () => {
  const { firmware, situation } = await virtualModem();
  const surveyed = survey({
    clock: time,
    modems: [{ address: 'virtual' }, { address: join(root, 'dev/none') }],
    world: world(),
    open: situation.open,
  });
  const found = await passing(time, surveyed);
  expect(found.map(({ port, inspection, notAsked }) => [port, inspection?.identity.imei ?? null, notAsked?.why ?? null])).toEqual([
    ['virtual', firmware.identity.imei, null],
    [join(root, 'dev/none'), null, 'missing'],
  ]);
});

test('the tests above show every finding there is', () => {
  expect([...shown].sort()).toEqual(Object.keys(findingTable).sort());
});
