import type { Cancel, Clock } from '../runtime/index.js';
import { AtTerminal } from './at-terminal.js';
import type { Firmware, Sim } from './firmware.js';
import type { FirmwareProfile } from './firmware-profile.js';
import type { ModemIdentity } from './identity.js';
import type { Line } from './line.js';
import { type MemoryName, MessageStore } from './message-store.js';
import { registrationCommands, registrationStatus } from './network-commands.js';
import { type DeliveryOutcome, type IncomingPdu, Reception, type Unavailable } from './reception.js';
import { factorySettings, type Settings } from './settings.js';

const listeningGraceMs = 1000;
/** For the quirk `messages-late-after-sim`. */
const messagesLateMs = 8_000;
/** For the quirk `floods-with-announcements`: between two lines, and how many may come before the firmware gives up. */
const floodPauseMs = 250;
const floodLimit = 60;

/** The network as a modem sees it. */
export interface NetworkAccess {
  submit(tpdu: string, finish: (errorNumber: number | null) => void): void;
  /** The modem can perhaps take what it could not take before. */
  available(): void;
}

/** What makes a virtual modem. */
export interface VirtualModemOptions {
  readonly name: string;
  readonly identity: ModemIdentity;
  readonly profile: FirmwareProfile;
  readonly clock: Clock;
  /** Whether the echo is on after power-on. */
  readonly echo: boolean;
  /** The service centre the SIM names. */
  readonly serviceCentre: string;
}

/** What a fault does to the octets of a line; each is off when absent. */
export interface LineDisturbance {
  /** Nothing is answered and nothing is said. */
  silent?: boolean;
  /** Nothing is read; unsolicited lines still come. */
  deaf?: boolean;
  /** Every octet comes back, and nothing else. */
  echoForever?: boolean;
  /** A prompt takes everything as message text, Ctrl-Z included, until ESC. */
  promptStuck?: boolean;
  /** AT+CMGF=0 is refused. */
  refusesPduMode?: boolean;
  /** AT+CNMI refuses to have status reports delivered directly. */
  refusesDirectReports?: boolean;
}

/** A modem's firmware behind a {@link Line}: V.250, 3GPP TS 27.007 and 27.005 in PDU mode. */
export class VirtualModem implements Firmware {
  readonly name: string;
  readonly identity: ModemIdentity;
  readonly profile: FirmwareProfile;
  readonly clock: Clock;
  readonly stores: Readonly<Record<MemoryName, MessageStore>>;
  readonly sim: Sim = { state: 'READY', pinAttempts: 3, pukAttempts: 10 };
  readonly disturbance: LineDisturbance = {};
  /** SMS-SUBMITs the network took. */
  submitted = 0;
  /** Times it was switched off and on again. */
  restarts = 0;
  settings: Settings;
  readonly #options: VirtualModemOptions;
  readonly #reception: Reception;
  readonly #terminal: AtTerminal;
  #network: NetworkAccess | undefined;
  #line: Line | undefined;
  #attached = false;
  #hostSpoke = false;
  #cancelGrace: Cancel = () => {};
  #booting: Cancel | undefined;
  #reference = 0;
  #covered = true;
  #poweredAt: number;
  #cancelFlood: Cancel = () => {};
  #flooded = 0;

