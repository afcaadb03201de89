import { BridgeError } from '../errors.js';
import { ManualClock } from '../runtime/index.js';
import { TraceError } from './errors.js';
import { Modem } from './modem.js';
import { ReplayPort } from './replay-port.js';
import type { Trace } from './trace.js';
import type { ModemEvent, ModemIdentity, ReceivedPdu } from './types.js';

/** What came of a replay. */
export interface ReplayResult {
  readonly entries: number;
  /** Milliseconds the recording lasted. */
  readonly lastedMs: number;
  /** Null where the recording ends before the modem was up. */
  readonly identity: ModemIdentity | null;
  readonly received: readonly ReceivedPdu[];
  readonly events: readonly ModemEvent[];
  /** How the recording ended: null where it was stopped in good order, else what the driver said. */
  readonly failure: BridgeError | null;
}

const stepMs = 20;
/** Longer than any time the driver waits for anything. */
const mostIdleMs = 400_000;
/** A PIN in a recording is covered, so that any will do. */
const anyPin = '0000';

/**
 * Drives the modem of a recording, in the recording's own time, which takes no time here. Messages are acknowledged unless `trace record`
 * made the recording, which leaves them where they are.
 * @throws TraceError `modem/replay-differs` where the driver writes something else than it did then, or nothing
 */
export async function replayTrace(trace: Trace): Promise<ReplayResult> {
  const clock = new ManualClock();
  const port = new ReplayPort(trace, { clock, closesAtEnd: true });
  const stopped = new AbortController();
  let difference: unknown = null;
  port.on('error', (cause) => {
    difference ??= cause;
  });
  const received: ReceivedPdu[] = [];
  const events: ModemEvent[] = [];
  let identity: ModemIdentity | null = null;
  let failure: BridgeError | null = null;
  let over = false;
  const acknowledges = trace.by !== 'record';
  const drive = async (): Promise<void> => {
    const modem = await Modem.open(port, {
      clock,
      portName: 'trace',
      onEvent: (event) => events.push(event),
      signal: stopped.signal,
      ...(trace.reception === undefined ? {} : { reception: trace.reception }),
      ...(entersPin(trace) ? { pin: { ask: async () => anyPin, rejected: async () => {} } } : {}),
    });
    identity = modem.identity;
    if (trace.by === 'record') void modem.status().catch(() => {});
    try {
      for await (const each of modem.received()) {
        received.push(each);
        if (acknowledges) await modem.acknowledge(each);
      }
    } finally {
      await modem.close();
    }
  };
  const driven = drive()
    .catch((cause: unknown) => {
      if (cause instanceof BridgeError) failure = cause;
      else difference ??= cause;
    })
    .finally(() => {
      over = true;
    });
  let idleMs = 0;
  for (let remaining = port.remaining; !over && idleMs < mostIdleMs; ) {
    await clock.step(stepMs);
    idleMs = port.remaining === remaining ? idleMs + stepMs : 0;
    remaining = port.remaining;
  }
  stopped.abort();
  port.destroy();
  await clock.step(stepMs);
  await driven;
  if (difference !== null) throw difference;
  if (port.remaining > 0) {
    const at = trace.entries.length - port.remaining;
    throw new TraceError(
      'modem/replay-differs',
      `Entry ${at + 1} of the trace was not reached: the driver wrote nothing more${failure === null ? '' : `, and said: ${messageOf(failure)}`}`,
      { advice: 'record the trace again where the driver was meant to change' },
    );
  }
  const last = trace.entries.at(-1);
  return {
    entries: trace.entries.length,
    lastedMs: last?.atMs ?? 0,
    identity,
    received,
    events,
    // Where the recording was stopped the port seems to go; that it went is part of a recording only as an event.
    failure: identity !== null && last?.direction !== 'event' ? null : failure,
  };
}

function entersPin({ entries }: Trace): boolean {
  return entries.some(({ direction, text }) => direction === 'to-modem' && /^AT\+CPIN=(?!\?)/i.test(text));
}

function messageOf(failure: BridgeError): string {
  return failure.message;
}
