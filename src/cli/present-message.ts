import { isObject, type JsonObject, numberAt, objectAt, objectsAt, textAt } from './json-view.js';
import { contentRows, type DocumentView } from './present-content.js';
import { escapeText, type Style, styled, type Terminal } from './terminal.js';

/** Signs beside the words; where the locale has no Unicode, plain ones. */
export interface Glyphs {
  readonly holds: string;
  readonly fails: string;
  readonly open: string;
  readonly rule: string;
  readonly unicode: boolean;
}

/** The signs a locale can show. */
export function glyphsOf(environment: Readonly<Record<string, string | undefined>>): Glyphs {
  const locale = environment.LC_ALL || environment.LC_CTYPE || environment.LANG || '';
  return /utf-?8/i.test(locale)
    ? { holds: '✓', fails: '✗', open: '·', rule: '─', unicode: true }
    : { holds: '+', fails: 'x', open: '-', rule: '-', unicode: false };
}

/** Columns of the labels at the left. */
export const labelColumns = 15;
/** How each verdict is coloured. */
export const verdictStyles: Readonly<Record<string, Style>> = {
  'dm-application': 'green',
  'dm-notification': 'cyan',
  'other-application': 'yellow',
  'not-push': 'red',
};
const reasons: Readonly<Record<string, string>> = {
  'destination-port': 'sent to another port',
  'secure-port': 'sent to the secure push port 2949',
  'no-ports': 'a plain short message, without ports',
  'text-coding': 'has ports, but its user data is text',
  'pdu-type': 'WSP, but no push',
  malformed: 'cannot be decoded',
};

/**
 * A message as a person reads it, one element a line, no wider than the terminal.
 * @param facts the `message` object of the contract
 * @param view how much of its document is shown
 * @param again whether it was handed on before, under the same id
 */
export function presentMessage(
  facts: JsonObject,
  terminal: Terminal,
  glyphs: Glyphs,
  { view, again = false }: { readonly view?: DocumentView; readonly again?: boolean } = {},
): readonly string[] {
  const width = Math.min(terminal.width, 100);
  const cut = (text: string, columns: number): string => shorten(visible(text, glyphs), columns);
  const row = (label: string, text: string, style?: Style): string =>
    labelled(terminal, label, shorten(text, width - labelColumns - 2), style);
  const rows = labelledRows(terminal, glyphs);
  const verdict = objectAt(facts, 'verdict');
  const name = textAt(verdict, 'verdict') ?? 'unknown';
  const time = (textAt(facts, 'receivedAt') ?? '').slice(11, 19);
  const title = cut(again ? `${name}, handed on again` : name, 40);
  const rule = glyphs.rule.repeat(Math.max(2, width - title.length - time.length - 6));
  const lines = [
    `${styled(terminal, 'dim', glyphs.rule.repeat(2))} ${bold(terminal, verdictStyles[name], title)} ${styled(terminal, 'dim', `${rule} ${time}`)}`,
    row('from', visible(sender(facts), glyphs)),
    row('parts', visible(parts(facts), glyphs)),
  ];
  const push = objectAt(facts, 'push');
  if (push !== null) {
    const type = named(textAt(push, 'contentType'), numberAt(push, 'contentTypeCode'), 'unknown type');
    const id = named(textAt(push, 'applicationUri'), numberAt(push, 'applicationId'), 'none');
    lines.push(row('content type', visible(type, glyphs)), row('application id', visible(id, glyphs)));
  }
  for (const condition of objectsAt(verdict, 'conditions')) lines.push(...conditionLines(condition, terminal, glyphs, width));
  lines.push(...rows('verdict', because(verdict, name), verdictStyles[name]));
  const error = objectAt(verdict, 'error');
  if (error !== null) lines.push(...rows('error', errorText(error), 'red'));
  lines.push(...contentRows(facts, rows, view));
  const text = textAt(facts, 'text');
  const octets = textAt(push, 'body') ?? textAt(objectAt(facts, 'datagram'), 'octets');
  if (text !== null) lines.push(...rows('text', text));
  else if (octets !== null) lines.push(...bodyLines(push === null ? 'octets' : 'body', octets, row, width));
  else lines.push(row('pdu', visible(firstPdu(facts), glyphs)));
  for (const diagnostic of objectsAt(facts, 'diagnostics').slice(0, 4)) lines.push(...rows('note', textAt(diagnostic, 'message') ?? ''));
  const more = objectsAt(facts, 'diagnostics').length - 4;
  if (more > 0) lines.push(row('note', `and ${more} more, see --json`));
  lines.push(row('id', visible(textAt(facts, 'id') ?? '', glyphs)));
  return lines;
}

