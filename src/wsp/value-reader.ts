import type { ErrorCode } from '../errors.js';
import { type Annotate, type Diagnostic, toHex } from '../octets/index.js';

/** Why reading ended: what a DecodeError needs, kept as data because most misfits are no errors. */
export interface ReadFailure {
  readonly code: ErrorCode;
  readonly message: string;
  /** Index into the octets read. */
  readonly position: number;
}

/** Largest number an Integer-value is shown as; beyond it the octets stand for themselves. */
const largestInteger = Number.MAX_SAFE_INTEGER;

/**
 * Reads the basic values of WSP between two positions and never beyond the second. A value that does not fit is remembered as
 * {@link failure}, and reading goes on with nought or nothing: the caller decides whether that is an error or a reason to keep the
 * octets raw. So nothing is thrown where hostile input asks for it a thousand times, and nothing is allocated per value.
 * @see WAP-230-WSP 8.4.2.1 to 8.4.2.3
 */
export class ValueReader {
  readonly octets: Uint8Array;
  /** Added to a position to count from the start of the outermost input. */
  readonly baseOffset: number;
  annotate: Annotate | undefined;
  /** What was worth saying of what was read. */
  readonly diagnostics: Diagnostic[] = [];
  position: number;
  end: number;
  failure: ReadFailure | null = null;
  /** The part of a value that {@link failure} is about, as the end of a field path. */
  failedPart = '';

  constructor(octets: Uint8Array, position: number, end: number, baseOffset = 0, annotate?: Annotate | undefined) {
    this.octets = octets;
    this.position = position;
    this.end = end;
    this.baseOffset = baseOffset;
    this.annotate = annotate;
  }

  /** The next octet without reading it; -1 at the end. */
  peek(): number {
    return this.position < this.end ? (this.octets[this.position] ?? -1) : -1;
  }

  /** Remembers the first thing that went wrong. */
  fail(code: ErrorCode, message: string, position: number = this.position): void {
    if (this.failure === null) this.failure = { code, message, position };
  }

  /** Says something of the octets at `position` that were read all the same. */
  report(code: ErrorCode, message: string, position: number): void {
    this.diagnostics.push({ code, message, offset: this.baseOffset + position });
  }

  /** The octets are no value of the kind wanted. */
  misfit(): void {
    if (this.failure === null)
      this.failure = { code: 'wsp/bad-value', message: 'not a value of the kind that belongs here', position: this.position };
  }

  /** One octet; 0 and a failure at the end. */
  octet(): number {
    if (this.position >= this.end) {
      this.fail('wsp/missing-value', 'the octets end where a value should begin');
      return 0;
    }
    const value = this.octets[this.position] ?? 0;
    this.position += 1;
    return value;
  }

  /** Big-endian groups of seven bits, at most five octets and below 2^32. @see WAP-230-WSP 8.1.2 */
  uintvar(): number {
    const start = this.position;
    let value = 0;
    for (let count = 0; count < 5; count += 1) {
      if (this.position >= this.end) {
        this.fail('wsp/uintvar', 'the octets end inside a uintvar', start);
        return 0;
      }
      const octet = this.octets[this.position] ?? 0;
      this.position += 1;
      value = value * 128 + (octet & 0x7f);
      if (octet < 0x80) {
        if (value > 0xffffffff) this.fail('wsp/uintvar', `a uintvar of ${value} exceeds 32 bits`, start);
        return value;
      }
    }
    this.fail('wsp/uintvar', 'a uintvar runs over five octets', start);
    return 0;
  }

  /** Short-length, or Length-quote and a uintvar; what it counts lies before the end, or it fails. */
  valueLength(): number {
    const start = this.position;
    const first = this.octet();
    let length = first;
    if (first > 0x1f) this.fail('wsp/value-length', `octet ${first} begins no value length`, start);
    if (first === 0x1f) length = this.uintvar();
    if (length > this.end - this.position) {
      this.fail('wsp/value-length', `a value length of ${length} where ${this.end - this.position} octets are left`, start);
      return 0;
    }
    return length;
  }

  /** Short-length 1 to 30 and as many octets, most significant first. */
  longInteger(): number {
    const start = this.position;
    const length = this.octet();
    if (length === 0 || length > 0x1e || length > this.end - this.position) {
      this.fail('wsp/value-length', `a long integer of ${length} octets where ${this.end - this.position} are left`, start);
      return 0;
    }
    let value = 0;
    for (let count = 0; count < length; count += 1) value = value * 256 + (this.octets[this.position + count] ?? 0);
    this.position += length;
    if (value > largestInteger) {
      this.fail('wsp/number-too-large', 'a long integer above 2^53', start);
      return 0;
    }
    return value;
  }

