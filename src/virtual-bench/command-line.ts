/** How a command was given: `AT+X`, `AT+X?`, `AT+X=?` or `AT+X=…`. */
export type CommandForm = 'execute' | 'read' | 'test' | 'set';

/** One command out of a command line. @see V.250 5.4 */
export interface ParsedCommand {
  /** Upper case, with its prefix: `+CMGF`, `E`, `&F`, `S3`. */
  readonly name: string;
  readonly form: CommandForm;
  /** What follows `=` (extended) or the letter (basic), blanks outside quotes removed. */
  readonly argument: string;
}

const basic = /^(?:(S)(\d{1,3})(=(\d*)|\?)?|(D)(.*)|([&\\%]?[A-Z])(\d*))/;
const extended = /^([+*^#$!%_@][A-Z0-9!%\-./:_]*)(=\?|=|\?)?/;
const extendedPercent = /^%[A-Z]{2}/;

/** A command line's body (after `AT`) as its commands in order; null where it cannot be read. Never throws. */
export function parseCommandBody(body: string): readonly ParsedCommand[] | null {
  const commands: ParsedCommand[] = [];
  let rest = withoutBlanks(body);
  while (rest !== '') {
    if (rest.startsWith(';')) {
      rest = rest.slice(1);
      continue;
    }
    const upper = rest.slice(0, 64).toUpperCase();
    const isExtended = /^[+*^#$!_@]/.test(upper) || extendedPercent.test(upper);
    if (!isExtended) {
      const match = basic.exec(upper);
      if (match === null) return null;
      if (match[5] !== undefined) {
        commands.push({ name: 'D', form: 'execute', argument: rest.slice(1) });
        return commands;
      }
      if (match[1] !== undefined) {
        const form = match[3] === undefined ? 'execute' : match[3] === '?' ? 'read' : 'set';
        commands.push({ name: `S${Number(match[2])}`, form, argument: match[4] ?? '' });
      } else {
        commands.push({ name: match[7] ?? '', form: 'execute', argument: match[8] ?? '' });
      }
      rest = rest.slice(match[0].length);
      continue;
    }
    const match = extended.exec(upper);
    if (match === null) return null;
    const after = rest.slice(match[0].length);
    const end = endOfCommand(after);
    const argument = after.slice(0, end);
    const form = match[2] === '=?' ? 'test' : match[2] === '=' ? 'set' : match[2] === '?' ? 'read' : 'execute';
    if (form !== 'set' && argument !== '') return null;
    commands.push({ name: match[1] ?? '', form, argument });
    rest = after.slice(end + 1);
  }
  return commands;
}

/** One value of a comma-separated list; null where it was left out. */
export type Argument = string | null;

/** The values of a set command, quotes removed. */
export function parseArguments(text: string): readonly Argument[] {
  const values: Argument[] = [];
  let current = '';
  let given = false;
  let quoted = false;
  for (const character of text) {
    if (character === '"') {
      quoted = !quoted;
      given = true;
    } else if (character === ',' && !quoted) {
      values.push(given ? current : null);
      current = '';
      given = false;
    } else {
      current += character;
      given = true;
    }
  }
  values.push(given ? current : null);
  return values;
}

/** A value as a whole number within bounds; undefined where it was left out, null where it is something else. */
export function wholeNumber(value: Argument | undefined, lowest: number, highest: number): number | null | undefined {
  if (value === undefined || value === null) return undefined;
  if (!/^\d{1,6}$/.test(value)) return null;
  const number = Number(value);
  return number >= lowest && number <= highest ? number : null;
}

function withoutBlanks(text: string): string {
  if (!/[\0-\x20]/.test(text)) return text;
  return text
    .split('"')
    .map((piece, index) => (index % 2 === 1 ? piece : piece.replace(/[\0-\x20]+/g, '')))
    .join('"');
}

function endOfCommand(text: string): number {
  let quoted = false;
  for (let index = 0; index < text.length; index += 1) {
    const character = text[index];
    if (character === '"') quoted = !quoted;
    else if (character === ';' && !quoted) return index;
  }
  return text.length;
}