  constructor(options: VirtualModemOptions) {
    this.#options = options;
    this.name = options.name;
    this.identity = options.identity;
    this.profile = options.profile;
    this.clock = options.clock;
    this.#poweredAt = options.clock.monotonic();
    this.settings = factorySettings(options);
    const { ME, SM, SR } = options.profile.capacities;
    this.stores = { ME: new MessageStore('ME', ME), SM: new MessageStore('SM', SM), SR: new MessageStore('SR', SR) };
    this.#reception = new Reception(this);
    this.#terminal = new AtTerminal({
      firmware: this,
      promptStuck: () => this.disturbance.promptStuck === true,
      write: (octets) => {
        if (!this.#mute) this.#line?.write(octets);
      },
      spoke: () => this.#hostSpeaks(),
    });
  }

  /** Joins the network; once. */
  connect(network: NetworkAccess): void {
    this.#network = network;
  }

  /** Puts the modem on a line; the last one must have been closed. */
  plugIn(line: Line): void {
    this.#line = line;
    const own = (): boolean => this.#line === line;
    line.start({
      data: (octets) => {
        if (own()) this.#feed(octets);
      },
      attached: () => {
        if (own()) this.#hostArrived();
      },
      detached: () => {
        if (own()) this.#hostLeft();
      },
    });
  }

  /** Takes the modem off its line, which is closed, and powers it off. */
  async unplug(): Promise<void> {
    const line = this.#line;
    this.#line = undefined;
    this.#hostLeft();
    this.#powerOff();
    await line?.close();
  }

  get line(): Line | undefined {
    return this.#line;
  }

  get attached(): boolean {
    return this.#attached;
  }

  get registered(): boolean {
    return (
      this.#covered &&
      !this.disturbance.silent &&
      this.#line !== undefined &&
      this.#booting === undefined &&
      this.sim.state === 'READY' &&
      this.settings.functionality === 1
    );
  }

  get messagesLate(): boolean {
    return this.profile.quirks.has('messages-late-after-sim') && this.clock.monotonic() - this.#poweredAt < messagesLateMs;
  }

  get takesSubmissions(): boolean {
    const service = this.settings.others.get('+CGSMS') ?? '2';
    return !this.profile.quirks.has('sends-fail-by-packet') || service === '1' || service === '3';
  }

  get hostListens(): boolean {
    return this.#attached && this.#hostSpoke && !this.#mute;
  }

  get counters(): { readonly commands: number; readonly errors: number; readonly announced: number } {
    return this.#terminal.counters;
  }

  get awaitsAcknowledgement(): boolean {
    return this.#reception.awaitsAcknowledgement;
  }

  /** The network delivers; see {@link Reception.take}. */
  take(pdu: IncomingPdu, settle: (outcome: DeliveryOutcome) => void): Unavailable | null {
    return this.#terminal.turn(() => this.#reception.take(pdu, settle));
  }

  restoreSettings(): void {
    this.settings = factorySettings(this.#options);
  }

  radioChanged(): void {
    const status = registrationStatus(this);
    for (const name of registrationCommands) {
      if ((this.settings.registrationReporting.get(name) ?? 0) > 0) this.announce(`${name}: ${status}`);
    }
    if (status === 1) this.#network?.available();
  }

  reboot(): void {
    this.restarts += 1;
    this.#terminal.turn(() => {
      this.#powerOff();
      this.#booting = this.clock.after(this.profile.bootMs, () => {
        this.#booting = undefined;
        this.#flood();
        this.#network?.available();
      });
    });
  }

  vanish(): void {
    this.#powerOff();
    this.disturbance.silent = true;
  }

  silence(): void {
    this.#cancelFlood();
    this.#cancelFlood = () => {};
  }

  armed(flushBuffered: boolean): void {
    this.#reception.armed(flushBuffered);
    this.#network?.available();
  }

  polled(): void {
    this.#reception.polled();
    this.#network?.available();
  }

  memoryFreed(): void {
    this.#network?.available();
  }

  acknowledge(accepted: boolean): boolean {
    return this.#reception.acknowledge(accepted);
  }

  deadlinePassed(): void {
    this.disarm();
  }

  wedge(): void {
    this.disturbance.silent = true;
  }

  /** Sets <mt> and <ds> to 0 without a word, as a modem does after a missed acknowledgement. */
  disarm(): void {
    this.settings.indications = { ...this.settings.indications, deliver: 0, report: 0 };
  }

  submit(tpdu: string, finish: (outcome: { readonly reference: number } | { readonly error: number }) => void): void {
    const reference = this.#reference;
    this.#reference = (reference + 1) % 256;
    const numbered = `${tpdu.slice(0, 2)}${reference.toString(16).toUpperCase().padStart(2, '0')}${tpdu.slice(4)}`;
    if (this.#network === undefined) {
      finish({ error: 331 });
      return;
    }
    this.#network.submit(numbered, (errorNumber) => {
      if (errorNumber === null) this.submitted += 1;
      finish(errorNumber === null ? { reference } : { error: errorNumber });
    });
  }

  announce(line: string): void {
    if (!this.profile.quirks.has('unsolicited-on-another-port') || this.settings.others.get('urcport') === 'usbat') {
      this.#terminal.announce(line);
    }
  }

  #flood(): void {
    this.silence();
    this.#flooded = 0;
    if (!this.profile.quirks.has('floods-with-announcements')) return;
    const again = (): void => {
      this.#flooded += 1;
      if (this.#flooded > floodLimit) {
        this.reboot();
        return;
      }
      this.announce(this.#flooded % 2 === 0 ? '^RSSI:17' : '+ZUSIMR:2');
      this.#cancelFlood = this.clock.after(floodPauseMs, again);
    };
    this.#cancelFlood = this.clock.after(floodPauseMs, again);
  }

  /** Stops saying and reading anything, or goes on. */
  setSilent(silent: boolean): void {
    this.disturbance.silent = silent;
    if (!silent) this.#network?.available();
  }

  /** Leaves the network or comes back to it. */
  setCoverage(covered: boolean): void {
    this.#covered = covered;
    this.radioChanged();
  }

  /** Puts octets on the line that no firmware means, for faults. */
  babble(octets: Uint8Array): void {
    this.#line?.write(octets);
  }

  /** Octets the host has not yet taken. */
  get backlogOctets(): number {
    return this.#line?.backlogOctets ?? 0;
  }

  get #mute(): boolean {
    return this.disturbance.silent === true || this.disturbance.echoForever === true;
  }

  get #deaf(): boolean {
    return this.disturbance.silent === true || this.disturbance.deaf === true;
  }

  #hostArrived(): void {
    if (this.#attached) return;
    this.#attached = true;
    this.#hostSpoke = false;
    this.#flood();
    this.#cancelGrace = this.clock.after(listeningGraceMs, () => this.#hostSpeaks());
  }

  #hostLeft(): void {
    this.#cancelGrace();
    this.silence();
    this.#attached = false;
    this.#hostSpoke = false;
    this.#terminal.forgetInput();
    this.#terminal.turn(() => this.#reception.abandon());
  }

  /** A host that has given a command, or has had the port open for a while, is taken to listen. */
  #hostSpeaks(): void {
    if (this.#hostSpoke || !this.#attached) return;
    this.#cancelGrace();
    this.#hostSpoke = true;
    this.#network?.available();
  }

  #powerOff(): void {
    this.#booting?.();
    this.silence();
    this.#poweredAt = this.clock.monotonic();
    this.#booting = undefined;
    this.#terminal.reset();
    this.settings = factorySettings(this.#options);
    this.#reception.reset();
  }

  #feed(octets: Uint8Array): void {
    if (this.disturbance.echoForever === true) this.babble(Uint8Array.from(octets));
    else if (this.#booting === undefined && !this.#deaf) this.#terminal.feed(octets);
  }
}
