import { type FileHandle, mkdir, open, rename } from 'node:fs/promises';
import { join } from 'node:path';
import type { DeliveryReceipt, Handover, Sink } from './types.js';
import { checkFolder } from './writable.js';

/** The only thing a file is named after: an id of ours, never text from a message. */
const idPattern = /^[0-9A-Za-z](?:[0-9A-Za-z-]{0,62}[0-9A-Za-z])?$/;

/**
 * Two files a message in a folder, `ID.body` with the octets (where there are any) and `ID.json` with the facts. Both are written
 * under other names, synced and then renamed, `ID.json` last: where it stands, the message is whole. The same id twice replaces itself.
 * @throws SinkError `delivery/not-writable`
 */
export function spoolSink({ name, directory }: { readonly name: string; readonly directory: string }): Sink {
  checkFolder(name, directory);
  return {
    name,
    kind: 'spool',
    async accept({ id, facts, body }: Handover): Promise<DeliveryReceipt> {
      if (!idPattern.test(id)) return { outcome: 'refused', reason: 'the id cannot be a file name' };
      await mkdir(directory, { recursive: true, mode: 0o750 });
      const bodyFile = body === null ? null : `${id}.body`;
      if (body !== null) await writeWhole(join(directory, `.${id}.body.tmp`), body);
      await writeWhole(join(directory, `.${id}.json.tmp`), `${JSON.stringify({ ...facts, bodyFile })}\n`);
      if (bodyFile !== null) await rename(join(directory, `.${id}.body.tmp`), join(directory, bodyFile));
      // Without this the folder could keep the facts and lose the body's name in a power cut.
      if (bodyFile !== null) await syncFolder(directory);
      await rename(join(directory, `.${id}.json.tmp`), join(directory, `${id}.json`));
      await syncFolder(directory);
      return { outcome: 'taken' };
    },
    close: () => Promise.resolve(),
  };
}

async function writeWhole(path: string, content: Uint8Array | string): Promise<void> {
  await withFile(await open(path, 'w', 0o640), async (file) => {
    await file.writeFile(content);
    await file.sync();
  });
}

async function syncFolder(directory: string): Promise<void> {
  await withFile(await open(directory, 'r'), (folder) => folder.sync());
}

async function withFile(file: FileHandle, work: (file: FileHandle) => Promise<void>): Promise<void> {
  try {
    await work(file);
  } finally {
    await file.close();
  }
}
