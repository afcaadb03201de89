import { type ControlConnection, connectToHolder } from '../bridge/index.js';
import { BridgeError } from '../errors.js';
import { type Journal, type JournalOptions, openJournal } from '../journal/index.js';

/** Between two tries, where a state folder is held by somebody who does not listen (any more, or yet). */
const againMs = 250;
const tries = 40;

/** A state folder to work with: its journal is ours, or somebody else's whom we can ask. */
export type Writer =
  | { readonly kind: 'own'; readonly journal: Journal }
  | { readonly kind: 'other'; readonly connection: ControlConnection };

/**
 * Opens the journal of a state folder as its writer, or connects to whoever is that already.
 * @param signal ends waiting for a folder that is held
 * @throws JournalError `journal/held` where somebody holds it for long and cannot be asked
 */
export async function becomeWriter(options: JournalOptions, signal?: AbortSignal): Promise<Writer> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return { kind: 'own', journal: openJournal(options) };
    } catch (cause) {
      if (!(cause instanceof BridgeError) || cause.code !== 'journal/held') throw cause;
      const connection = await connectToHolder(options.directory);
      if (connection !== null) return { kind: 'other', connection };
      if (attempt >= tries) throw cause;
      await options.clock.sleep(againMs, { signal });
    }
  }
}
