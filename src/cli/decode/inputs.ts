import { AtLogReader, type FoundPdu } from './at-log.js';
import { inputLines } from './lines.js';
import type { DecodeInput, LineForm } from './session.js';

/** What comes next: octets to decode, a line too long to look at, or a fresh start for reassembly. */
export type DecodeStep =
  | { readonly kind: 'input'; readonly input: DecodeInput }
  | { readonly kind: 'too-long'; readonly line: number; readonly form: LineForm; readonly octets: number }
  | { readonly kind: 'afresh' };

export interface InputOptions {
  readonly form: Exclude<LineForm, 'cell-broadcast'> | 'at-log';
  readonly direction: 'from-modem' | 'to-modem';
}

/** Longest line of a log that is looked at; PDUs are shorter than 400 characters. */
const longestLogLine = 65_536;

/** The steps that a stream asks for, those of one chunk together. */
export async function* decodeSteps(stream: AsyncIterable<unknown>, options: InputOptions): AsyncGenerator<readonly DecodeStep[]> {
  if (options.form === 'at-log') {
    const reader = new AtLogReader();
    for await (const lines of inputLines(stream, longestLogLine)) {
      // The longest line that counts is far shorter; of a longer one the beginning is looked at.
      yield lines.flatMap(({ number, text }) => (text.startsWith('#') ? [] : reader.read(number, text).map(stepOfFound)));
    }
    yield reader.end().map(stepOfFound);
    return;
  }
  const { form, direction } = options;
  for await (const lines of inputLines(stream)) {
    const steps: DecodeStep[] = [];
    for (const { number, text, tooLong } of lines) {
      const hex = text.trim();
      if (tooLong) steps.push({ kind: 'too-long', line: number, form, octets: text.length });
      else if (hex === '') steps.push({ kind: 'afresh' });
      else if (!hex.startsWith('#')) steps.push({ kind: 'input', input: { line: number, form, direction, hex } });
    }
    yield steps;
  }
}

function stepOfFound({ line, hex, direction, form, announced, fits }: FoundPdu): DecodeStep {
  return { kind: 'input', input: { line, form, direction, hex, announced: fits === false ? announced : null } };
}