  /** Short-integer or Long-integer. */
  integer(): number {
    const first = this.peek();
    if (first >= 0x80) {
      this.position += 1;
      return first & 0x7f;
    }
    if (first > 0x1e) this.misfit();
    return this.longInteger();
  }

  /** Short-integer alone. */
  shortInteger(): number {
    const first = this.peek();
    if (first < 0x80) {
      this.misfit();
      return 0;
    }
    this.position += 1;
    return first & 0x7f;
  }

  /** Position of the octet 00 that ends the text here; -1 and a failure where there is none before the end. */
  textEnd(): number {
    const octets = this.octets;
    for (let at = this.position; at < this.end; at += 1) if (octets[at] === 0) return at;
    this.fail('wsp/unterminated-text', 'a text without its final octet 00');
    return -1;
  }

  /** Text-string, one leading Quote removed; octets above 7F are Latin-1. */
  text(): string {
    const first = this.peek();
    if (first > 0x7f || (first > 0 && first < 0x20)) {
      this.misfit();
      return '';
    }
    const end = this.textEnd();
    if (end < 0) return '';
    const value = latin1(this.octets, first === 0x7f ? this.position + 1 : this.position, end);
    this.position = end + 1;
    return value;
  }

  /** No-value, Token-text or Quoted-string (which has no closing mark on the wire). */
  textValue(): string {
    if (this.peek() !== 0x22) return this.text();
    const end = this.textEnd();
    if (end < 0) return '';
    const value = latin1(this.octets, this.position + 1, end);
    this.position = end + 1;
    return value;
  }

  /** Goes to the end of the value that begins here, whatever it is. @see WAP-230-WSP 8.4.1.2 */
  skip(): void {
    const first = this.peek();
    if (first >= 0x80) this.position += 1;
    else if (first >= 0x20) {
      const end = this.textEnd();
      this.position = end < 0 ? this.end : end + 1;
    } else if (first < 0) this.fail('wsp/missing-value', 'the octets end where a value should begin');
    else {
      const length = this.valueLength();
      this.position += length;
    }
  }

  /** Passes over the next `length` octets and gives a view of them; nothing and a failure where fewer are left. */
  take(length: number): Uint8Array {
    const start = this.position;
    if (length > this.end - start) {
      this.fail('wsp/value-length', `${length} octets wanted where ${this.end - start} are left`);
      return this.octets.subarray(start, start);
    }
    this.position += length;
    return this.octets.subarray(start, this.position);
  }

  /**
   * What `read` makes of exactly the octets from here to `end`, or undefined where it does not fit; the reader then stands at `end`, without
   * a failure. Nothing is annotated meanwhile.
   */
  within<Value>(end: number, read: (reader: ValueReader) => Value): Value | undefined {
    const { end: outerEnd, annotate } = this;
    this.end = end;
    this.annotate = undefined;
    const value = read(this);
    const fits = this.failure === null && this.position === end;
    this.failure = null;
    this.position = end;
    this.end = outerEnd;
    this.annotate = annotate;
    return fits ? value : undefined;
  }

  /** Says what the octets from `start` to here were. Only to be called while {@link annotate} is set. */
  note(field: string, start: number, meaning: string): void {
    if (this.position > start) {
      this.annotate?.({ offset: this.baseOffset + start, octets: this.octets.subarray(start, this.position), field, meaning });
    }
  }
}

/** Octets as the characters of ISO 8859-1, so that every octet has one and writing them gives the octets back. */
export function latin1(octets: Uint8Array, start: number, end: number): string {
  let text = '';
  let at = start;
  // Eight at a time: a string that grows by single characters costs more than all else in a header.
  for (; at + 8 <= end; at += 8) {
    text += String.fromCharCode(
      octets[at] ?? 0,
      octets[at + 1] ?? 0,
      octets[at + 2] ?? 0,
      octets[at + 3] ?? 0,
      octets[at + 4] ?? 0,
      octets[at + 5] ?? 0,
      octets[at + 6] ?? 0,
      octets[at + 7] ?? 0,
    );
  }
  for (; at < end; at += 1) text += String.fromCharCode(octets[at] ?? 0);
  return text;
}

/** Any value as a thing to read, where no grammar is known or fits: number, text, or the data octets in hexadecimal digits. */
export function anyValue(octets: Uint8Array, start: number, end: number): string | number {
  const reader = new ValueReader(octets, start, end);
  const first = reader.peek();
  if (first >= 0x80) return first & 0x7f;
  if (first >= 0x20) return reader.text();
  const length = reader.valueLength();
  return toHex(octets.subarray(end - length, end));
}
