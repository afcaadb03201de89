import { realpath, stat } from 'node:fs/promises';
import type { Duplex } from 'node:stream';
import { BridgeError } from '../errors.js';
import {
  type DiscoveredModem,
  type DiscoveredPort,
  type DiscoverOptions,
  discoverModems,
  findPortHolders,
  inspectModem,
  openPort,
} from '../modem/index.js';
import type { ModemToSurvey, NotAsked, SurveyedModem, SurveyOptions, World } from './types.js';
import { worldOf } from './world.js';

/** The kernel's major number of /dev/null and its like. @see Linux Documentation/admin-guide/devices.txt */
const memoryDevices = 1;
/** Octets written to these can do harm, or are for somebody else. */
const otherRoles: ReadonlySet<DiscoveredPort['role']> = new Set(['diag', 'nmea', 'audio', 'ignore'] as const);

/**
 * Looks at the modems named, and for `auto` at those plugged in, and changes nothing lasting. A port that another program has open is left alone, a
 * device that no source knows as a modem is not opened unless it is named.
 * @throws `signal.reason`
 */
export async function survey(options: SurveyOptions): Promise<readonly SurveyedModem[]> {
  const world = worldOf(options.world);
  const devices = await discoverModems(discoverOptions(world));
  const names = await Promise.all(options.modems.filter(({ address }) => address !== 'auto').map((modem) => named(modem, devices)));
  const auto = options.modems.some(({ address }) => address === 'auto');
  const subjects = [...names, ...(auto ? devices.filter((device) => names.every((name) => name.device !== device)).map(plugged) : [])];
  return Promise.all(subjects.map((subject) => look(subject, options, world)));
}

function discoverOptions({ sysfsRoot, devRoot, listPorts }: World): DiscoverOptions {
  return { sysfsRoot, devRoot, ...(listPorts === undefined ? {} : { listPorts }) };
}

interface Subject {
  readonly modem: ModemToSurvey | null;
  readonly device: DiscoveredModem | null;
  readonly devicePort: DiscoveredPort | null;
  readonly isNamed: boolean;
}

async function named(modem: ModemToSurvey, devices: readonly DiscoveredModem[]): Promise<Subject> {
  const path = await realpath(modem.address).catch(() => modem.address);
  const device = devices.find(({ ports }) => ports.some((port) => port.device === path || port.stablePath === modem.address)) ?? null;
  const devicePort = device?.ports.find((port) => port.device === path || port.stablePath === modem.address) ?? null;
  return { modem, device, devicePort, isNamed: true };
}

function plugged(device: DiscoveredModem): Subject {
  const devicePort = device.ports.find(({ device: path, stablePath }) => device.atPort === (stablePath ?? path)) ?? null;
  return { modem: device.atPort === null ? null : { address: device.atPort }, device, devicePort, isNamed: false };
}

async function look({ modem, device, devicePort, isNamed }: Subject, options: SurveyOptions, world: World): Promise<SurveyedModem> {
  const found = { port: modem?.address ?? null, device, devicePort };
  const not = (notAsked: NotAsked): SurveyedModem => ({ ...found, inspection: null, notAsked });
  if (modem === null) {
    const why = device?.known === null ? 'unknown-device' : device?.known?.kind === 'modem' ? 'no-at-port' : 'no-modem';
    return not({ why });
  }
  if (isNamed && otherRoles.has(devicePort?.role ?? null)) return not({ why: 'other-role' });
  if (modem.address.startsWith('/')) {
    const there = await stat(modem.address).catch(() => null);
    if (there === null) return not({ why: 'missing', message: `${modem.address} does not exist` });
    // Every program has /dev/null open.
    if (there.isCharacterDevice() && there.rdev >> 8 === memoryDevices)
      return not({ why: 'failed', message: `${modem.address} is not a serial device`, advice: 'name the device of the modem' });
    if (!(await world.mayOpen(modem.address)))
      return not({ why: 'not-permitted', message: `${modem.address} may not be opened by this user` });
    const holders = await findPortHolders(modem.address, { procRoot: world.procRoot });
    if (holders.length > 0) return not({ why: 'held', holders });
  }
  try {
    const port = await open(modem, options, world);
    const seen = await inspectModem(port, {
      clock: options.clock,
      signal: options.signal,
      profile: modem.profile,
      ...(options.tryIndications === undefined ? {} : { tryIndications: options.tryIndications }),
    });
    if ('silent' in seen) return not({ why: 'silent', instead: seen.instead });
    return { ...found, inspection: seen, notAsked: null };
  } catch (cause) {
    options.signal?.throwIfAborted();
    if (!(cause instanceof BridgeError)) throw cause;
    return not(refusal(cause));
  }
}

function open(modem: ModemToSurvey, options: SurveyOptions, { procRoot }: World): Promise<Duplex> {
  if (options.open !== undefined) return options.open(modem);
  const { clock, signal } = options;
  return openPort(modem.address, { clock, signal, procRoot, ...(modem.baudRate === undefined ? {} : { baudRate: modem.baudRate }) });
}

function refusal({ code, message, advice }: BridgeError): NotAsked {
  if (code === 'modem/port-held') return { why: 'held', holders: [] };
  if (code === 'modem/no-such-port') return { why: 'missing', message, advice: advice ?? null };
  if (code === 'modem/port-not-permitted') return { why: 'not-permitted', message };
  return { why: 'failed', message, advice: advice ?? null };
}
