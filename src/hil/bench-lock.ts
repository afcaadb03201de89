import { createHash } from 'node:crypto';
import { realpath } from 'node:fs/promises';
import { connect, createServer, type Server } from 'node:net';
import { type Clock, systemClock } from '../runtime/index.js';
import { HilError } from './errors.js';

const answerWithinMs = 1000;

/** Ends a lock. */
export type Release = () => Promise<void>;

/**
 * Holds a modem against other runs on this machine. The lock is a unix socket without a file: it goes with its process, however that ends,
 * and tells whoever is refused which process has it.
 * @throws HilError `hil/bench-held`
 */
export async function lockModem(name: string, port: string, clock: Clock = systemClock): Promise<Release> {
  const place = port.startsWith('/') ? await realpath(port).catch(() => port) : port;
  const address = `\0wapbridge-bench-${createHash('sha256').update(place).digest('hex').slice(0, 32)}`;
  const server = createServer((caller) => {
    caller.on('error', () => caller.destroy());
    caller.end(`${process.pid}\n`);
  });
  try {
    await listening(server, address);
  } catch (cause) {
    const holder = await whoHolds(address, clock);
    throw new HilError('hil/bench-held', `the modem ${name} at ${port} is in use by another run${holder}`, {
      cause,
      advice: 'wait for it, or end it',
    });
  }
  server.unref();
  return () => new Promise((resolve) => server.close(() => resolve()));
}

function listening(server: Server, address: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(address, () => {
      server.removeListener('error', reject);
      resolve();
    });
  });
}

function whoHolds(address: string, clock: Clock): Promise<string> {
  return new Promise((resolve) => {
    let said = '';
    const asked = connect(address);
    asked.setEncoding('latin1');
    const cancel = clock.after(answerWithinMs, () => asked.destroy());
    asked.on('data', (text: string) => {
      said = (said + text).slice(0, 32);
    });
    asked.on('error', () => resolve(''));
    asked.on('close', () => {
      cancel();
      resolve(/^\d+\n/.test(said) ? `, process ${said.trim()}` : '');
    });
  });
}
