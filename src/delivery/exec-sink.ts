import { type ChildProcess, spawn } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { type Cancel, type Clock, findProgram } from '../runtime/index.js';
import { describe } from './described.js';
import { oneLine, reasonOf, SinkError } from './errors.js';
import type { DeliveryReceipt, Handover, Sink } from './types.js';

/** `EX_TEMPFAIL` of sysexits.h: the program wants the message again later. */
const exitLater = 75;
/** Octets kept of what the program says on standard error. */
const complaintOctets = 2048;
/** Linux bounds one environment string at 128 KiB; longer facts are on descriptor 3 alone. */
const environmentOctets = 96 * 1024;
/** Between asking a program to end and ending it. */
const graceMs = 2000;
/** After its end: how long what it said may take to arrive. */
const lastWordsMs = 200;

export interface ExecSinkOptions {
  readonly name: string;
  /** Program and arguments; no shell reads them. */
  readonly command: readonly string[];
  readonly clock: Clock;
  /** What the program gets beside the facts; ours unless given. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
}

/**
 * Runs a program for each message: the body on standard input, the facts as JSON on descriptor 3 and in `WAPBRIDGE_FACTS`, the most
 * important ones in `WAPBRIDGE_*`. Exit code 0 is taken, 75 is later, another is refused; a signal is later.
 * @throws SinkError `delivery/no-such-program`
 */
export function execSink({ name, command, clock, environment = process.env }: ExecSinkOptions): Sink {
  const [program = '', ...words] = command;
  const file = findProgram(program, environment.PATH);
  if (file === null)
    throw new SinkError('delivery/no-such-program', `the sink ${name} runs ${program}, which is not there or not executable`, name, {
      advice: 'correct command, or make the file executable',
    });
  return {
    name,
    kind: 'exec',
    accept(handover, { signal }): Promise<DeliveryReceipt> {
      return new Promise((resolve) => {
        if (signal.aborted) return resolve({ outcome: 'later', reason: 'given up before it began' });
        const child = spawn(file, words, {
          env: { ...environment, ...factsFor(handover) },
          stdio: ['pipe', 'ignore', 'pipe', 'pipe'],
          argv0: program,
        });
        const end = (): void => endChild(child, clock, settled);
        let complaint = '';
        const settled: { done: boolean; cancel: Cancel } = { done: false, cancel: () => {} };
        const finish = (receipt: DeliveryReceipt): void => {
          if (settled.done) return;
          settled.done = true;
          settled.cancel();
          signal.removeEventListener('abort', end);
          for (const stream of child.stdio) stream?.destroy();
          resolve(receipt);
        };
        child.on('error', (caught) => finish({ outcome: 'later', reason: reasonOf(caught) }));
        child.on('exit', (code, endedBy) => {
          const done = (): void => finish(receiptFor(code, endedBy, signal.aborted, complaint));
          // What it said is read to its end, unless something it left behind keeps the pipe open.
          settled.cancel();
          settled.cancel = clock.after(lastWordsMs, done, { keepAlive: true });
          child.on('close', done);
        });
        child.stderr?.on('data', (chunk) => {
          complaint = (complaint + String(chunk)).slice(-complaintOctets);
        });
        signal.addEventListener('abort', end, { once: true });
        feed(child.stdin, handover.body ?? new Uint8Array());
        feed(child.stdio[3], JSON.stringify(handover.facts));
      });
    },
    close: () => Promise.resolve(),
  };
}

function receiptFor(code: number | null, endedBy: string | null, aborted: boolean, complaint: string): DeliveryReceipt {
  if (code === 0) return { outcome: 'taken' };
  const said = complaint === '' ? '' : `: ${oneLine(complaint)}`;
  if (aborted) return { outcome: 'later', reason: `did not end in time${said}` };
  if (code === null) return { outcome: 'later', reason: `ended by ${endedBy}${said}` };
  return code === exitLater
    ? { outcome: 'later', reason: `exit code 75${said}` }
    : { outcome: 'refused', reason: `exit code ${code}${said}` };
}

/** Asks the child to end, and after a grace makes it. Only the child's own pid is ever signalled. */
function endChild(child: ChildProcess, clock: Clock, settled: { readonly done: boolean; cancel: Cancel }): void {
  child.kill('SIGTERM');
  settled.cancel = clock.after(
    graceMs,
    () => {
      if (!settled.done) child.kill('SIGKILL');
    },
    { keepAlive: true },
  );
}

/** A program need not read what it is given: that it closed the pipe says nothing, its exit code does. */
function feed(pipe: Writable | Readable | null | undefined, content: Uint8Array | string): void {
  if (pipe === null || pipe === undefined || !('end' in pipe)) return;
  pipe.on('error', () => pipe.destroy());
  pipe.end(content);
}

function factsFor(handover: Handover): Record<string, string> {
  const described = describe(handover);
  const facts = JSON.stringify(handover.facts);
  const variables: readonly (readonly [string, string | null])[] = [
    ['WAPBRIDGE_ID', handover.id],
    ['WAPBRIDGE_ATTEMPT', String(handover.attempt)],
    ['WAPBRIDGE_VERDICT', described.verdict],
    ['WAPBRIDGE_BINDING', described.binding],
    ['WAPBRIDGE_MODEM', described.modem],
    ['WAPBRIDGE_FROM', described.from],
    ['WAPBRIDGE_RECEIVED_AT', described.receivedAt],
    ['WAPBRIDGE_CONTENT_TYPE', described.contentType],
    ['WAPBRIDGE_APPLICATION_ID', described.applicationId],
    ['WAPBRIDGE_FACTS', Buffer.byteLength(facts) <= environmentOctets ? facts : null],
    ['WAPBRIDGE_FACTS_FD', '3'],
  ];
  // A NUL cannot stand in an environment; the JSON has it escaped.
  return Object.fromEntries(
    variables.flatMap(([key, value]) => (value === null ? [] : [[key, value.replaceAll('\u0000', '\u2400').slice(0, environmentOctets)]])),
  );
}
