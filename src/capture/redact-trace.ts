import { redactPdu } from './redact-pdu.js';
import { StandIns } from './stand-ins.js';

/** One chunk of a trace: where its text stands in the stream of its direction. */
interface Chunk {
  readonly row: number;
  readonly head: string;
  readonly way: '<' | '>';
  readonly start: number;
  readonly length: number;
}

const chunkLine = /^(\+\d+(?:\.\d+)? ([<>]) )("(?:[^"\\]|\\.)*")\s*$/;

/**
 * A trace with stand-ins of the same length for IMEI, IMSI, ICCID, PINs and numbers, inside PDUs as well. Chunks keep their borders, and
 * equal digits get equal stand-ins, so that a redacted trace still replays.
 * @see docs/traces.md
 */
export function redactTrace(trace: string): string {
  const rows = trace.split('\n');
  const chunks: Chunk[] = [];
  const streams = { '<': '', '>': '' };
  for (const [row, line] of rows.entries()) {
    const match = chunkLine.exec(line);
    const [, head = '', way, quoted = ''] = match ?? [];
    if (way !== '<' && way !== '>') continue;
    const text = parsed(quoted);
    if (text === null) continue;
    chunks.push({ row, head, way, start: streams[way].length, length: text.length });
    streams[way] += text;
  }
  const standIns = new StandIns();
  const redacted = { '<': redactStream(streams['<'], '<', standIns), '>': redactStream(streams['>'], '>', standIns) };
  for (const { row, head, way, start, length } of chunks) rows[row] = `${head}${quotedText(redacted[way].slice(start, start + length))}`;
  return rows.map((row) => (row.startsWith('#') ? row.replace(/\bredacted: no\b/, 'redacted: yes') : row)).join('\n');
}

/** Runs of digits that may be secret: hex of PDUs, identities, numbers in quotes, and what is dialled. */
const secrets =
  /(?<![0-9A-Za-z])[0-9A-Fa-f]{14,}(?![0-9A-Za-z])|(\+CPIN=\s*"?|\+CPWD=[^\r]*?)(\d{4,8})|"(\+?)(\d{5,13})"|(\bATD\s*\+?)(\d{5,})|((?:CSCA|CMGS|CMSS)=[^\r"]*"\+?)(\d{5,})/g;

function redactStream(text: string, way: '<' | '>', standIns: StandIns): string {
  return text.replace(
    secrets,
    (
      whole: string,
      pinHead?: string,
      pin?: string,
      plus?: string,
      number?: string,
      dialHead?: string,
      dialled?: string,
      setHead?: string,
      set?: string,
    ) => {
      if (pinHead !== undefined && pin !== undefined) return pinHead + standIns.for(pin, 'secret');
      if (number !== undefined) return `"${plus ?? ''}${standIns.for(number, 'number')}"`;
      if (dialHead !== undefined && dialled !== undefined) return dialHead + standIns.for(dialled, 'number');
      if (setHead !== undefined && set !== undefined) return setHead + standIns.for(set, 'number');
      const identity = /^(\d{14,20})([Ff]?)$/.exec(whole);
      if (identity !== null) return standIns.for(identity[1] ?? '', 'identity') + (identity[2] ?? '');
      const pdu = whole.length % 2 === 0 ? redactPdu(whole, way, standIns) : null;
      return pdu ?? whole;
    },
  );
}

function parsed(quoted: string): string | null {
  try {
    const value: unknown = JSON.parse(quoted);
    return typeof value === 'string' ? value : null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

/** Latin-1 in JSON quotes, as the recorder writes it. */
function quotedText(text: string): string {
  return JSON.stringify(text).replace(/[\u007F-\u00FF]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
