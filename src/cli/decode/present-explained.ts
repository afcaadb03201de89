import { escapeText, styled, type Terminal } from '../terminal.js';
import { type DecidedBy, deciders, type ExplainedField, explainedFields } from './explain.js';
import type { Explanation } from './session.js';

interface Columns {
  readonly offset: number;
  readonly octets: number;
  readonly field: number;
  readonly octetsPerRow: number;
}
const wide: Columns = { offset: 6, octets: 17, field: 22, octetsPerRow: 8 };
const narrow: Columns = { offset: 6, octets: 9, field: 13, octetsPerRow: 4 };

/** A narrow terminal gets fewer octets a row, so that the meanings have room. */
const columnsOf = ({ width }: Terminal): Columns => (width < 72 ? narrow : wide);

/** Longer bodies are shown by their beginning: the dump is for reading, `--json` has them whole. */
const mostRows = 6;

const sections: readonly (readonly [prefix: string, title: string])[] = [
  ['tpdu.ud.udh', 'user data header'],
  ['ud.udh', 'user data header'],
  ['tpdu', 'TPDU'],
  ['push.contentType', 'WSP content type'],
  ['push.headers', 'WSP headers'],
  ['push.codePage', 'WSP headers'],
  ['push.body', 'body'],
  ['push', 'WSP push'],
  ['sca', 'service centre'],
  ['cbs', 'cell broadcast'],
  ['notification', 'DM notification'],
  ['wbxml', 'WBXML'],
  ['mms', 'MMS message'],
  ['supl', 'SUPL INIT'],
];

/** The annotated dump of one line, and of the datagram its part completes, no wider than the terminal. */
export function presentExplained(explanation: Explanation, line: number, terminal: Terminal): readonly string[] {
  const fields = explainedFields(explanation);
  const own = fields.filter((field) => field.in === 'line');
  const joined = fields.filter((field) => field.in === 'datagram');
  const shown = [heading(terminal), ...rows(own, terminal)];
  const total = explanation.pieces.reduce((sum, { length }) => sum + length, 0);
  if (explanation.pieces.length > 1) {
    shown.push('', `  ${styled(terminal, 'bold', `datagram of ${total} octets, joined from ${explanation.pieces.length} parts`)}`);
    for (const { sequence, line: from, lineOffset, datagramOffset, length } of explanation.pieces) {
      const until = datagramOffset + length - 1;
      shown.push(`  octets ${datagramOffset} to ${until}: part ${sequence}, line ${from}, offset ${lineOffset}`);
    }
    if (joined.length > 0) shown.push(heading(terminal), ...rows(joined, terminal));
  }
  return [...shown, ...verdictLines(explanation, line, terminal)];
}

function heading(terminal: Terminal): string {
  const columns = columnsOf(terminal);
  const text = `${'offset'.padStart(columns.offset)}  ${'octets'.padEnd(columns.octets)}${'field'.padEnd(columns.field)}meaning`;
  return styled(terminal, 'dim', text);
}

