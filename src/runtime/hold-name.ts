import { createHash } from 'node:crypto';
import { connect, createServer, type Server } from 'node:net';
import type { Clock } from './clock.js';

const answerMs = 2000;
const mostTries = 3;

/** A name that is held by this process, until it is released or the process ends; or the process that holds it, null where it does not tell. */
export type HeldName = { readonly release: () => Promise<void> } | { readonly holder: number | null };

/**
 * Holds a name against all other programs of this machine. What holds it is a socket in the abstract namespace, which the kernel takes
 * away with the process, however that ends; whoever connects is told the process id. Rejects with the system's error where no such socket
 * can be made.
 * @param name of any length, the same for all who compete for it
 * @see unix(7)
 */
export async function holdName(name: string, clock: Clock): Promise<HeldName> {
  // An address holds 107 octets, and of a longer one the beginning would be taken, in silence.
  const address = `\0wapbridge-${createHash('sha256').update(name).digest('hex').slice(0, 32)}`;
  for (let tries = 1; ; tries += 1) {
    const server = createServer((caller) => {
      caller.on('error', () => caller.destroy());
      caller.end(`${process.pid}\n`);
    });
    if (await listening(server, address)) {
      server.unref();
      return { release: () => new Promise((resolve) => server.close(() => resolve())) };
    }
    const holder = await holderOf(address, clock);
    // Nobody there: it has ended in between.
    if (holder !== 'gone' || tries >= mostTries) return { holder: holder === 'gone' ? null : holder };
  }
}

/** False where somebody else listens. */
function listening(server: Server, address: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    server.once('error', (error) => ('code' in error && error.code === 'EADDRINUSE' ? resolve(false) : reject(error)));
    server.listen(address, () => resolve(true));
  });
}

/** The process id that the holder tells; null where it tells none in time. */
function holderOf(address: string, clock: Clock): Promise<number | null | 'gone'> {
  return new Promise((resolve) => {
    let said = '';
    let answers = false;
    const socket = connect(address);
    socket.setEncoding('latin1');
    const cancel = clock.after(answerMs, () => socket.destroy());
    socket.on('connect', () => {
      answers = true;
    });
    socket.on('data', (text: string) => {
      said = (said + text).slice(0, 32);
    });
    socket.on('error', () => socket.destroy());
    socket.on('close', () => {
      cancel();
      const [, pid] = /^(\d{1,10})\n/.exec(said) ?? [];
      resolve(answers ? (pid === undefined ? null : Number(pid)) : 'gone');
    });
  });
}
