import type { Config } from '../config/index.js';
import type { DeliveryReceipt, Handover, Sink } from '../delivery/index.js';
import type { JournalReader } from '../journal/index.js';
import type { Output } from './output.js';
import { fewLines } from './present-content.js';
import { type Glyphs, presentMessage } from './present-message.js';
import type { Calling } from './program.js';

export interface StdoutSinkOptions {
  readonly output: Output;
  readonly json: boolean;
  readonly glyphs: Glyphs;
  /** How the inbox is asked for the whole of a message; null where it is gone afterwards. */
  readonly inbox: Calling | null;
  /** Whether a message was printed before; asked where a person reads. */
  readonly printedBefore: (id: string) => boolean;
  /** Nobody reads standard output any more. */
  readonly onClosed: () => void;
}

/** Standard output as a sink: one line of JSON a message, or text for people. Taken once the reader's side has it. */
export function stdoutSink({ output, json, glyphs, inbox, printedBefore, onClosed }: StdoutSinkOptions): Sink {
  return {
    name: 'stdout',
    kind: 'stdout',
    async accept({ id, facts }: Handover): Promise<DeliveryReceipt> {
      if (json) output.object(facts);
      else {
        const how = { view: fewLines(whole(id, inbox)), again: printedBefore(id) };
        output.text(`\n${presentMessage(facts, output.terminal, glyphs, how).join('\n')}\n`);
      }
      if (await output.written()) return { outcome: 'taken' };
      onClosed();
      return { outcome: 'later', reason: 'standard output is closed' };
    },
    close: () => Promise.resolve(),
  };
}

/** So much of an id is enough where it is the only one that begins so; else `inbox show` says which do. */
function whole(id: string, inbox: Calling | null): string {
  return inbox === null ? '--json' : `${inbox.again} inbox show ${id.slice(0, 8)}`;
}

/** Whether standard output has taken a message before, under any of the names that the configuration gives it. */
export function wasPrinted(id: string, journal: Pick<JournalReader, 'details'>, sinks: Config['sinks']): boolean {
  const isStandard = (name: string): boolean => {
    const sink = sinks?.[name];
    return sink === undefined ? name === 'stdout' : sink.kind === 'ndjson' && sink.file === undefined;
  };
  return (journal.details(id)?.attempts ?? []).some(({ sink, outcome }) => outcome === 'taken' && isStandard(sink));
}