function rows(fields: readonly ExplainedField[], terminal: Terminal): readonly string[] {
  let section = '';
  return fields.flatMap((field) => {
    const [prefix, title] = sections.find(
      ([start]) => field.field === start || (/^[.[]/.test(field.field.slice(start.length)) && field.field.startsWith(start)),
    ) ?? ['', 'octets'];
    const lines: string[] = [];
    if (title !== section) lines.push(`  ${styled(terminal, 'bold', title)}`);
    section = title;
    const name = field.field.slice(prefix.length).replace(/^\./, '') || lastName(field.field);
    const crossing = (field.from?.length ?? 0) > 1;
    const parts = crossing ? ` (parts ${(field.from ?? []).map(({ sequence }) => sequence).join(', ')})` : '';
    lines.push(...fieldRows(field, name, `${field.meaning}${parts}`, terminal));
    return lines;
  });
}

const lastName = (path: string): string => path.slice(path.lastIndexOf('.') + 1);

/** One field over as many rows as its octets, its name and its meaning take side by side. */
function fieldRows({ offset, octets }: ExplainedField, name: string, meaning: string, terminal: Terminal): readonly string[] {
  const width = Math.min(terminal.width, 100);
  const columns = columnsOf(terminal);
  const { octetsPerRow } = columns;
  const all = octets.match(new RegExp(`.{1,${2 * octetsPerRow}}`, 'g')) ?? [''];
  const hex = all.length > mostRows ? all.slice(0, mostRows - 1) : all;
  const left = all.length - hex.length;
  const names = wrap(name, columns.field - 1);
  const meanings = wrap(escapeText(meaning), width - columns.offset - 2 - columns.octets - columns.field);
  const count = Math.max(hex.length + (left > 0 ? 1 : 0), names.length, meanings.length);
  return Array.from({ length: count }, (_, row) => {
    const at = row < hex.length ? String(offset + row * octetsPerRow) : '';
    const digits = hex[row] ?? (row === hex.length && left > 0 ? `... ${octets.length / 2 - hex.length * octetsPerRow} more` : '');
    // A seventh digit takes the place of a blank, so that the columns stay.
    const cells = `${`${at.padStart(columns.offset)}  `.slice(0, columns.offset + 2)}${digits.padEnd(columns.octets)}${(names[row] ?? '').padEnd(columns.field)}${meanings[row] ?? ''}`;
    return cells.trimEnd();
  });
}

/** Text in lines of at most so many characters, one at least, broken at blanks or dots where there are some. */
export function wrap(text: string, columns: number): readonly string[] {
  const most = Math.max(1, columns);
  const lines: string[] = [];
  let rest = text;
  while (rest.length > most) {
    const blank = rest.lastIndexOf(' ', most);
    const dot = rest.lastIndexOf('.', most - 1) + 1;
    const cut = blank > most / 3 ? blank : dot > most / 3 ? dot : most;
    lines.push(rest.slice(0, cut));
    rest = rest.slice(cut).trimStart();
  }
  return rest === '' && lines.length > 0 ? lines : [...lines, rest];
}

function verdictLines(explanation: Explanation, line: number, terminal: Terminal): readonly string[] {
  const { verdict } = explanation;
  if (verdict === null) return [];
  const decided = deciders(explanation, line);
  const because = verdict.rule !== null ? `, by ${verdict.rule}` : verdict.reason === undefined ? '' : `: ${verdict.reason}`;
  const conditions = verdict.conditions.flatMap(({ condition, expected, found, holds }) => {
    const say = (value: number | string): string =>
      typeof value === 'string' || condition === 'destination-port'
        ? String(value)
        : `0x${value.toString(16).toUpperCase().padStart(2, '0')}`;
    const word = holds === null ? 'not examined' : holds ? 'holds' : 'fails';
    const wanted = `wants ${expected.map(say).join(' or ')}`;
    const got = holds === null || found === null ? '' : `, found ${escapeText(say(found))}`;
    const place = where(
      decided.find((by) => by.condition === condition),
      line,
      holds !== null,
      condition,
    );
    const head = `${condition.padEnd(17)}${word.padEnd(13)}`;
    return wrap(`${wanted}${got}${place}`, Math.min(terminal.width, 100) - 32).map((text, row) =>
      row === 0 ? `  ${head}${text}` : `${' '.repeat(32)}${text}`,
    );
  });
  return ['', `  ${styled(terminal, 'bold', `verdict: ${verdict.verdict}${because}`)}`, ...conditions];
}

function where(by: DecidedBy | undefined, line: number, examined: boolean, condition: string): string {
  if (!examined) return '';
  if (by === undefined) return condition === 'destination-port' ? ' (taken as sent there)' : ' (none was sent: the default)';
  if (by.in === 'datagram') return ` at datagram offset ${by.offset}`;
  return ` at ${by.line === line ? '' : `line ${by.line}, `}offset ${by.offset}`;
}
