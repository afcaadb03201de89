import { accessSync, closeSync, constants, openSync, type Stats, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { BridgeError, type ErrorCode } from '../errors.js';
import { findProgram } from '../runtime/index.js';
import type { Place } from './check-yaml.js';
import type { ConfigProblem } from './errors.js';
import type { Config } from './schema.js';
import { readSecret, type SecretReference } from './secret.js';

type Environment = Readonly<Record<string, string | undefined>>;
type Path = readonly (string | number)[];

/** What a configuration names and this machine lacks. */
export interface Lacking {
  /** What `listen` with this configuration does not begin without. */
  readonly problems: readonly ConfigProblem[];
  /** What is needed later, or by another command. */
  readonly warnings: readonly ConfigProblem[];
}

interface Lack {
  readonly code: ErrorCode;
  readonly message: string;
  readonly advice: string | undefined;
}

/** Something outside that a configuration names, and how to look for it. */
interface Named {
  readonly path: Path;
  /** Whether `listen` ends without it. */
  readonly stops: boolean;
  look(): Lack | null | Promise<Lack | null>;
}

/** Looks for the programs, files, folders and secrets that a configuration names. Nothing is made, and no secret is kept. */
export async function lookAround(config: Config, place: Place, environment: Environment): Promise<Lacking> {
  const [problems, warnings]: [ConfigProblem[], ConfigProblem[]] = [[], []];
  for (const { path, stops, look } of named(config, environment)) {
    const lack = await look();
    if (lack === null) continue;
    const where = path.map(String).join('.');
    (stops ? problems : warnings).push({ ...lack, path: where, message: `${where}: ${lack.message}`, ...place(path) });
  }
  const inOrder = (a: ConfigProblem, b: ConfigProblem): number => a.line - b.line || a.column - b.column;
  return { problems: problems.sort(inOrder), warnings: warnings.sort(inOrder) };
}

function named(config: Config, environment: Environment): readonly Named[] {
  const found: Named[] = [];
  const secret = (path: Path, reference: SecretReference | undefined, stops: boolean): void => {
    if (reference !== undefined) found.push({ path, stops, look: () => lackingSecret(reference, environment) });
  };
  const file = (path: Path, value: string | undefined, stops: boolean): void => {
    if (value !== undefined && value !== '-') found.push({ path, stops, look: () => unreadable(value) });
  };
  const folder = (path: Path, value: string | undefined): void => {
    if (value !== undefined) found.push({ path, stops: true, look: () => unwritableFolder(value) });
  };
  folder(['state-dir'], config['state-dir']);
  folder(['listen', 'trace'], config.listen?.trace);
  for (const [name, sink] of Object.entries(config.sinks ?? {})) {
    const at = (...keys: Path): Path => ['sinks', name, ...keys];
    switch (sink.kind) {
      case 'ndjson': {
        const { file: lines } = sink;
        if (lines !== undefined) found.push({ path: at('file'), stops: true, look: () => unwritableFile(lines) });
        break;
      }
      case 'spool':
        folder(at('folder'), sink.folder);
        break;
      case 'exec':
        found.push({ path: at('command', 0), stops: true, look: () => lackingProgram(sink.command[0] ?? '', environment) });
        break;
      case 'http':
        secret(at('signature-secret'), sink['signature-secret'], true);
        // Without TLS nobody reads it.
        file(at('ca-file'), sink['ca-file'], sink.url.startsWith('https:'));
        break;
      case 'unix':
        found.push({ path: at('path'), stops: false, look: () => lackingSocket(sink.path) });
        break;
      case 'mqtt':
        secret(at('password'), sink.password, true);
        file(at('ca-file'), sink['ca-file'], true);
        break;
      case 'push':
        break;
    }
  }
  // A modem's PIN is read when its SIM asks for it.
  for (const [index, modem] of (config.modems ?? []).entries()) secret(['modems', index, 'pin'], modem.pin, false);
  const { imsi, pins = [], servers = [] } = config.dm ?? {};
  secret(['dm', 'imsi'], imsi, true);
  for (const [index, pin] of pins.entries()) secret(['dm', 'pins', index], pin, true);
  for (const [index, server] of servers.entries()) {
    secret(['dm', 'servers', index, 'password'], server.password, true);
    secret(['dm', 'servers', index, 'nonce'], server.nonce, true);
  }
  endpointsOf(config, { secret, file });
  for (const command of ['send', 'encode'] as const) {
    const options = config[command];
    for (const key of ['body', 'password-file', 'nonce-file', 'imsi-file', 'pin-file'] as const)
      file([command, key], options?.[key], false);
  }
  return found;
}

/** What the bindings need that this configuration has `listen` listen at; what only sends is needed when something is sent. */
function endpointsOf(
  { endpoints, listen }: Config,
  {
    secret,
    file,
  }: {
    readonly secret: (path: Path, reference: SecretReference | undefined, stops: boolean) => void;
    readonly file: (path: Path, value: string | undefined, stops: boolean) => void;
  },
): void {
  const { http, sip, obex } = endpoints ?? {};
  const at = (...keys: Path): Path => ['endpoints', ...keys];
  for (const key of ['certificate', 'key', 'authorities'] as const) {
    file(at('http', key), http?.[key], listen?.http !== undefined && http?.tls !== false);
    file(at('sip', key), sip?.[key], listen?.sip !== undefined);
  }
  for (const [index, sender] of (http?.senders ?? []).entries()) {
    secret(at('http', 'senders', index, 'password'), sender.password, listen?.http !== undefined);
    secret(at('http', 'senders', index, 'nonces'), sender.nonces, listen?.http !== undefined);
  }
  for (const [index, sender] of (sip?.senders ?? []).entries())
    secret(at('sip', 'senders', index, 'password'), sender.password, listen?.sip !== undefined);
  for (const [index, sender] of (obex?.senders ?? []).entries())
    secret(at('obex', 'senders', index, 'password'), sender.password, listen?.obex !== undefined);
  secret(at('http', 'password'), http?.password, false);
  secret(at('http', 'nonces'), http?.nonces, false);
  secret(at('sip', 'password'), sip?.password, listen?.sip !== undefined && sip?.registrar !== undefined);
  secret(at('obex', 'password'), obex?.password, listen?.obex !== undefined);
}

async function lackingSecret(reference: SecretReference, environment: Environment): Promise<Lack | null> {
  // A pipe or a device gives its content once, and then not to whoever needs it.
  if ('file' in reference && !(statusOf(reference.file)?.isFile() ?? true))
    return statusOf(reference.file)?.isDirectory() ? folderFor(reference.file) : null;
  try {
    await readSecret(reference, environment);
    return null;
  } catch (caught) {
    if (!(caught instanceof BridgeError)) throw caught;
    return { code: caught.code, message: caught.message, advice: caught.advice };
  }
}

const folderFor = (file: string): Lack => ({
  code: 'config/secret-missing',
  message: `${file} is a folder`,
  advice: 'name the file in it',
});

function lackingProgram(program: string, environment: Environment): Lack | null {
  if (findProgram(program, environment['PATH']) !== null) return null;
  const [message, advice] = program.includes('/')
    ? [`${program} is not there or not executable`, 'correct the path, or make the file executable']
    : [`no program ${program} is on PATH`, 'install it, or give its path'];
  return { code: 'config/no-such-program', message, advice };
}

function lackingSocket(path: string): Lack | null {
  const status = statusOf(path);
  if (status?.isSocket() === true) return null;
  return status === undefined
    ? { code: 'config/no-such-file', message: `nobody listens at ${path} yet`, advice: 'start the consumer; messages wait for it' }
    : { code: 'config/no-such-file', message: `${path} is no socket`, advice: 'name the socket of the consumer' };
}

function unreadable(file: string): Lack | null {
  const status = statusOf(file);
  if (status?.isFile() === false) {
    return status.isDirectory() ? { code: 'config/no-such-file', message: `${file} is a folder`, advice: 'name the file in it' } : null;
  }
  const why = failureOf(() => closeSync(openSync(file, 'r')));
  if (why === null) return null;
  return { code: 'config/no-such-file', message: `${file} ${why}`, advice: 'correct the path, or let this user read it' };
}

function unwritableFile(file: string): Lack | null {
  const status = statusOf(file);
  if (status === undefined) return unwritable(dirname(resolve(file)), true);
  if (!status.isFile()) return notWritable(`${file} is no regular file`, 'name another');
  const why = failureOf(() => accessSync(file, constants.W_OK));
  return why === null ? null : notWritable(`${file} ${why}`);
}

/** Where a folder is missing, it is made with what is missing above it: the nearest that is there has to let it. */
function unwritableFolder(folder: string): Lack | null {
  let at = resolve(folder);
  while (statusOf(at) === undefined && dirname(at) !== at) at = dirname(at);
  return unwritable(at, at === resolve(folder));
}

function unwritable(folder: string, itself: boolean): Lack | null {
  const status = statusOf(folder);
  if (status?.isDirectory() === false) return notWritable(`${folder} is no folder`, 'name another');
  const why = failureOf(() => accessSync(folder, constants.W_OK | constants.X_OK));
  return why === null ? null : notWritable(`${folder} ${why}${itself ? '' : ', so nothing can be made in it'}`);
}

const notWritable = (message: string, advice = 'create the folder and let this user write to it, or name another'): Lack => ({
  code: 'config/not-writable',
  message,
  advice,
});

/** Undefined where nothing is there, or nothing can be seen of it. */
function statusOf(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch (caught) {
    if (caught instanceof Error) return undefined;
    throw caught;
  }
}

/** Why a file or folder cannot be used; null where it can. */
function failureOf(look: () => void): string | null {
  try {
    look();
    return null;
  } catch (caught) {
    const code = caught instanceof Error && 'code' in caught ? String(caught.code) : '';
    if (code === 'ENOENT') return 'does not exist';
    return code === 'EACCES' || code === 'EPERM' ? 'is not open to this user' : `cannot be used (${code})`;
  }
}
