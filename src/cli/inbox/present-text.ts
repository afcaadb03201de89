import type { CommandIo } from '../command.js';
import { type JsonObject, numberAt, objectsAt, textAt } from '../json-view.js';
import { glyphsOf, presentMessage, visible } from '../present-message.js';
import { type Style, styled } from '../terminal.js';

const stateStyles: Readonly<Record<string, Style>> = {
  pending: 'yellow',
  undelivered: 'red',
  settled: 'green',
  incomplete: 'yellow',
  held: 'yellow',
  expired: 'red',
};

/** One entry of the list in a line. */
export function listLine(entry: JsonObject, { output, environment }: CommandIo): string {
  const glyphs = glyphsOf(environment);
  const state = textAt(entry, 'state') ?? '';
  const total = numberAt(entry, 'total');
  const why = state === 'held' ? `, ${textAt(entry, 'reason')}` : '';
  const parts = `${numberAt(entry, 'parts')}${total === null ? why : `/${total}, missing ${missing(entry)}`}`;
  const time = (textAt(entry, 'completedAt') ?? textAt(entry, 'since') ?? '').slice(0, 19).replace('T', ' ');
  const text = visible(
    `${time}  ${(textAt(entry, 'verdict') ?? '-').padEnd(17)} ${(textAt(entry, 'from') ?? '-').padEnd(16)} ${parts}`,
    glyphs,
  );
  return `${visible(textAt(entry, 'id') ?? '', glyphs).padEnd(36)}  ${styled(output.terminal, stateStyles[state] ?? 'dim', state.padEnd(11))}  ${text}`;
}

function missing(entry: JsonObject): string {
  const numbers = Array.isArray(entry.missing) ? entry.missing : [];
  return `${numbers.slice(0, 10).join(' ')}${numbers.length > 10 ? ' ...' : ''}`;
}

/** Everything known of an entry, for a person. */
export function shownLines(entry: JsonObject, io: CommandIo): readonly string[] {
  const { output, environment } = io;
  const glyphs = glyphsOf(environment);
  const whole = textAt(entry, 'completedAt') !== null;
  const reason = textAt(entry, 'state') === 'held' ? null : textAt(entry, 'reason');
  const head = whole
    ? [...presentMessage(entry, output.terminal, glyphs), `  ${'state'.padEnd(15)} ${textAt(entry, 'state')}`]
    : [listLine(entry, io), ...(reason === null ? [] : [`  ${visible(reason, glyphs)}`])];
  const deliveries = objectsAt(entry, 'deliveries').map((delivery) => {
    const why = textAt(delivery, 'lastReason');
    const next = textAt(delivery, 'nextAttemptAt');
    return `  ${visible(textAt(delivery, 'sink') ?? '', glyphs).padEnd(16)} ${textAt(delivery, 'state')}, ${numberAt(delivery, 'attempts')} tried${
      next === null ? '' : `, next at ${next}`
    }${why === null ? '' : `: ${visible(why, glyphs)}`}`;
  });
  const attempts = objectsAt(entry, 'attempts').map((attempt) => {
    const why = textAt(attempt, 'reason');
    const what = `${textAt(attempt, 'at')} ${textAt(attempt, 'sink')} ${textAt(attempt, 'outcome')}${why === null ? '' : `: ${why}`}`;
    return `  ${visible(what, glyphs)}`;
  });
  const raw = objectsAt(entry, 'rawParts').map((part) =>
    visible(`  ${textAt(part, 'receivedAt')} ${textAt(part, 'modem') ?? '-'} ${textAt(part, 'state')} ${textAt(part, 'pdu')}`, glyphs),
  );
  return [...head, ...titled('deliveries', deliveries), ...titled('attempts', attempts), ...titled('parts as received', raw)];
}

function titled(title: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : [`${title}:`, ...lines];
}
