import type { Cancel, Clock } from '../runtime/index.js';
import type { FirmwareProfile } from './firmware-profile.js';
import type { MemoryName, MessageStore } from './message-store.js';
import { messageClassOf } from './pdu-mode.js';
import type { Settings } from './settings.js';

/** A TPDU on its way to a modem. */
export interface IncomingPdu {
  readonly kind: 'deliver' | 'status-report';
  /** Upper-case hex of the service centre address with its length octet. */
  readonly serviceCentre: string;
  /** Upper-case hex. */
  readonly tpdu: string;
}

/** What became of a TPDU the modem took. */
export type DeliveryOutcome = 'acknowledged' | 'stored' | 'refused' | 'unacknowledged';

/** Why a modem cannot take a TPDU now. */
export type Unavailable = 'unreachable' | 'not-armed' | 'busy' | 'memory-full';

/** What reception needs of the modem around it. */
export interface ReceptionHost {
  readonly clock: Clock;
  readonly profile: FirmwareProfile;
  readonly settings: Settings;
  readonly stores: Readonly<Record<MemoryName, MessageStore>>;
  /** On the air, with a usable SIM. */
  readonly registered: boolean;
  /** A host has the port open and has shown that it listens. */
  readonly hostListens: boolean;
  announce(line: string): void;
  /** The firmware has come to a stop. */
  wedge(): void;
  /** A message delivered to the host was not acknowledged in time. */
  deadlinePassed(): void;
}

interface Pending {
  readonly settle: (outcome: DeliveryOutcome) => void;
  readonly cancelDeadline: Cancel;
}

type Route = 'direct' | { readonly memory: MemoryName; readonly indication: '+CMTI' | '+CDSI' | null } | null;

/** How a modem takes messages from the network: the rules of +CNMI, +CSMS and +CNMA. @see 3GPP TS 27.005 3.4 */
export class Reception {
  readonly #host: ReceptionHost;
  #pending: Pending | undefined;
  #buffered: string[] = [];
  /** Without indications a modem stores in silence; the network here waits until a host has shown that it looks into memories. */
  #polled = false;

  constructor(host: ReceptionHost) {
    this.#host = host;
  }

  get awaitsAcknowledgement(): boolean {
    return this.#pending !== undefined;
  }

  /** Takes a TPDU, or says why not. `settle` is called once for a taken one, possibly before this returns. */
  take(pdu: IncomingPdu, settle: (outcome: DeliveryOutcome) => void): Unavailable | null {
    const { settings, stores, registered, hostListens, profile } = this.#host;
    if (!registered) return 'unreachable';
    const route = this.#route(pdu);
    if (route === null) return 'not-armed';
    const tpduOctets = pdu.tpdu.length / 2;
    const text = `${pdu.serviceCentre}${pdu.tpdu}`;
    if (route === 'direct') {
      if (!hostListens || settings.indications.mode === 0) return 'not-armed';
      if (settings.indications.mode > 1 && profile.quirks.has('indication-mode-one')) return 'not-armed';
      if (this.#pending !== undefined) return 'busy';
      const header = pdu.kind === 'deliver' ? `+CMT: ,${tpduOctets}` : `+CDS: ${tpduOctets}`;
      const awaits =
        settings.messageService === 1 && !profile.quirks.has('no-acknowledgement') && !profile.quirks.has('service-level-meaningless');
      if (awaits) this.#await(settle);
      this.#host.announce(`${header}\r\n${text}`);
      if (pdu.kind === 'status-report' && profile.quirks.has('direct-reports-wedge')) this.#host.wedge();
      if (pdu.kind === 'deliver' && profile.quirks.has('stores-direct-messages-too')) {
        const copy = stores[settings.memories[2]].put({ status: 0, pdu: text, tpduOctets });
        if (copy !== null) this.#host.announce(`+CMTI: "${settings.memories[2]}",${copy}`);
      }
      if (!awaits) settle('acknowledged');
      return null;
    }
    const index = stores[route.memory].put({ status: 0, pdu: text, tpduOctets });
    if (index === null) return 'memory-full';
    if (route.indication !== null) this.#indicate(`${route.indication}: "${route.memory}",${index}`);
    settle('stored');
    return null;
  }

  /** +CNMA; whether one was expected. */
  acknowledge(accepted: boolean): boolean {
    const pending = this.#release();
    if (pending === undefined) return false;
    pending.settle(accepted ? 'acknowledged' : 'refused');
    return true;
  }

  /** The host is gone, or the modem loses power: what it was shown counts as not delivered. */
  abandon(): void {
    this.#release()?.settle('unacknowledged');
  }

  /** Forgets what was kept for a host, as a reset does. */
  reset(): void {
    this.abandon();
    this.#buffered = [];
    this.#polled = false;
  }

  polled(): void {
    this.#polled = true;
  }

  /** +CNMI was set: what was held back is told or dropped. */
  armed(flushBuffered: boolean): void {
    this.#polled = false;
    if (this.#host.settings.indications.mode === 0) return;
    const buffered = this.#buffered;
    this.#buffered = [];
    if (flushBuffered) for (const line of buffered) this.#host.announce(line);
  }

  #route({ kind, tpdu }: IncomingPdu): Route {
    const { indications, memories } = this.#host.settings;
    if (kind === 'status-report') {
      if (indications.report === 1) return 'direct';
      if (indications.report === 2) return { memory: 'SR', indication: '+CDSI' };
      const keeps = this.#polled && !this.#host.profile.quirks.has('stored-reports-unreadable');
      return keeps ? { memory: 'SR', indication: null } : null;
    }
    const messageClass = messageClassOf(tpdu);
    if (indications.deliver === 0) return this.#polled ? { memory: messageClass === 2 ? 'SM' : memories[2], indication: null } : null;
    if (messageClass === 2) return { memory: 'SM', indication: '+CMTI' };
    if (indications.deliver === 2 || (indications.deliver === 3 && messageClass === 3)) return 'direct';
    return { memory: memories[2], indication: '+CMTI' };
  }

  #await(settle: (outcome: DeliveryOutcome) => void): void {
    const cancelDeadline = this.#host.clock.after(this.#host.profile.acknowledgementDeadlineMs, () => {
      const pending = this.#release();
      this.#host.deadlinePassed();
      pending?.settle('unacknowledged');
    });
    this.#pending = { settle, cancelDeadline };
  }

  #release(): Pending | undefined {
    const pending = this.#pending;
    this.#pending = undefined;
    pending?.cancelDeadline();
    return pending;
  }

  #indicate(line: string): void {
    if (this.#host.settings.indications.mode > 1 && this.#host.profile.quirks.has('indication-mode-one')) return;
    if (this.#host.settings.indications.mode !== 0) this.#host.announce(line);
    else if (this.#buffered.length < 256) this.#buffered.push(line);
  }
}
