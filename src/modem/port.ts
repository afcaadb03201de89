import { readFile, stat } from 'node:fs/promises';
import { connect, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { SerialPort } from 'serialport';
import type { Clock } from '../runtime/index.js';
import { DevicePort } from './device-port.js';
import { PortError, TraceError } from './errors.js';
import { findPortHolders } from './port-holder.js';
import { parsePortName } from './port-name.js';
import { ReplayPort } from './replay-port.js';
import { parseTrace } from './trace.js';

/** How a port is opened. */
export interface OpenPortOptions {
  readonly clock: Clock;
  /** Bits per second, where the device has such a thing. */
  readonly baudRate?: number;
  readonly signal?: AbortSignal | undefined;
  /** Where processes are looked up to name the one that holds a port. */
  readonly procRoot?: string;
}

const connectTimeoutMs = 10_000;
const keepAliveMs = 10_000;
const partingMs = 500;

/**
 * Opens a byte stream to a modem: a device path, `tcp://HOST:PORT`, `unix:PATH`, or `trace:FILE` for a recording, played once.
 * @throws PortError `modem/no-such-port`, `modem/port-not-permitted`, `modem/port-held`, `modem/port-failed`, `modem/bad-port-name`
 * @throws TraceError `modem/bad-trace`, `modem/replay-differs` for a recording of `trace record`
 */
export async function openPort(name: string, options: OpenPortOptions): Promise<Duplex> {
  options.signal?.throwIfAborted();
  const parsed = parsePortName(name);
  if (parsed.kind === 'device') return openDevice(parsed.path, options);
  if (parsed.kind === 'trace') {
    const text = await readFile(parsed.path, 'utf8').catch((cause: unknown) => {
      throw explainCode(name, codeOf(cause), cause);
    });
    const trace = parseTrace(text);
    if (trace.by === 'record') {
      // It holds questions that no other command asks, and would wait for them in silence.
      throw new TraceError(
        'modem/replay-differs',
        `${parsed.path} was made by trace record, which asks a modem more than whoever drives it`,
        {
          advice: 'play it with wapbridge trace replay, or record with listen --trace',
        },
      );
    }
    return new ReplayPort(trace, { clock: options.clock, closesAtEnd: true });
  }
  const socket = connect(parsed.kind === 'tcp' ? { host: parsed.host, port: parsed.port } : { path: parsed.path });
  return openSocket(name, socket, options);
}

async function openDevice(path: string, options: OpenPortOptions): Promise<Duplex> {
  const found = await stat(path).catch(async (cause: unknown) => {
    throw await explain(path, cause, options);
  });
  if (!found.isCharacterDevice()) {
    throw new PortError('modem/port-failed', `${path} is not a serial device`, {
      advice: 'name the device of the modem, such as /dev/ttyUSB2',
    });
  }
  const port = new DevicePort(path, { clock: options.clock, baudRate: options.baudRate ?? 115_200 });
  await new Promise<void>((resolve, reject) => {
    port.open((cause) => {
      if (cause === null || cause === undefined) resolve();
      else void explain(path, cause, options).then(reject);
    });
  });
  // A modem may send nothing before these are up; a pseudo-terminal has none and says so.
  await new Promise<void>((resolve) => port.set({ dtr: true, rts: true }, () => resolve()));
  if (options.signal?.aborted === true) {
    await closePort(port, options.clock);
    options.signal.throwIfAborted();
  }
  return port;
}

function openSocket(name: string, socket: Socket, { clock, signal }: OpenPortOptions): Promise<Duplex> {
  return new Promise((resolve, reject) => {
    const settle = (): void => {
      cancel();
      signal?.removeEventListener('abort', onAbort);
      socket.off('error', onError);
    };
    const onError = (cause: unknown): void => {
      settle();
      socket.destroy();
      reject(explainCode(name, codeOf(cause), cause));
    };
    const onAbort = (): void => {
      settle();
      socket.destroy();
      reject(signal?.reason);
    };
    const cancel = clock.after(connectTimeoutMs, () => onError(null));
    signal?.addEventListener('abort', onAbort, { once: true });
    socket.once('error', onError);
    socket.once('connect', () => {
      settle();
      socket.setNoDelay(true);
      socket.setKeepAlive(true, keepAliveMs);
      resolve(socket);
    });
  });
}

/** Closes a port of any kind and waits until it is; one that is closed already is left alone. */
export function closePort(port: Duplex, clock: Clock): Promise<void> {
  return new Promise((resolve) => {
    if (port instanceof SerialPort) {
      if (port.isOpen) port.close(() => resolve());
      else resolve();
      return;
    }
    if (port.closed) {
      resolve();
      return;
    }
    port.once('error', () => {});
    if (!(port instanceof Socket) || port.connecting || port.destroyed) {
      port.once('close', () => resolve());
      port.destroy();
      return;
    }
    // A server of serial ports has one guest at a time: it should know that this one has left before the next comes.
    const cancel = clock.after(partingMs, () => port.destroy());
    port.once('close', () => {
      cancel();
      resolve();
    });
    port.end();
    port.resume();
  });
}

async function explain(path: string, cause: unknown, options: OpenPortOptions): Promise<PortError> {
  const code = codeOf(cause);
  if (code === 'EACCES' || code === 'EPERM') {
    return new PortError('modem/port-not-permitted', `${path} may not be opened by this user`, {
      cause,
      advice: await permissionAdvice(path),
    });
  }
  if (code === 'EAGAIN' || code === 'EBUSY' || code === 'EWOULDBLOCK') {
    const holders = await findPortHolders(path, options.procRoot === undefined ? {} : { procRoot: options.procRoot });
    const named = holders.map(({ pid, program }) => `${program ?? 'a program'} (pid ${pid})`).join(', ');
    const by = named === '' ? 'another program that this user may not see, or by this very process' : named;
    return new PortError('modem/port-held', `${path} is held by ${by}`, {
      cause,
      advice: 'end that program, or tell it to leave this modem alone',
    });
  }
  return explainCode(path, code, cause);
}

function adviceForMissing(name: string): string {
  if (name.startsWith('trace:')) return 'check the path of the recording';
  if (name.startsWith('unix:')) return 'check the path, and that the program whose socket it is runs';
  return 'plug the modem in, or look for its name with: wapbridge modems';
}

function explainCode(name: string, code: string | null, cause: unknown): PortError {
  if (code === 'ENOENT' || code === 'ENODEV' || code === 'ENXIO' || code === 'ENOTDIR') {
    return new PortError('modem/no-such-port', `${name} does not exist`, {
      cause,
      advice: adviceForMissing(name),
    });
  }
  if (code === 'ECONNREFUSED' || code === 'ENOTFOUND' || code === 'EHOSTUNREACH' || code === 'ENETUNREACH' || code === 'EAI_AGAIN') {
    return new PortError('modem/no-such-port', `${name}: nobody answers there (${code})`, {
      cause,
      advice: 'check host and port, and that the server of the port runs',
    });
  }
  if (code === 'EACCES' || code === 'EPERM') {
    return new PortError('modem/port-not-permitted', `${name} may not be opened by this user`, {
      cause,
      advice: 'ask whoever owns it for access',
    });
  }
  const said = cause instanceof Error ? cause.message : 'no connection in time';
  const why = said.includes('Inappropriate ioctl') ? 'it is no serial port' : (code ?? said);
  return new PortError('modem/port-failed', `${name} could not be opened: ${why}`, {
    cause,
    advice: 'check that it is the port of a modem',
  });
}

/** The system's name of an error. The serial library puts it into the words of its message only. */
function codeOf(cause: unknown): string | null {
  if (!(cause instanceof Error)) return null;
  if ('code' in cause && typeof cause.code === 'string') return cause.code;
  const words: readonly (readonly [RegExp, string])[] = [
    [/no such file|ENOENT/i, 'ENOENT'],
    [/permission denied|EACCES/i, 'EACCES'],
    [/operation not permitted/i, 'EPERM'],
    [/cannot lock port|temporarily unavailable|resource busy|device busy/i, 'EAGAIN'],
    [/no such device/i, 'ENODEV'],
  ];
  return words.find(([pattern]) => pattern.test(cause.message))?.[1] ?? null;
}

/** Which group to join, by name where the system's list has one; of a device that no group may open, that it should be given to one. */
async function permissionAdvice(path: string): Promise<string> {
  const found = await stat(path).catch(() => null);
  if (found !== null && (found.gid === 0 || (found.mode & 0o060) !== 0o060)) {
    return 'no group may open it: install the udev rules of wapbridge, which give modems to the group dialout';
  }
  const list = await readFile('/etc/group', 'utf8').catch(() => '');
  const entry = list.split('\n').find((line) => found !== null && Number(line.split(':')[2] ?? 'x') === found.gid);
  const group = entry?.split(':')[0] ?? (found === null ? 'dialout' : String(found.gid));
  return `join the group that owns it (${group}) with: sudo usermod -aG ${group} $USER, then log in again`;
}
