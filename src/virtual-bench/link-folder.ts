import { statSync } from 'node:fs';
import { connect, createServer, type Server } from 'node:net';
import { type Clock, makeFolder } from '../runtime/index.js';
import { BenchError } from './errors.js';

const answerMs = 2000;
const mostTries = 3;

/**
 * Takes a folder of links for this bench alone, so that no other bench puts its own links in their place; resolves with the way to give
 * it back. What holds it is a socket in the abstract namespace (unix(7)), which the kernel takes away with the process: a killed bench
 * holds nothing, and nothing lies in the folder but links.
 * @throws BenchError `virtual-bench/links-held`, `virtual-bench/bad-link`
 */
export async function takeLinkFolder(folder: string, clock: Clock): Promise<() => Promise<void>> {
  const name = socketNameOf(folder);
  for (let tries = 1; ; tries += 1) {
    const server = createServer((socket) => {
      socket.on('error', () => socket.destroy());
      socket.end(String(process.pid));
    });
    const failure = await listening(server, name);
    if (failure === null) return () => new Promise((resolve) => server.close(() => resolve()));
    if (!('code' in failure) || failure.code !== 'EADDRINUSE') throw badFolder(folder, failure);
    const holder = await holderOf(name, clock);
    // Nobody there: it has ended in between.
    if (holder === null && tries < mostTries) continue;
    const by = holder === null || holder === '' ? 'another bench' : `the bench with pid ${holder}`;
    throw new BenchError('virtual-bench/links-held', `the links in ${folder} belong to ${by}`, {
      cause: failure,
      advice: 'end that bench, or choose another --link folder',
    });
  }
}

/** The folder itself, by whatever path it is named. */
function socketNameOf(folder: string): string {
  try {
    makeFolder(folder);
    const { dev, ino } = statSync(folder);
    return `\0wapbridge-bench-${dev}-${ino}`;
  } catch (error) {
    throw badFolder(folder, error);
  }
}

function badFolder(folder: string, cause: unknown): BenchError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new BenchError('virtual-bench/bad-link', `cannot put links into ${folder} (${reason})`, {
    cause,
    advice: 'choose a --link folder that can be written',
  });
}

function listening(server: Server, path: string): Promise<Error | null> {
  return new Promise((resolve) => {
    server.once('error', resolve);
    server.listen(path, () => resolve(null));
  });
}

/** The process id that the holder tells; empty where it tells none in time, null where nobody listens. */
function holderOf(path: string, clock: Clock): Promise<string | null> {
  return new Promise((resolve) => {
    const socket = connect(path);
    let said = '';
    let answers = false;
    const cancel = clock.after(answerMs, () => socket.destroy());
    socket.on('connect', () => {
      answers = true;
    });
    socket.on('data', (octets: Buffer) => {
      said = `${said}${octets.toString('latin1')}`.slice(0, 12);
    });
    socket.on('error', () => socket.destroy());
    socket.on('close', () => {
      cancel();
      resolve(answers ? (/^\d{1,10}$/.exec(said)?.[0] ?? '') : null);
    });
  });
}
