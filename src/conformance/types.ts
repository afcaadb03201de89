import type { ItemId } from './items.js';
import type { PeerBench } from './peers/bench.js';

/** One acceptance procedure: what it shows, by whose program, and how. */
export interface Procedure {
  readonly item: ItemId;
  /** What is shown, as a sentence that goes on after "wapbridge". */
  readonly title: string;
  /** Whose program judges; null where wapbridge meets only itself. */
  readonly peer: string | null;
  /** Programs that must be installed, by the names they are started by. */
  readonly needs: readonly string[];
  /** The only port that a peer listens at; where this user may not listen there it is not run. */
  readonly peerPort?: number;
  /** @throws BridgeError `conformance/…` where it does not pass */
  readonly run: (bench: PeerBench) => Promise<void>;
}
