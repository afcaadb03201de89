import type { CommandIo } from '../command.js';
import { type JsonObject, numberAt, objectsAt, textAt } from '../json-view.js';
import { glyphsOf, labelledRows, presentMessage, shorten, visible } from '../present-message.js';
import { type Style, styled } from '../terminal.js';

type View = Pick<CommandIo, 'output' | 'environment'>;

const stateStyles: Readonly<Record<string, Style>> = {
  pending: 'yellow',
  undelivered: 'red',
  settled: 'green',
  incomplete: 'yellow',
  held: 'yellow',
  expired: 'red',
};

/** What the state of a part says of it. */
const partStates: Readonly<Record<string, string>> = {
  used: 'part of this message',
  open: 'waits',
  duplicate: 'a duplicate, not used',
  expired: 'given up',
};

const idColumns = 36;
const stateColumns = 11;
/** Of an id where the terminal is too narrow for all of it: the other commands take the beginning of one. */
const shortIdColumns = 8;
/** What a line with a whole id takes. */
const wholeColumns = 110;

/** Whether somebody has said how wide lines may be: whoever reads a pipe has use for whole ids and whole PDUs. */
const hasWidth = ({ output, environment }: View): boolean => output.isTerminal || environment['COLUMNS'] !== undefined;

/** One entry of the list in a line, on a terminal no wider than it. */
export function listLine(entry: JsonObject, io: View): string {
  const { output, environment } = io;
  const glyphs = glyphsOf(environment);
  const [id, state] = [visible(textAt(entry, 'id') ?? '', glyphs), textAt(entry, 'state') ?? ''];
  const whole = textAt(entry, 'completedAt') !== null;
  const total = numberAt(entry, 'total');
  const count = `${numberAt(entry, 'parts') ?? 0}${total === null ? '' : `/${total}`}`;
  const lacks = total === null ? (textAt(entry, 'reason') ?? '') : `missing ${missing(entry)}`;
  const time = (textAt(entry, 'completedAt') ?? textAt(entry, 'since') ?? '').slice(0, 19).replace('T', ' ');
  const [verdict, from] = [textAt(entry, 'verdict') ?? '-', (textAt(entry, 'from') ?? '-').padEnd(16)];
  const coloured = (text: string): string => styled(output.terminal, stateStyles[state] ?? 'dim', text);
  if (!hasWidth(io) || output.terminal.width >= wholeColumns) {
    const text = `${time}  ${verdict.padEnd(17)} ${from} ${count}${whole ? '' : `, ${lacks}`}`;
    return `${id.padEnd(idColumns)}  ${coloured(state.padEnd(stateColumns))}  ${visible(text, glyphs)}`;
  }
  // Of what is not whole the id says the state, and no verdict is known.
  const columns = Math.max(shortIdColumns + 2 + stateColumns, whole ? 0 : id.length);
  const head = whole ? `${id.slice(0, shortIdColumns)}  ${coloured(state.padEnd(stateColumns))}` : coloured(id.padEnd(columns));
  const cells = `${time.slice('2026-'.length)}  ${shorten(whole ? verdict : lacks, 17).padEnd(17)} ${from} ${count}`;
  return `${head}  ${shorten(visible(cells, glyphs), output.terminal.width - columns - 2)}`;
}

function missing(entry: JsonObject): string {
  const numbers = Array.isArray(entry.missing) ? entry.missing : [];
  return `${numbers.slice(0, 10).join(' ')}${numbers.length > 10 ? ' ...' : ''}`;
}

/** Everything known of an entry, for a person, no wider than the terminal. */
export function shownLines(entry: JsonObject, io: View): readonly string[] {
  const { output, environment } = io;
  const glyphs = glyphsOf(environment);
  const width = Math.min(output.terminal.width, 100);
  const rows = labelledRows(output.terminal, glyphs);
  const state = textAt(entry, 'state') ?? '';
  const why = textAt(entry, 'reason');
  const whole = textAt(entry, 'completedAt') !== null;
  const head = whole ? presentMessage(entry, output.terminal, glyphs) : setLines(entry, rows);
  const deliveries = objectsAt(entry, 'deliveries').flatMap((delivery) => {
    const [attempts, next, reason] = [numberAt(delivery, 'attempts'), textAt(delivery, 'nextAttemptAt'), textAt(delivery, 'lastReason')];
    const tries = `${attempts} ${attempts === 1 ? 'try' : 'tries'}${next === null ? '' : `, the next at ${next}`}`;
    const said = `${textAt(delivery, 'sink')}: ${textAt(delivery, 'state')}, ${tries}${reason === null ? '' : `: ${reason}`}`;
    return rows('delivery', said);
  });
  const attempts = objectsAt(entry, 'attempts').flatMap((attempt, index) => {
    const reason = textAt(attempt, 'reason');
    const said = `${textAt(attempt, 'at')} ${textAt(attempt, 'sink')}: ${textAt(attempt, 'outcome')}${reason === null ? '' : `: ${reason}`}`;
    return rows(index === 0 ? 'tries' : '', said);
  });
  return [
    ...head,
    ...rows('state', state, stateStyles[state]),
    ...(why === null ? [] : rows('reason', why)),
    ...deliveries,
    ...attempts,
    ...objectsAt(entry, 'rawParts').flatMap((part) => partLines(part, { io, width, rows })),
  ];
}

type Rows = (label: string, text: string, style?: Style) => readonly string[];

/** A message that is not whole or not judged. */
function setLines(entry: JsonObject, rows: Rows): readonly string[] {
  const [total, count] = [numberAt(entry, 'total'), numberAt(entry, 'parts')];
  return [
    ...rows('from', textAt(entry, 'from') ?? 'unknown'),
    ...rows('parts', total === null ? `${count}` : `${count} of ${total}, missing ${missing(entry)}`),
    ...rows('since', textAt(entry, 'since') ?? ''),
    ...rows('id', textAt(entry, 'id') ?? ''),
  ];
}

/** A part as it was received: when, where, what became of it, and its octets; in lines where they have a width, else in one. */
function partLines(
  part: JsonObject,
  { io, width, rows }: { readonly io: View; readonly width: number; readonly rows: Rows },
): readonly string[] {
  const state = textAt(part, 'state') ?? '';
  const modem = textAt(part, 'modem');
  const by = modem === null ? `over ${textAt(part, 'binding') ?? 'an unknown binding'}` : `at ${modem}`;
  const octets = visible(textAt(part, 'pdu') ?? '', glyphsOf(io.environment));
  const columns = hasWidth(io) ? width - 4 : Math.max(1, octets.length);
  const pieces = Array.from({ length: Math.ceil(octets.length / columns) }, (_, index) =>
    octets.slice(index * columns, (index + 1) * columns),
  );
  return [
    ...rows('as received', `${textAt(part, 'receivedAt')} ${by}, ${partStates[state] ?? state}`),
    ...pieces.map((piece) => `    ${piece}`),
  ];
}