/** Text from outside, safe to show, and in plain ASCII where the locale asks for it. */
export function visible(text: string, glyphs: Pick<Glyphs, 'unicode'>): string {
  const safe = escapeText(text);
  return glyphs.unicode ? safe : safe.replace(/[^\x20-\x7e]/gu, (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`);
}

/** Text cut to so many characters, with three dots where something is missing. */
export function shorten(text: string, columns: number): string {
  const characters = [...text];
  return characters.length <= columns ? text : `${characters.slice(0, Math.max(0, columns - 3)).join('')}...`;
}

const mostLines = 4;
/** Width of the name of a condition. */
const kindColumns = 17;

/** Text in lines of so many columns, broken at blanks where there are any; what is more than a few lines is cut. */
export function wrap(text: string, columns: number, most = mostLines): readonly string[] {
  const lines: string[] = [];
  let rest = [...text];
  while (rest.length > columns && lines.length < most - 1) {
    const blank = rest.lastIndexOf(' ', columns);
    const end = blank > columns / 2 ? blank : columns;
    lines.push(rest.slice(0, end).join(''));
    rest = rest.slice(blank === end ? end + 1 : end);
  }
  return [...lines, shorten(rest.join(''), columns)];
}

function bold(terminal: Terminal, style: Style | undefined, text: string): string {
  return styled(terminal, 'bold', style === undefined ? text : styled(terminal, style, text));
}

function sender(facts: JsonObject): string {
  const from = textAt(facts, 'from') ?? 'unknown';
  const modem = textAt(facts, 'modem');
  return modem === null ? `${from} over ${textAt(facts, 'binding') ?? 'an unknown binding'}` : `${from} at ${modem}`;
}

function parts(facts: JsonObject): string {
  const count = numberAt(facts, 'parts') ?? 1;
  const datagram = objectAt(facts, 'datagram');
  const ports = datagram === null ? '' : `, port ${numberAt(datagram, 'sourcePort')} to ${numberAt(datagram, 'destinationPort')}`;
  return `${count}${ports}`;
}

/** A name with its number, or what there is of the two. */
export function named(name: string | null, code: number | null, neither: string): string {
  const number = code === null ? '' : `0x${code.toString(16).toUpperCase().padStart(2, '0')}`;
  if (name === null) return number === '' ? neither : `${number} (${neither})`;
  return number === '' ? name : `${name} (${number})`;
}

/** One of the three conditions: whether it holds, what it wants, what was found; on lines of their own where one is too short for it. */
export function conditionLines(condition: JsonObject, terminal: Terminal, glyphs: Glyphs, width: number): readonly string[] {
  const kind = textAt(condition, 'condition') ?? '';
  const holds = condition.holds;
  const [sign, word, style]: readonly [string, string, Style] =
    holds === true
      ? [glyphs.holds, 'holds', 'green']
      : holds === false
        ? [glyphs.fails, 'fails', 'red']
        : [glyphs.open, 'not examined', 'dim'];
  const expected = Array.isArray(condition.expected) ? condition.expected.map((value) => code(value, kind)).join(' or ') : '';
  const found = condition.found === null || condition.found === undefined ? 'nothing looked at' : `found ${code(condition.found, kind)}`;
  const columns = width - labelColumns - 2;
  const inOne = visible(`${kind.replaceAll('-', ' ').padEnd(kindColumns)}wants ${expected.padEnd(13)} ${found}`, glyphs);
  const apart = (said: string): readonly string[] => wrap(visible(said, glyphs), columns - kindColumns);
  const texts =
    [...inOne].length <= columns
      ? [inOne]
      : [...apart(`wants ${expected}`), ...apart(found)].map(
          (piece, index) => (index === 0 ? kind.replaceAll('-', ' ') : '').padEnd(kindColumns) + piece,
        );
  const margin = styled(terminal, style, `${sign} ${word.padEnd(labelColumns - 3)}`);
  return texts.map((text, index) => `  ${index === 0 ? margin : ' '.repeat(labelColumns - 1)} ${text}`);
}

function code(value: unknown, kind: string): string {
  if (typeof value !== 'number') return String(value);
  return kind === 'destination-port' ? String(value) : `0x${value.toString(16).toUpperCase().padStart(2, '0')}`;
}

/** A verdict and why. */
export function because(verdict: JsonObject | null, name: string): string {
  const rule = textAt(verdict, 'rule');
  const reason = textAt(verdict, 'reason');
  if (rule !== null) return `${name}, by ${rule}`;
  if (reason !== null) return `${name}: ${reasons[reason] ?? reason}`;
  return `${name}: a push for someone else`;
}

/** An error with its field and offset. */
export function errorText(error: JsonObject): string {
  const field = textAt(error, 'field');
  const where = field === null ? '' : ` (${field} at octet ${numberAt(error, 'offset')})`;
  return `${textAt(error, 'code')}: ${textAt(error, 'message')}${where}`;
}

/** A labelled line of text that fits. */
function labelled(terminal: Terminal, label: string, text: string, style?: Style): string {
  return `  ${styled(terminal, 'dim', label.padEnd(labelColumns))}${style === undefined ? text : styled(terminal, style, text)}`;
}

/** Makes labelled lines no wider than the terminal, as many as a text needs and a few at most; the text is escaped. */
export function labelledRows(terminal: Terminal, glyphs: Glyphs): (label: string, text: string, style?: Style) => readonly string[] {
  const columns = Math.min(terminal.width, 100) - labelColumns - 2;
  return (label, text, style) =>
    wrap(visible(text, glyphs), columns).map((piece, index) => labelled(terminal, index === 0 ? label : '', piece, style));
}

/** A word and what it stands for beside it, whole, in as many lines as the width of the terminal makes of it. */
export function beside(terminal: Terminal, word: string, text: string): readonly string[] {
  const columns = Math.min(terminal.width, 100) - word.length;
  return wrap(text, columns, Number.POSITIVE_INFINITY).map(
    (piece, index) => (index === 0 ? styled(terminal, 'bold', word) : ' '.repeat(word.length)) + piece,
  );
}

/** Makes one labelled line. */
export type Row = (label: string, text: string, style?: Style) => string;

/** Octets as a person reads them: as text where all of it is, else the first of them as a dump. */
export function bodyLines(label: string, hex: string, row: Row, width: number): readonly string[] {
  const size = hex.length / 2;
  const head = `${size} octet${size === 1 ? '' : 's'}`;
  if (size === 0) return [row(label, head)];
  const octets = Buffer.from(hex.slice(0, 4 * width), 'hex');
  const isText = octets.every((octet) => (octet >= 0x20 && octet < 0x7f) || octet === 0x09 || octet === 0x0a || octet === 0x0d);
  if (isText) return [row(label, head), row('', escapeText(octets.toString('latin1')))];
  const perLine = 16;
  const dump = [0, perLine].flatMap((start) => (start < size ? [dumpLine(octets.subarray(start, start + perLine), perLine)] : []));
  return [row(label, size > 2 * perLine ? `${head}, the first ${2 * perLine}:` : head), ...dump.map((line) => row('', line))];
}

function dumpLine(octets: Uint8Array, perLine: number): string {
  const hex = [...octets].map((octet) => octet.toString(16).toUpperCase().padStart(2, '0')).join('');
  const text = [...octets].map((octet) => (octet >= 0x20 && octet < 0x7f ? String.fromCharCode(octet) : '.')).join('');
  return `${hex.padEnd(perLine * 2)}  ${text}`;
}

function firstPdu(facts: JsonObject): string {
  const pdus = facts.pdus;
  const first: unknown = Array.isArray(pdus) ? pdus[0] : undefined;
  return typeof first === 'string' ? first : isObject(first) ? '' : 'none';
}
