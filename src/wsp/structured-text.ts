import type { WspValue } from './types.js';
import { isToken } from './value-writer.js';

/** A value as part of a line: a token as it is, any other text in quotation marks, so that numbers and texts stay apart. */
export function formatPiece(value: WspValue): string {
  if (typeof value === 'number') return String(value);
  const text = typeof value === 'string' ? value : value.join(' ');
  return isToken(text) && !looksLikeNumber(text) ? text : `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
}

/** A piece of a line: the text and whether it stood in quotation marks. */
export interface Piece {
  readonly text: string;
  readonly quoted: boolean;
}

/** A piece as the value it was made of: a number where it is one and stood bare. */
export function pieceValue(piece: Piece): string | number {
  return !piece.quoted && looksLikeNumber(piece.text) ? Number(piece.text) : piece.text;
}

function looksLikeNumber(text: string): boolean {
  const first = text.charCodeAt(0);
  return first >= 0x30 && first <= 0x39 && String(Number(text)) === text;
}

/** One element of a line: pieces apart by blanks, `name=piece` pairs among them. */
export interface Segment {
  readonly pieces: readonly Piece[];
  /** Name and value where the segment is `name=value`; the value is null where it is a name alone. */
  readonly name: string;
  readonly value: Piece | null;
}

/**
 * Takes a line apart at `separator`, outside quotation marks, and each part into pieces: what {@link formatPiece} and `; name=value`
 * put together. Undefined where a quotation mark is not closed.
 */
export function parseLine(line: string, separator: ';' | ','): readonly Segment[] | undefined {
  const segments: Segment[] = [];
  let pieces: Piece[] = [];
  let name = '';
  let paired = false;
  let at = 0;
  const close = (): void => {
    const last = pieces.at(-1) ?? { text: '', quoted: false };
    segments.push(paired ? { pieces, name, value: last } : { pieces, name: pieces[0]?.text ?? '', value: null });
    pieces = [];
    name = '';
    paired = false;
  };
  while (at < line.length) {
    const character = line.charAt(at);
    if (character === ' ' || character === '\t') at += 1;
    else if (character === separator) {
      close();
      at += 1;
    } else if (character === '=') {
      name = pieces.pop()?.text ?? '';
      paired = true;
      at += 1;
    } else if (character === '"') {
      let text = '';
      at += 1;
      while (at < line.length && line.charAt(at) !== '"') {
        if (line.charAt(at) === '\\') at += 1;
        text += line.charAt(at);
        at += 1;
      }
      if (at >= line.length) return undefined;
      at += 1;
      pieces.push({ text, quoted: true });
    } else {
      const start = at;
      while (at < line.length && !stops.includes(line.charAt(at)) && line.charAt(at) !== separator) at += 1;
      pieces.push({ text: line.slice(start, at), quoted: false });
    }
  }
  close();
  return segments;
}

const stops = ' \t="';
