import { createConnection } from 'node:net';
import { longestSocketPath } from '../runtime/index.js';
import { oneLine, reasonOf, SinkError } from './errors.js';
import type { DeliveryReceipt, Sink } from './types.js';

/** Longest answer line that is read. */
const answerOctets = 64 * 1024;

/**
 * Connects to a unix socket for each message, writes one line of JSON (the `message` object with the body as `bodyBase64`, and
 * `attempt`), and waits for one line `{"id":…,"outcome":"taken"|"later"|"refused","reason":…}`. Anything else is later.
 * @throws SinkError `delivery/bad-target` where the path is too long for a socket
 */
export function unixSink({ name, path }: { readonly name: string; readonly path: string }): Sink {
  if (Buffer.byteLength(path) > longestSocketPath)
    throw new SinkError('delivery/bad-target', `the sink ${name} has a socket path of more than ${longestSocketPath} octets`, name, {
      advice: 'use a shorter path',
    });
  return {
    name,
    kind: 'unix',
    accept({ id, facts, body, attempt }, { signal }): Promise<DeliveryReceipt> {
      return new Promise((resolve) => {
        let text = '';
        const socket = createConnection({ path });
        const finish = (receipt: DeliveryReceipt): void => {
          signal.removeEventListener('abort', onAbort);
          socket.destroy();
          resolve(receipt);
        };
        const onAbort = (): void => finish({ outcome: 'later', reason: 'no answer in time' });
        if (signal.aborted) return onAbort();
        signal.addEventListener('abort', onAbort, { once: true });
        socket.setEncoding('utf8');
        socket.on('error', (caught) => finish({ outcome: 'later', reason: reasonOf(caught) }));
        socket.on('close', () => finish({ outcome: 'later', reason: 'closed without an answer' }));
        socket.on('data', (chunk) => {
          text += String(chunk);
          const end = text.indexOf('\n');
          if (end >= 0) finish(readAnswer(text.slice(0, end), id));
          else if (text.length > answerOctets) finish({ outcome: 'later', reason: 'the answer has no end' });
        });
        const bodyBase64 = body === null ? null : Buffer.from(body).toString('base64');
        socket.write(`${JSON.stringify({ ...facts, bodyBase64, attempt })}\n`);
      });
    },
    close: () => Promise.resolve(),
  };
}

function readAnswer(line: string, id: string): DeliveryReceipt {
  const nonsense: DeliveryReceipt = { outcome: 'later', reason: `not understood: ${oneLine(line).slice(0, 200)}` };
  let answer: unknown;
  try {
    answer = JSON.parse(line);
  } catch (caught) {
    if (caught instanceof SyntaxError) return nonsense;
    throw caught;
  }
  if (typeof answer !== 'object' || answer === null || !('id' in answer) || !('outcome' in answer) || answer.id !== id) return nonsense;
  const reason = 'reason' in answer && typeof answer.reason === 'string' ? oneLine(answer.reason) : 'no reason given';
  if (answer.outcome === 'taken') return { outcome: 'taken' };
  if (answer.outcome === 'refused') return { outcome: 'refused', reason };
  if (answer.outcome !== 'later') return nonsense;
  const retryAfterMs = 'retryAfterMs' in answer && typeof answer.retryAfterMs === 'number' ? answer.retryAfterMs : 0;
  return { outcome: 'later', reason, retryAfterMs: Math.max(0, retryAfterMs) };
}
