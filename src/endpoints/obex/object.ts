import { OctetWriter } from '../../octets/index.js';
import { dmMessageTypes, type HeaderLine } from '../../push/index.js';
import { secretHeaders } from '../secret-headers.js';
import { headerId } from './codes.js';
import { asciiOf, numberHeader, type ObexHeader, textHeader } from './header.js';

const mostFields = 64;
/** Octets of Type, Name and header fields of one object together, as the other bindings have it. */
export const mostHeadOctets = 16_384;

/** An object that is being put, packet by packet: its body may come in any number of Body and End-of-Body headers. */
export class ObjectInTransit {
  #type: string | null = null;
  #name: string | null = null;
  #announced: number | null = null;
  readonly #http: HeaderLine[] = [];
  /** A copy: a piece of one octet would else keep the whole packet that it came in. */
  readonly #body = new OctetWriter();
  #headOctets = 0;
  #ended = false;
  #hasBody = false;
  #otherType = false;

  /** Takes the headers of a packet; false where a body goes on behind its end. */
  add(headers: readonly ObexHeader[]): boolean {
    for (const { id, value } of headers) {
      if (id !== headerId.type || !(value instanceof Uint8Array)) continue;
      const type = plain(asciiOf(value));
      if (this.#type === null) this.#type = this.#kept(type);
      else this.#otherType ||= type !== this.#type;
    }
    const name = textHeader(headers, headerId.name);
    if (name !== undefined) this.#name ??= this.#kept(plain(name));
    this.#announced ??= numberHeader(headers, headerId.length) ?? null;
    for (const header of headers) {
      if (header.kind !== 'octets') continue;
      if (header.id === headerId.http) this.#addFields(asciiOf(header.value));
      if (header.id !== headerId.body && header.id !== headerId.endOfBody) continue;
      if (this.#ended && header.value.length > 0) return false;
      this.#hasBody = true;
      this.#ended ||= header.id === headerId.endOfBody;
      this.#body.bytes(header.value);
    }
    return true;
  }

  /** Octets of what was kept beside the body; an object with more than {@link mostHeadOctets} is to be refused. */
  get headOctets(): number {
    return this.#headOctets;
  }

  /** Octets of the body so far. */
  get octets(): number {
    return this.#body.length;
  }

  /** What Length said; null where it was not sent. */
  get announced(): number | null {
    return this.#announced;
  }

  /** Without what no type holds; null where it was not sent. */
  get type(): string | null {
    return this.#type;
  }

  /** It has neither Body nor End-of-Body, so that it asks for the object of its name to be deleted. @see IrOBEX 1.3, 3.3.3.6 */
  get deletes(): boolean {
    return !this.#hasBody;
  }

  /** It came with more than one Type, and nobody knows which of them it has. */
  get hasOtherType(): boolean {
    return this.#otherType;
  }

  /** An HTTP header field says that its body is coded in a way that nobody undoes here. */
  get isEncoded(): boolean {
    return this.#http.some(([name, value]) => name.toLowerCase() === 'content-encoding' && !/^(?:identity)?$/i.test(value));
  }

  get isDmMessage(): boolean {
    const [name = ''] = (this.#type ?? '').split(';');
    return dmMessageTypes.some((type) => type === name.trim().toLowerCase());
  }

  body(): Uint8Array {
    return this.#body.toOctets();
  }

  /** The headers as lines, as other bindings have them. */
  lines(): readonly HeaderLine[] {
    const lines: HeaderLine[] = [];
    if (this.#type !== null) lines.push(['Content-Type', this.#type]);
    if (this.#name !== null) lines.push(['Name', this.#name]);
    return [...lines, ...this.#http.filter(([name]) => name.toLowerCase() !== 'content-type')];
  }

  #addFields(text: string): void {
    for (const line of text.split(/\r?\n/)) {
      const colon = line.indexOf(':');
      const name = line.slice(0, colon).trim();
      if (colon < 1 || this.#http.length >= mostFields || !/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(name)) continue;
      if (!secretHeaders.has(name.toLowerCase())) this.#http.push([this.#kept(name), this.#kept(plain(line.slice(colon + 1).trim()))]);
    }
  }

  /** Counts what is kept, of which nothing more is needed once it is too much. */
  #kept(text: string): string {
    this.#headOctets += text.length;
    // Cut out of a longer text, it would keep that as well.
    return this.#headOctets > mostHeadOctets ? '' : Buffer.from(text, 'utf16le').toString('utf16le');
  }
}

/** Without what would end a line or steer a terminal. */
function plain(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out
  return text.replace(/[\u0000-\u001f\u007f-\u009f]/g, '');
}
