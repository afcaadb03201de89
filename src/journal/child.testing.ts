import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';

const dist = new URL('../../dist/', import.meta.url);

/**
 * A program of its own that writes a journal: parts of two-part messages for ever, several at a time. It says on standard output what
 * was acknowledged to it, and kills itself with SIGKILL at the point named `KILL_AT` when it is passed for the `KILL_COUNT`th time.
 */
const program = `
  import { writeSync } from 'node:fs';
  const { openJournal } = await import(process.env.JOURNAL + 'journal/index.js');
  const { systemClock, systemRandom } = await import(process.env.JOURNAL + 'runtime/index.js');
  const say = (...words) => writeSync(1, words.join(' ') + '\\n');
  let passes = Number(process.env.KILL_COUNT ?? 1);
  const onPoint = (point) => {
    if (point === process.env.KILL_AT && --passes === 0) process.kill(process.pid, 'SIGKILL');
  };
  const onHealth = (health) => say('health', health.state);
  const holder = { pid: process.pid, command: 'journal child' };
  const journal = openJournal({ directory: process.env.DIRECTORY, clock: systemClock, random: systemRandom, holder, onPoint, onHealth,
    retention: null });
  say('open', process.pid);
  const base = process.env.BASE;
  const octets = (lane, turn, sequence) => base + lane.toString(16).padStart(2, '0').toUpperCase()
    + turn.toString(16).padStart(8, '0').toUpperCase() + '0' + sequence + '00'.repeat(Number(process.env.PADDING ?? 100));
  const append = async (lane, turn, sequence) => {
    for (;;) {
      try {
        const { id } = await journal.append({ receivedAt: Date.now(), binding: 'sms', source: 'a', octets: octets(lane, turn, sequence),
          facts: '{}', fingerprint: Buffer.from(octets(lane, turn, sequence).slice(0, 32), 'hex') });
        say('part', id, octets(lane, turn, sequence).slice(0, 14));
        return id;
      } catch (error) {
        say('refused', error.code);
        await systemClock.sleep(20);
      }
    }
  };
  const lane = async (number) => {
    for (let turn = 0; turn < Number(process.env.TURNS ?? 1e9); turn += 1) {
      const partIds = [await append(number, turn, 1), await append(number, turn, 2)];
      if (process.env.PARTS_ONLY) continue;
      const { id } = await journal.complete({ completedAt: Date.now(), partIds, verdict: 'not-push', binding: 'sms', source: 'a',
        from: null, contentType: null, applicationId: null, facts: '{}', body: null, sinks: ['a', 'b'] });
      say('message', id, ...partIds);
      await journal.recordAttempt(id, 'a', { at: Date.now(), outcome: 'taken', reason: null, nextAttemptAt: 0 });
      say('taken', id);
      if (turn % 8 === 7 && number === 0) {
        const { id: letter } = await journal.append({ receivedAt: 1, binding: 'sms', source: 'a', octets: 'lonely', facts: '{}', fingerprint: null });
        await journal.expire([letter], 'alone');
        await journal.redeliver(id, ['a']);
        await journal.retain({ settledForMs: 1e12, undeliveredForMs: 1e12, maximumOctets: 1e12 });
      }
    }
  };
  await Promise.all(Array.from({ length: Number(process.env.LANES ?? 4) }, (_, number) => lane(number)));
  say('done');
  journal.close();
`;

export interface JournalChild {
  readonly process: ChildProcess;
  /** What it said so far, line by line. */
  readonly lines: () => readonly string[];
  /** Resolves with the first line that begins so. */
  said(beginning: string): Promise<string>;
  /** Resolves once it has ended. */
  readonly ended: Promise<void>;
}

/** Starts the program; `limitBlocks` bounds its files to so many blocks of 512 octets. */
export function journalChild(directory: string, environment: Readonly<Record<string, string>>, limitBlocks?: number): JournalChild {
  if (!existsSync(new URL('journal/index.js', dist))) throw new TypeError('dist is missing: npm run build comes before these tests');
  const node = [process.execPath, '--input-type=module', '-e', program];
  const [command = '', ...words] = limitBlocks === undefined ? node : ['sh', '-c', `ulimit -S -f ${limitBlocks}; exec "$@"`, 'sh', ...node];
  const child = spawn(command, words, {
    env: { ...process.env, JOURNAL: dist.href, DIRECTORY: directory, BASE: 'AB', ...environment },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let text = '';
  const listeners = new Set<() => void>();
  child.stdout.on('data', (chunk) => {
    text += String(chunk);
    for (const listener of listeners) listener();
  });
  const lines = (): readonly string[] => text.split('\n').slice(0, -1);
  const ended = once(child, 'close').then(() => {
    for (const listener of listeners) listener();
  });
  return {
    process: child,
    lines,
    ended,
    said: (beginning) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          const found = lines().find((line) => line.startsWith(beginning));
          if (found !== undefined) resolve(found);
          else if (child.exitCode !== null || child.signalCode !== null)
            reject(new TypeError(`the child ended without saying ${beginning}`));
          else return;
          listeners.delete(look);
        };
        listeners.add(look);
        look();
      }),
  };
}
