import { lstatSync, statSync, unlinkSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { dirname } from 'node:path';
import { longestSocketPath } from '../runtime/index.js';
import { type BenchControl, readControlLines } from './bench-control.js';
import { BenchError } from './errors.js';

/**
 * Listens for commands on a unix socket that only its owner may use; resolves with the way to close and remove it. A socket that a
 * killed bench left behind is replaced.
 * @throws BenchError `virtual-bench/address-in-use`, `virtual-bench/bad-control-path`
 */
export async function listenForControl(path: string, control: BenchControl): Promise<() => Promise<void>> {
  refuseUnfit(path);
  await removeStale(path);
  const clients = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    clients.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => clients.delete(socket));
    const say = (answer: unknown): void => {
      if (socket.writable) socket.write(`${JSON.stringify(answer)}\n`);
    };
    readControlLines(socket, control, say).then(
      () => socket.end(),
      () => socket.destroy(),
    );
  });
  const oldMask = process.umask(0o177);
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', (cause) => reject(inUse(path, cause)));
      server.listen(path, resolve);
    });
  } finally {
    process.umask(oldMask);
  }
  return async () => {
    for (const client of clients) client.destroy();
    await new Promise<void>((resolve) => server.close(() => resolve()));
  };
}

function refuseUnfit(path: string): void {
  if (Buffer.byteLength(path) > longestSocketPath) {
    throw new BenchError('virtual-bench/bad-control-path', `the path of the control socket has more than ${longestSocketPath} octets`, {
      advice: 'choose a shorter --control path, or one from the folder where it runs',
    });
  }
  // The system calls this a lack of permission.
  const folder = dirname(path);
  if (isFolder(folder)) return;
  throw new BenchError('virtual-bench/bad-control-path', `there is no folder ${folder} for the control socket`, {
    advice: 'choose another --control path',
  });
}

function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}

async function removeStale(path: string): Promise<void> {
  const there = lstatSync(path, { throwIfNoEntry: false });
  if (there === undefined) return;
  if (!there.isSocket()) throw inUse(path, undefined);
  const alive = await new Promise<boolean>((resolve) => {
    const probe = connect(path);
    probe.once('connect', () => {
      probe.destroy();
      resolve(true);
    });
    probe.once('error', () => resolve(false));
  });
  if (alive) throw inUse(path, undefined);
  unlinkSync(path);
}

function inUse(path: string, cause: Error | undefined): BenchError {
  const reason = cause === undefined ? 'something else is there' : cause.message;
  return new BenchError('virtual-bench/address-in-use', `cannot listen on ${path} (${reason})`, {
    cause,
    advice: 'choose another --control path',
  });
}
