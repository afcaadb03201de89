import { realpath } from 'node:fs/promises';
import { connectToHolder } from '../bridge/index.js';
import type { SurveyedModem } from '../doctor/index.js';
import { type JsonObject, objectsAt, textAt } from './json-view.js';
import { type Glyphs, visible, wrap } from './present-message.js';
import { styled, type Terminal } from './terminal.js';

/** Steps that a person is shown of each modem. */
const shownSteps = 6;
const labelColumns = 10;

/** What the `listen` of a state folder says of the modems it drives; nothing where none runs on it. */
export async function drivenModems(directory: string): Promise<readonly JsonObject[]> {
  const connection = await connectToHolder(directory);
  if (connection === null) return [];
  try {
    const answer = await connection.ask({ do: 'modems' });
    return objectsAt(answer, 'modems');
  } catch {
    // One of another version, or one that is just ending: what is looked at without it is shown all the same.
    return [];
  } finally {
    connection.close();
  }
}

/** The one of these that is the modem on a port, whatever link it was named by. */
export async function drivenOn(modem: SurveyedModem, driven: readonly JsonObject[]): Promise<JsonObject | null> {
  const real = (path: string): Promise<string> => realpath(path).catch(() => path);
  const paths = await Promise.all([modem.port, modem.devicePort?.device ?? null].flatMap((path) => (path === null ? [] : [real(path)])));
  for (const one of driven) if (paths.includes(await real(textAt(one, 'port') ?? ''))) return one;
  return null;
}

/** What is said of a modem by whoever drives it, as lines below those of the modem itself. */
export function presentDriven(driven: JsonObject, terminal: Terminal, glyphs: Glyphs): readonly string[] {
  const width = Math.min(terminal.width, 100);
  const lines: string[] = [];
  const say = (label: string, text: string): void => {
    for (const [at, piece] of wrap(visible(text, glyphs), width - labelColumns - 2).entries())
      lines.push(`  ${styled(terminal, 'dim', (at === 0 ? label : '').padEnd(labelColumns))}${piece}`);
  };
  const reason = textAt(driven, 'reason');
  const steps = objectsAt(driven, 'steps').slice(-shownSteps);
  say(
    'driven',
    `as ${textAt(driven, 'modem')}: ${textAt(driven, 'state')} since ${textAt(driven, 'since')}${reason === null ? '' : `, ${reason}`}`,
  );
  for (const [at, step] of steps.entries())
    say(at === 0 ? 'steps' : '', `${(textAt(step, 'at') ?? '').slice(11, 19)} ${textAt(step, 'note')}: ${textAt(step, 'detail')}`);
  return lines;
}
