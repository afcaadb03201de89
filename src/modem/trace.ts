import { TraceError } from './errors.js';

/** One thing that crossed a port: octets to the modem, octets from it, or an event. */
export interface TraceEntry {
  /** Milliseconds since the port was opened. */
  readonly atMs: number;
  readonly direction: 'to-modem' | 'from-modem' | 'event';
  /** Octets as Latin-1, chunk by chunk as they crossed; of an event, its words. */
  readonly text: string;
}

/** What the first lines of a trace say of it. */
export interface TraceHeader {
  readonly profile: string | null;
  readonly firmware: string | null;
  readonly redacted: boolean;
  /** The command that recorded it, such as `listen`: a replay does with messages what that command did. */
  readonly by?: string;
  /** What reception was asked for, where it was forced. */
  readonly reception?: 'direct' | 'stored';
}

export interface Trace extends TraceHeader {
  readonly entries: readonly TraceEntry[];
}

const signs = { 'to-modem': '>', 'from-modem': '<', event: '!' } as const;
const directions: Readonly<Record<string, TraceEntry['direction']>> = { '>': 'to-modem', '<': 'from-modem', '!': 'event' };
const mostTraceLines = 1_000_000;

/** The comment a trace begins with, line end included. */
export function formatTraceHeader({ profile, firmware, redacted, by, reception }: TraceHeader): string {
  const shown = (value: string | null): string => (value === null ? '-' : value.replace(/\s+/g, '_'));
  const origin = by === undefined ? '' : `   by: ${shown(by)}`;
  const forced = reception === undefined ? '' : `   reception: ${reception}`;
  return `# profile: ${shown(profile)}   firmware: ${shown(firmware)}   redacted: ${redacted ? 'yes' : 'no'}${origin}${forced}\n`;
}

/** One line of a trace, line end included. A PIN never stands in it. */
export function formatTraceEntry({ atMs, direction, text }: TraceEntry): string {
  const quoted = JSON.stringify(maskPin(text)).replace(
    /[\u007f-\uffff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  return `+${(atMs / 1000).toFixed(3)} ${signs[direction]} ${quoted}\n`;
}

/** A whole trace as text. */
export function formatTrace(trace: Trace): string {
  return formatTraceHeader(trace) + trace.entries.map(formatTraceEntry).join('');
}

/**
 * Reads a trace.
 * @throws TraceError `modem/bad-trace`, with the line
 */
export function parseTrace(text: string): Trace {
  const bad = (line: number, why: string): TraceError =>
    new TraceError('modem/bad-trace', `Line ${line} of the trace ${why}`, { advice: 'the format is described in docs/traces.md' });
  let header: TraceHeader = { profile: null, firmware: null, redacted: false };
  const entries: TraceEntry[] = [];
  const lines = text.split('\n');
  if (lines.length > mostTraceLines) throw bad(mostTraceLines, 'is one more than a trace may have');
  for (const [at, raw] of lines.entries()) {
    const line = raw.replace(/\r$/, '');
    if (line.trim() === '') continue;
    if (line.startsWith('#')) {
      header = { ...header, ...headerFacts(line) };
      continue;
    }
    const match = /^\+(\d{1,9}(?:\.\d{1,6})?) ([<>!]) (".*")\s*$/.exec(line);
    const direction = directions[match?.[2] ?? ''];
    if (match === null || direction === undefined) throw bad(at + 1, 'does not read: +SECONDS, one of > < !, and JSON text');
    entries.push({
      atMs: Number(match[1]) * 1000,
      direction,
      text: unquote(match[3] ?? '', () => bad(at + 1, 'holds text that is not JSON')),
    });
  }
  return { ...header, entries };
}

function headerFacts(line: string): Partial<TraceHeader> {
  let facts: Partial<TraceHeader> = {};
  for (const [, name, value] of line.matchAll(/(profile|firmware|redacted|by|reception):\s*(\S+)/g)) {
    if (value === undefined || value === '-') continue;
    if (name === 'redacted') facts = { ...facts, redacted: value === 'yes' };
    else if (name === 'profile') facts = { ...facts, profile: value };
    else if (name === 'firmware') facts = { ...facts, firmware: value };
    else if (name === 'by') facts = { ...facts, by: value };
    else if (value === 'direct' || value === 'stored') facts = { ...facts, reception: value };
  }
  return facts;
}

/** Text to the modem with the digits of a PIN covered. */
export function maskPin(text: string): string {
  return text.replace(/(AT\+CPIN=\s*)("?)[^",\r]*("?)(,\s*"?[^"\r]*"?)?/gi, (whole, command: string, open: string, close: string) =>
    whole.includes('=?') ? whole : `${command}${open}****${close}`,
  );
}

function unquote(quoted: string, fail: () => TraceError): string {
  let value: unknown;
  try {
    value = JSON.parse(quoted);
  } catch {
    throw fail();
  }
  if (typeof value !== 'string') throw fail();
  return value;
}
