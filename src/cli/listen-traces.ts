import type { Duplex } from 'node:stream';
import type { BridgeEvent } from '../bridge/index.js';
import { openTraceFile, type TraceFile, TracingPort } from '../modem/index.js';
import type { Clock } from '../runtime/index.js';
import { freshTracePath } from './trace-path.js';

/** Traces of the modems of a `listen`: one file for each time a modem is opened. */
export interface ListenTraces {
  /** Options for the driver of a modem, by the name that events give it; a reception that is forced stands in the trace, so that a replay forces it too. */
  optionsFor(name: string, reception: 'auto' | 'direct' | 'stored' | undefined): { readonly wrapPort: (port: Duplex) => Duplex };
  /** Writes down what a modem says it is, once it has said so. */
  notice(event: BridgeEvent): void;
  close(): void;
}

/** Begins traces in a folder. */
export function listenTraces(folder: string, clock: Clock): ListenTraces {
  const open = new Map<string, TraceFile>();
  return {
    optionsFor: (name, reception) => ({
      wrapPort: (port) => {
        open.get(name)?.close();
        const file = openTraceFile(freshTracePath(folder, name, clock), {
          by: 'listen',
          ...(reception === undefined || reception === 'auto' ? {} : { reception }),
        });
        open.set(name, file);
        return new TracingPort(port, { clock, record: (entry) => file.record(entry) });
      },
    }),
    notice: (event) => {
      if (event.event === 'modem' && event.state === 'ready') open.get(event.modem)?.identify(event);
    },
    close: () => {
      for (const file of open.values()) file.close();
    },
  };
}
