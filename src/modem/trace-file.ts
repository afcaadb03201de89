import { closeSync, openSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { makeFolder } from '../runtime/index.js';
import { TraceError } from './errors.js';
import { formatTraceEntry, formatTraceHeader, type TraceEntry, type TraceHeader } from './trace.js';

/** A trace that is being written, for its owner's eyes only: an unredacted trace holds numbers and identities. */
export interface TraceFile {
  readonly path: string;
  record(entry: TraceEntry): void;
  /** Says what became known of the modem since the trace began. */
  identify(known: { readonly profile: string | null; readonly firmware: string | null }): void;
  close(): void;
}

/** What one trace may grow to; a modem that talks without end must not fill the disk. */
const mostOctets = 64 * 1024 * 1024;

/**
 * Begins a trace in a file of its own.
 * @throws TraceError `modem/trace-not-written` where the file is there already or cannot be made
 */
export function openTraceFile(path: string, header: Pick<TraceHeader, 'by' | 'reception'>): TraceFile {
  let descriptor: number | null;
  try {
    makeFolder(dirname(path), 0o700);
    descriptor = openSync(path, 'wx', 0o600);
  } catch (cause) {
    const why = cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause);
    throw new TraceError('modem/trace-not-written', `The trace ${path} cannot be made: ${why}`, {
      cause,
      advice: why === 'EEXIST' ? 'name another file; a trace is never written over' : 'name a file in a folder that may be written',
    });
  }
  let octets = 0;
  let full = false;
  const write = (text: string): void => {
    if (descriptor === null) return;
    octets += writeSync(descriptor, text);
  };
  write(formatTraceHeader({ profile: null, firmware: null, redacted: false, ...header }));
  return {
    path,
    record: (entry) => {
      if (full) return;
      full = octets > mostOctets;
      write(formatTraceEntry(full ? { ...entry, direction: 'event', text: 'the trace is full' } : entry));
    },
    identify: ({ profile, firmware }) => write(formatTraceHeader({ profile, firmware, redacted: false })),
    close: () => {
      if (descriptor !== null) closeSync(descriptor);
      descriptor = null;
    },
  };
}
