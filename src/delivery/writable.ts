import { accessSync, constants, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { makeFolder } from '../runtime/index.js';
import { reasonOf, SinkError } from './errors.js';

/**
 * Makes sure that files can be made in a folder, which is created where it is missing.
 * @throws SinkError `delivery/not-writable`
 */
export function checkFolder(sink: string, directory: string): void {
  attempt(sink, directory, () => {
    makeFolder(directory, 0o750);
    accessSync(directory, constants.W_OK | constants.X_OK);
  });
}

/**
 * Makes sure that a regular file can be written to, or made.
 * @throws SinkError `delivery/not-writable`
 */
export function checkFile(sink: string, path: string): void {
  const status = attempt(sink, path, () => statSync(path, { throwIfNoEntry: false }));
  if (status === undefined) {
    const folder = dirname(resolve(path));
    attempt(sink, folder, () => accessSync(folder, constants.W_OK | constants.X_OK));
    return;
  }
  if (!status.isFile()) throw notWritable(sink, `${path} is no regular file`);
  attempt(sink, path, () => accessSync(path, constants.W_OK));
}

function attempt<Found>(sink: string, path: string, look: () => Found): Found {
  try {
    return look();
  } catch (caught) {
    throw notWritable(sink, `${path}: ${reasonOf(caught)}`, caught);
  }
}

function notWritable(sink: string, what: string, cause?: unknown): SinkError {
  return new SinkError('delivery/not-writable', `the sink ${sink} cannot write to ${what}`, sink, {
    cause,
    advice: 'create the folder and let this user write to it, or name another',
  });
}
