import type { Writable } from 'node:stream';

/** What is known of where text will be read. */
export interface Terminal {
  readonly colour: boolean;
  /** Columns to lay text out for. */
  readonly width: number;
}

type Environment = Readonly<Record<string, string | undefined>>;

function isTerminal(stream: Writable): stream is Writable & { readonly columns?: number } {
  return 'isTTY' in stream && stream.isTTY === true;
}

/**
 * Colour only on a terminal, unless FORCE_COLOR asks for it or NO_COLOR or TERM=dumb forbid it; width from the terminal, COLUMNS, or 80.
 * @see https://no-color.org
 */
export function terminalOf(stream: Writable, environment: Environment): Terminal {
  const terminal = isTerminal(stream);
  const forced = environment['FORCE_COLOR'];
  const forbidden = (environment['NO_COLOR'] ?? '') !== '';
  const colour = !forbidden && (forced === undefined ? terminal && environment['TERM'] !== 'dumb' : forced !== '0' && forced !== 'false');
  const columns = terminal && stream.columns !== undefined ? stream.columns : Number.parseInt(environment['COLUMNS'] ?? '', 10);
  return { colour, width: Number.isInteger(columns) && columns >= 40 ? Math.min(columns, 200) : 80 };
}

export type Style = 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'cyan';
const styles: Readonly<Record<Style, readonly [number, number]>> = {
  bold: [1, 22],
  dim: [2, 22],
  red: [31, 39],
  green: [32, 39],
  yellow: [33, 39],
  cyan: [36, 39],
};

/** Text in a style where there is colour, else as it is. */
export function styled(terminal: Terminal, style: Style, text: string): string {
  const [on, off] = styles[style];
  return terminal.colour ? `\u001B[${on}m${text}\u001B[${off}m` : text;
}

// Control characters, the two line separators, bidirectional overrides and lone surrogates: what could move a cursor or reorder a line.
const unsafe = /[\p{Cc}\p{Cs}\u2028\u2029\u200E\u200F\u061C\u202A-\u202E\u2066-\u2069\uFEFF]/gu;

/** Text from outside made safe to show: nothing in it can move the cursor, end the line or change the direction of reading. */
export function escapeText(text: string): string {
  return text.replace(unsafe, (character) => {
    if (character === '\n') return '\\n';
    if (character === '\r') return '\\r';
    if (character === '\t') return '\\t';
    const code = character.codePointAt(0) ?? 0;
    return code < 0x100
      ? `\\x${code.toString(16).toUpperCase().padStart(2, '0')}`
      : `\\u${code.toString(16).toUpperCase().padStart(4, '0')}`;
  });
}
