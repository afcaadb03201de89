import type { MemoryName } from './message-store.js';

/** AT+CNMI. @see 3GPP TS 27.005 3.4.1 */
export interface IndicationSettings {
  readonly mode: number;
  /** Where SMS-DELIVERs go: `<mt>`. */
  readonly deliver: number;
  /** Cell broadcast: `<bm>`. */
  readonly broadcast: number;
  /** Where status reports go: `<ds>`. */
  readonly report: number;
  readonly buffer: number;
}

/** What a host can set; everything is lost with the power. */
export interface Settings {
  echo: boolean;
  /** ATV: result codes as words. */
  verbose: boolean;
  /** ATQ1: no result codes. */
  quiet: boolean;
  /** AT+CMEE: 0 bare ERROR, 1 numbers, 2 words. */
  errorReporting: number;
  /** AT+CSMS: 1 means that the host acknowledges what is delivered to it. */
  messageService: number;
  indications: IndicationSettings;
  /** AT+CPMS: read, write, receive. */
  memories: readonly [read: MemoryName, write: MemoryName, receive: MemoryName];
  serviceCentre: string;
  characterSet: string;
  /** AT+CFUN. */
  functionality: number;
  moreMessages: number;
  /** AT+CREG, +CGREG, +CEREG by command name. */
  registrationReporting: Map<string, number>;
  /** V.250 S-registers. */
  registers: Map<number, number>;
  /** Settings that change nothing here, by command name, as the host wrote them. */
  others: Map<string, string>;
}

/** Settings as the modem leaves the factory. */
export function factorySettings(options: { readonly echo: boolean; readonly serviceCentre: string }): Settings {
  return {
    echo: options.echo,
    verbose: true,
    quiet: false,
    errorReporting: 0,
    messageService: 0,
    indications: { mode: 0, deliver: 0, broadcast: 0, report: 0, buffer: 0 },
    memories: ['SM', 'SM', 'SM'],
    serviceCentre: options.serviceCentre,
    characterSet: 'GSM',
    functionality: 1,
    moreMessages: 0,
    registrationReporting: new Map(),
    registers: new Map([
      [0, 0],
      [3, 13],
      [4, 10],
      [5, 8],
      [7, 60],
    ]),
    others: new Map(),
  };
}
