import { closeSync, constants, lstatSync, openSync, unlinkSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { BridgeError } from '../errors.js';
import { LineBuffer } from './line-buffer.js';
import { asBridgeError } from './reading.js';

/** One line of a request or an answer, as JSON has it; nothing in it is trusted. */
export type ControlObject = Readonly<Record<string, unknown>>;

/**
 * Does what a request asks for and answers with one object; `tell` sends objects before it. `signal` is aborted when the one who asked goes away.
 * What it throws goes back as an error with its code.
 */
export type ControlHandler = (request: ControlObject, tell: (object: ControlObject) => void, signal: AbortSignal) => Promise<ControlObject>;

/** What can be asked for, by the word in `do`. */
export type ControlHandlers = Readonly<Record<string, ControlHandler>>;

const socketName = 'control.sock';
/** A push of 255 parts as hex stays far below. */
const longestLine = 1_048_576;
const mostClients = 64;

/**
 * Listens in a state folder for other commands of the same user: NDJSON, a request `{ref, do, …}` a line, answered by objects with its
 * `ref`, the last with `done: true`, and `error` where it was refused. The folder's lock is held by the caller, so that whatever socket is there is a dead one.
 * Resolves with the way to close and remove it.
 * @throws BridgeError `bridge/control-failed`
 */
export async function listenForRequests(directory: string, handlers: ControlHandlers): Promise<() => Promise<void>> {
  const clients = new Set<Socket>();
  const server = createServer((socket) => {
    if (clients.size >= mostClients) {
      socket.destroy();
      return;
    }
    clients.add(socket);
    socket.on('close', () => clients.delete(socket));
    serve(socket, handlers);
  });
  const place = reachable(directory);
  const oldMask = process.umask(0o177);
  try {
    const there = lstatSync(place.path, { throwIfNoEntry: false });
    if (there !== undefined) {
      if (!there.isSocket()) throw failed(directory, 'something else has its name');
      unlinkSync(place.path);
    }
    await new Promise<void>((resolve, reject) => {
      server.once('error', (cause) => reject(failed(directory, cause.message, cause)));
      server.listen(place.path, resolve);
    });
  } finally {
    process.umask(oldMask);
  }
  return async () => {
    for (const client of clients) client.destroy();
    await new Promise<void>((resolve) => server.close(() => resolve()));
    place.release();
  };
}

/** A connection to the program that holds a state folder. */
export interface ControlConnection {
  /**
   * Asks, hands over what is told before the answer, and resolves with the answer.
   * @throws BridgeError as the other side raised it; `bridge/control-lost` where it went away before it answered
   */
  ask(request: ControlObject, tell?: (object: ControlObject) => void): Promise<ControlObject>;
  close(): void;
}

/** Connects to whoever listens in a state folder; null where nobody does. */
export async function connectToHolder(directory: string): Promise<ControlConnection | null> {
  let place: ReturnType<typeof reachable>;
  try {
    place = reachable(directory);
  } catch (cause) {
    // Where there is no folder nobody listens in it.
    if (cause instanceof BridgeError) return null;
    throw cause;
  }
  const socket = connect(place.path);
  const connected = await new Promise<boolean>((resolve) => {
    socket.once('connect', () => resolve(true));
    socket.once('error', () => resolve(false));
  });
  place.release();
  if (!connected) return null;
  return new Asking(socket);
}

class Asking implements ControlConnection {
  readonly #socket: Socket;
  readonly #waiting = new Map<
    number,
    { tell: (object: ControlObject) => void; resolve: (o: ControlObject) => void; reject: (c: unknown) => void }
  >();
  #next = 1;

  constructor(socket: Socket) {
    this.#socket = socket;
    const lines = new LineBuffer(4 * longestLine);
    socket.on('data', (chunk: Buffer) => {
      for (const line of lines.take(chunk)) this.#answer(line);
    });
    socket.on('error', () => socket.destroy());
    socket.on('close', () => {
      const gone = new BridgeError('bridge/control-lost', 'the program that holds the state folder went away before it answered', {
        advice: 'see wapbridge outbox list for what has left',
      });
      for (const { reject } of this.#waiting.values()) reject(gone);
      this.#waiting.clear();
    });
  }

  ask(request: ControlObject, tell: (object: ControlObject) => void = () => {}): Promise<ControlObject> {
    const ref = this.#next;
    this.#next += 1;
    return new Promise((resolve, reject) => {
      if (this.#socket.destroyed) {
        reject(new BridgeError('bridge/control-lost', 'the program that holds the state folder went away'));
        return;
      }
      this.#waiting.set(ref, { tell, resolve, reject });
      this.#socket.write(`${JSON.stringify({ ...request, ref })}\n`);
    });
  }

  close(): void {
    this.#socket.destroy();
  }

  #answer(line: string): void {
    const object = parse(line);
    const waiting = typeof object?.ref === 'number' ? this.#waiting.get(object.ref) : undefined;
    if (object === null || waiting === undefined) return;
    const { ref: _, done, ...rest } = object;
    if (done !== true) {
      waiting.tell(rest);
      return;
    }
    const { error } = rest;
    this.#waiting.delete(Number(object.ref));
    if (isObject(error)) waiting.reject(readError(error));
    else waiting.resolve(rest);
  }
}

function readError(error: unknown): BridgeError {
  const { code, message, advice } = isObject(error) ? error : {};
  const known = typeof code === 'string' && isErrorCode(code) ? code : 'bridge/control-failed';
  const options = typeof advice === 'string' ? { advice } : {};
  return new BridgeError(known, typeof message === 'string' ? message : 'the other side failed without a word', options);
}

const isErrorCode = (text: string): text is `${string}/${string}` => /^[a-z-]+\/[a-z0-9-]+$/.test(text);

function isObject(value: unknown): value is ControlObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function parse(line: string): ControlObject | null {
  try {
    const value: unknown = JSON.parse(line);
    return isObject(value) ? value : null;
  } catch (cause) {
    if (cause instanceof SyntaxError) return null;
    throw cause;
  }
}

function serve(socket: Socket, handlers: ControlHandlers): void {
  const gone = new AbortController();
  const lines = new LineBuffer(longestLine);
  const say = (object: ControlObject): void => {
    if (socket.writable) socket.write(`${JSON.stringify(object)}\n`);
  };
  socket.on('error', () => socket.destroy());
  socket.on('close', () => gone.abort(new BridgeError('bridge/control-lost', 'the one who asked went away')));
  socket.on('data', (chunk: Buffer) => {
    for (const line of lines.take(chunk)) void answer(line, handlers, say, gone.signal);
    if (lines.overlong) socket.destroy();
  });
}

async function answer(line: string, handlers: ControlHandlers, say: (object: ControlObject) => void, signal: AbortSignal): Promise<void> {
  const request = parse(line);
  const ref = request?.ref ?? null;
  const refuse = (error: BridgeError): void => {
    const { code, message, advice } = error;
    say({ ref, error: { code, message, ...(advice === undefined ? {} : { advice }) }, done: true });
  };
  const word = request?.do;
  const handler = typeof word === 'string' && Object.hasOwn(handlers, word) ? handlers[word] : undefined;
  if (request === null || handler === undefined) {
    refuse(new BridgeError('bridge/bad-request', 'this is nothing that can be asked for', { advice: 'use the same version of wapbridge' }));
    return;
  }
  try {
    say({ ...(await handler(request, (object) => say({ ...object, ref }), signal)), ref, done: true });
  } catch (cause) {
    refuse(asBridgeError(cause));
  }
}

/** Addresses of unix sockets hold 107 octets; through the folder's descriptor any path is short enough. */
function reachable(directory: string): { readonly path: string; release(): void } {
  const path = join(directory, socketName);
  if (Buffer.byteLength(path) <= 100) return { path, release: () => {} };
  try {
    const descriptor = openSync(directory, constants.O_RDONLY | constants.O_DIRECTORY);
    return { path: `/proc/self/fd/${descriptor}/${socketName}`, release: () => closeSync(descriptor) };
  } catch (cause) {
    throw failed(directory, cause instanceof Error ? cause.message : String(cause), cause);
  }
}

function failed(directory: string, why: string, cause?: unknown): BridgeError {
  return new BridgeError('bridge/control-failed', `cannot listen in ${directory}: ${why}`, {
    cause,
    advice: 'check the folder and its permissions',
  });
}
