import type { DeliveryReceipt, Handover, Sink } from '../delivery/index.js';
import type { Output } from './output.js';
import { fewLines } from './present-content.js';
import { type Glyphs, presentMessage } from './present-message.js';

export interface StdoutSinkOptions {
  readonly output: Output;
  readonly json: boolean;
  readonly glyphs: Glyphs;
  /** Nobody reads standard output any more. */
  readonly onClosed: () => void;
}

/** Standard output as a sink: one line of JSON a message, or text for people. Taken once the reader's side has it. */
export function stdoutSink({ output, json, glyphs, onClosed }: StdoutSinkOptions): Sink {
  return {
    name: 'stdout',
    kind: 'stdout',
    async accept({ facts }: Handover): Promise<DeliveryReceipt> {
      if (json) output.object(facts);
      else output.text(`\n${presentMessage(facts, output.terminal, glyphs, fewLines).join('\n')}\n`);
      if (await output.written()) return { outcome: 'taken' };
      onClosed();
      return { outcome: 'later', reason: 'standard output is closed' };
    },
    close: () => Promise.resolve(),
  };
}
