import { lstatSync, readlinkSync, renameSync, symlinkSync, unlinkSync } from 'node:fs';
import { dirname } from 'node:path';
import { makeFolder } from '../runtime/index.js';
import { BenchError } from './errors.js';

/** A stable name for a port that changes its own, as udev would keep one. */
export class PortLink {
  readonly path: string;
  #target: string | undefined;

  constructor(path: string) {
    this.path = path;
  }

  /**
   * Points the link at a port. A link left behind by another bench is replaced; anything else in its place is not touched.
   * @throws BenchError `virtual-bench/bad-link`
   */
  point(port: string): void {
    try {
      makeFolder(dirname(this.path));
      const there = lstatSync(this.path, { throwIfNoEntry: false });
      if (there !== undefined && !there.isSymbolicLink()) {
        throw new BenchError('virtual-bench/bad-link', `${this.path} is in the way and no link`, {
          advice: 'choose another --link folder',
        });
      }
      const temporary = `${this.path}.${process.pid}`;
      symlinkSync(port, temporary);
      renameSync(temporary, this.path);
    } catch (error) {
      if (error instanceof BenchError) throw error;
      const reason = error instanceof Error ? error.message : String(error);
      throw new BenchError('virtual-bench/bad-link', `cannot link ${this.path} to ${port} (${reason})`, {
        cause: error,
        advice: 'choose a --link folder that can be written',
      });
    }
    this.#target = port;
  }

  /** Takes the link away if it is still ours. */
  remove(): void {
    const target = this.#target;
    this.#target = undefined;
    try {
      if (target !== undefined && readlinkSync(this.path) === target) unlinkSync(this.path);
    } catch {
      // Somebody else has taken it away: that is what was wanted.
    }
  }
}
