import {
  type ModemEvent as DriverEvent,
  type Modem,
  type OpenModemOptions,
  openModem,
  PortClosedError,
  supervise,
} from '../modem/index.js';
import type { Clock } from '../runtime/index.js';
import type { SendingModem } from '../sending/index.js';
import type { BridgeEvent } from './events.js';
import type { Intake } from './intake.js';
import { presentError } from './present.js';
import { asBridgeError } from './reading.js';
import { receiverOf } from './receiver.js';

/** A modem to be driven: what events call it, where it is, and what is known of it beforehand. */
export interface ModemToDrive {
  readonly name: string;
  /** A device path, `tcp://HOST:PORT` or `unix:PATH`. */
  readonly port: string;
  readonly options?: Omit<OpenModemOptions, 'clock' | 'onEvent' | 'signal'>;
}

export interface ModemLoopOptions {
  readonly clock: Clock;
  readonly intake: Intake;
  readonly emit: (event: BridgeEvent) => void;
  readonly signal: AbortSignal;
  /** Lets the modem send; the answer takes it away again. */
  readonly attach?: (modem: SendingModem) => Promise<() => Promise<void>>;
  /** Told of each try to open it: null where it went well. */
  readonly onOpened?: (failure: unknown) => void;
  /** How it is opened; for tests, which put a wire of their own behind it. */
  readonly open?: (name: string, options: OpenModemOptions) => Promise<Modem>;
}

/** Mobile country and network code of test networks, which reach no public network. @see ITU-T E.212 */
const testNetwork = '00101';
const answerWithinMs = 2000;

/** Keeps one modem, and takes in whatever it receives, until `signal` is aborted. */
export async function driveModem(modem: ModemToDrive, options: ModemLoopOptions): Promise<void> {
  const { clock, intake, emit, signal, onOpened, open = openModem } = options;
  const onEvent = (event: DriverEvent): void => {
    if (event.kind === 'note') {
      const { note, port, detail } = event;
      emit({ event: 'modem-note', modem: modem.name, port, note, detail, at: new Date(clock.now()).toISOString() });
      return;
    }
    const { state, profile, manufacturer, model, firmware, reason, code } = event;
    const why = { ...(reason === null ? {} : { reason }), ...(code === null ? {} : { code }) };
    emit({ event: 'modem', modem: modem.name, state, port: modem.port, profile, manufacturer, model, firmware, ...why });
  };
  const opening = async (name: string, given: OpenModemOptions): Promise<Modem> => {
    try {
      return await open(name, given);
    } catch (cause) {
      onOpened?.(cause);
      throw cause;
    }
  };
  for await (const opened of supervise(modem.port, { ...modem.options, clock, onEvent, signal, open: opening })) {
    const receiver = receiverOf(opened.identity, modem.name);
    const { imsi, manufacturer } = opened.identity;
    const virtual = manufacturer === 'wapbridge' || imsi?.startsWith(testNetwork) === true;
    const detach = await options.attach?.({ name: modem.name, receiver, virtual, driver: opened });
    if (imsi !== null) intake.simKnown(receiver, imsi);
    onOpened?.(null);
    let busy = false;
    // What is being taken in is answered before the port closes, but not for ever.
    const closeAtEnd = (): void => {
      if (busy) clock.after(answerWithinMs, () => void opened.close());
      else void opened.close();
    };
    signal.addEventListener('abort', closeAtEnd, { once: true });
    try {
      for await (const received of opened.received()) {
        busy = true;
        await intake.take(received, {
          modem: modem.name,
          receiver,
          imsi: opened.identity.imsi,
          acknowledge: (verdict) => opened.acknowledge(received, verdict),
        });
        busy = false;
        if (signal.aborted) break;
      }
    } catch (cause) {
      // A lost port is told of by the supervisor, which then opens it again.
      if (!(cause instanceof PortClosedError)) emit({ event: 'error', ...presentError(asBridgeError(cause)), modem: modem.name });
    } finally {
      signal.removeEventListener('abort', closeAtEnd);
      await detach?.();
    }
  }
}
