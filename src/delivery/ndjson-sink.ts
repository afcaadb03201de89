import { type FileHandle, open } from 'node:fs/promises';
import type { Writable } from 'node:stream';
import { reasonOf } from './errors.js';
import type { DeliveryReceipt, Handover, Sink } from './types.js';
import { checkFile } from './writable.js';

/** One line of JSON a message on a stream; taken once the stream's other side has it. */
export function ndjsonSink({ name, stream }: { readonly name: string; readonly stream: Writable }): Sink {
  let closed: string | null = null;
  const onError = (caught: Error): void => {
    closed = reasonOf(caught);
  };
  stream.on('error', onError);
  return {
    name,
    kind: 'ndjson',
    accept({ facts }: Handover): Promise<DeliveryReceipt> {
      if (closed !== null || stream.destroyed || stream.writableEnded)
        return Promise.resolve({ outcome: 'later', reason: `the stream is closed${closed === null ? '' : `: ${closed}`}` });
      return new Promise((resolve) => {
        // The callback comes when the line has left our buffers: that is the back-pressure, since one message at a time is handed over.
        stream.write(`${JSON.stringify(facts)}\n`, (fault) =>
          resolve(fault ? { outcome: 'later', reason: reasonOf(fault) } : { outcome: 'taken' }),
        );
      });
    },
    close(): Promise<void> {
      stream.off('error', onError);
      return Promise.resolve();
    },
  };
}

/**
 * One line of JSON a message at the end of a file; taken once it is on disk. The file is opened for each message, so that it can be
 * rotated by renaming it. A line is whole or not there: what a full disk left of one is cut off again.
 * @throws SinkError `delivery/not-writable`
 */
export function ndjsonFileSink({ name, path }: { readonly name: string; readonly path: string }): Sink {
  checkFile(name, path);
  let last: Promise<unknown> = Promise.resolve();
  return {
    name,
    kind: 'ndjson',
    accept({ facts }: Handover): Promise<DeliveryReceipt> {
      // One after the other, also where several are under way at once: what is cut off must never be the line of another.
      const turn = last.then(() => appendLine(path, JSON.stringify(facts)));
      last = turn.catch(() => undefined);
      return turn;
    },
    close: () => Promise.resolve(),
  };
}

async function appendLine(path: string, text: string): Promise<DeliveryReceipt> {
  const file = await open(path, 'a+', 0o640);
  try {
    const status = await file.stat();
    if (!status.isFile()) return { outcome: 'later', reason: `${path} is no regular file` };
    const line = Buffer.from(`${(await endsTorn(file, status.size)) ? '\n' : ''}${text}\n`);
    try {
      await file.writeFile(line);
      await file.datasync();
    } catch (caught) {
      await file.truncate(status.size);
      return { outcome: 'later', reason: reasonOf(caught) };
    }
    return { outcome: 'taken' };
  } finally {
    await file.close();
  }
}

/** The last line has no end: a power cut took it. */
async function endsTorn(file: FileHandle, size: number): Promise<boolean> {
  if (size === 0) return false;
  const { buffer } = await file.read(Buffer.alloc(1), 0, 1, size - 1);
  return buffer[0] !== 0x0a;
}
