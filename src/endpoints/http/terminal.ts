import { createHash } from 'node:crypto';
import { dmMessageTypes } from '../../push/index.js';
import type { HttpHeader } from './types.js';

/** The one request target of OTA-HTTP. @see WAP-235-PushOTA */
export const pushPath = '/wappush';

/** Most octets of a request's entity. */
export const mostEntityOctets = 262_144;

/** Values of X-Wap-Push-Status. @see WAP-235-PushOTA */
export const pushStatus = {
  accepted: '400 Accepted',
  /** The capabilities that the gateway knows are not those of the terminal. */
  otherCpiTag: '256 CPITag Mismatch',
  unchanged: '500 Not Changed',
  follows: '501 Registration Information Follows',
} as const;

export interface TerminalOptions {
  /** What the terminal calls itself. */
  readonly id?: string | undefined;
  /** Name of the header field for the largest message: gateways know one of two. */
  readonly sizeHeader?: 'X-Wap-Push-MsgSize' | 'X-Wap-Push-MaxMsgSize' | undefined;
}

/** What a terminal tells a gateway that registers with it. @see WAP-235-PushOTA */
export class Terminal {
  readonly #id: string;
  readonly #capabilities: readonly HttpHeader[];
  /** Stands for the capabilities: it changes with them. */
  readonly tag: string;

  constructor({ id = 'wapbridge', sizeHeader = 'X-Wap-Push-MsgSize' }: TerminalOptions = {}) {
    this.#id = id;
    this.#capabilities = [
      ['X-Wap-Push-Accept', dmMessageTypes.join(', ')],
      ['X-Wap-Push-Accept-Charset', 'utf-8'],
      ['X-Wap-Push-Accept-AppID', 'x-wap-application:syncml.dm'],
      [sizeHeader, String(mostEntityOctets)],
    ];
    this.tag = createHash('sha1').update(JSON.stringify(this.#capabilities)).digest('hex').slice(0, 8);
  }

  /** The answer to OPTIONS of a gateway that knows this tag, or none. */
  registration(known: string | undefined): readonly HttpHeader[] {
    const head: readonly HttpHeader[] = [
      ['X-Wap-Terminal-ID', this.#id],
      // Any bearer. @see WAP-259-WDP, bearer types
      ['X-Wap-Bearer-Indication', '0'],
      ['Cache-Control', 'no-cache'],
    ];
    if (this.knows(known)) return [...head, ['X-Wap-Push-Status', pushStatus.unchanged]];
    return [...head, ['X-Wap-Push-Status', pushStatus.follows], ['X-Wap-CPITag', this.tag], ...this.#capabilities];
  }

  knows(tag: string | undefined): boolean {
    return tag?.trim().toLowerCase() === this.tag;
  }
}
