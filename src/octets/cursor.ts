import type { ErrorCode } from '../errors.js';
import { DecodeError } from './errors.js';
import { viewOf } from './view.js';

/** One line of an annotated dump: an octet range, the field it holds, and what it means. */
export interface Annotation {
  /** Octets from the start of the outermost input. */
  readonly offset: number;
  readonly octets: Uint8Array;
  /** Path of the field, outermost first. */
  readonly field: string;
  readonly meaning: string;
}

/** Where annotations go while a dump is made; absent in normal decoding, which then costs nothing. */
export type Annotate = (annotation: Annotation) => void;

export interface CursorOptions {
  /** Offset of the first octet from the start of the outermost input. */
  readonly baseOffset?: number | undefined;
  /** Name of what is read, the first element of every field path. */
  readonly field?: string;
  readonly annotate?: Annotate | undefined;
}

/**
 * Reads octets in wire order. Every read names its field, so that one decoder yields the value, the position of an
 * error and the annotated dump.
 */
export class Cursor {
  readonly octets: Uint8Array;
  readonly annotate: Annotate | undefined;
  readonly #end: number;
  readonly #shift: number;
  readonly #field: string;
  readonly #parent: Cursor | undefined;
  #position: number;

  constructor(octets: Uint8Array, options: CursorOptions = {}, start = 0, end = octets.length, parent?: Cursor) {
    this.octets = octets;
    this.annotate = options.annotate;
    this.#field = options.field ?? '';
    this.#shift = options.baseOffset ?? 0;
    this.#position = start;
    this.#end = end;
    this.#parent = parent;
  }

  /** Offset of the next octet from the start of the outermost input. */
  get offset(): number {
    return this.#shift + this.#position;
  }

  /** Octets not yet read. */
  get remaining(): number {
    return this.#end - this.#position;
  }

  /** Path of this cursor with a field appended. */
  path(field = ''): string {
    let path = field;
    for (let cursor: Cursor | undefined = this; cursor !== undefined; cursor = cursor.#parent) {
      if (cursor.#field !== '') path = path === '' ? cursor.#field : `${cursor.#field}.${path}`;
    }
    return path;
  }

  /** The next octet without reading it; undefined at the end. `ahead` looks further. */
  peek(ahead = 0): number | undefined {
    const at = this.#position + ahead;
    return at < this.#end ? this.octets[at] : undefined;
  }

  /** One octet. @throws DecodeError `octets/truncated` */
  u8(field: string, meaning?: (value: number) => string): number {
    if (this.#position >= this.#end) this.#truncated(field, 1);
    const value = this.octets[this.#position]!;
    this.#position += 1;
    if (this.annotate !== undefined) this.note(field, 1, meaning === undefined ? String(value) : meaning(value));
    return value;
  }

  /** Two octets, most significant first. @throws DecodeError `octets/truncated` */
  u16(field: string, meaning?: (value: number) => string): number {
    if (this.#position + 2 > this.#end) this.#truncated(field, 2);
    const value = this.octets[this.#position]! * 256 + this.octets[this.#position + 1]!;
    this.#position += 2;
    if (this.annotate !== undefined) this.note(field, 2, meaning === undefined ? String(value) : meaning(value));
    return value;
  }

  /** A view of the next `length` octets; the length is checked before anything is made. A `meaning` of null leaves no annotation. @throws DecodeError `octets/truncated` */
  bytes(field: string, length: number, meaning?: (value: Uint8Array) => string | null): Uint8Array {
    if (length < 0 || this.#position + length > this.#end) this.#truncated(field, length);
    const value = viewOf(this.octets, this.#position, this.#position + length);
    this.#position += length;
    if (this.annotate !== undefined && length > 0) {
      const said = meaning === undefined ? '' : meaning(value);
      if (said !== null) this.note(field, length, said);
    }
    return value;
  }

  /** Passes over the next `length` octets and says where in {@link octets} they begin. @throws DecodeError `octets/truncated` */
  pass(field: string, length: number): number {
    if (length < 0 || this.#position + length > this.#end) this.#truncated(field, length);
    this.#position += length;
    return this.#position - length;
  }

  /** A view of all that is left. */
  rest(field: string, meaning?: (value: Uint8Array) => string | null): Uint8Array {
    return this.bytes(field, this.remaining, meaning);
  }

  /** A cursor over the next `length` octets, which this one then has passed. @throws DecodeError `octets/truncated` */
  nested(field: string, length: number): Cursor {
    if (length < 0 || this.#position + length > this.#end) this.#truncated(field, length);
    const start = this.#position;
    this.#position += length;
    const options: CursorOptions =
      this.annotate === undefined ? { field, baseOffset: this.#shift } : { field, baseOffset: this.#shift, annotate: this.annotate };
    return new Cursor(this.octets, options, start, this.#position, this);
  }

  /** Says what the last `length` octets were. Only to be called while {@link annotate} is set. */
  note(field: string, length: number, meaning: string): void {
    this.annotate?.({
      offset: this.offset - length,
      octets: this.octets.subarray(this.#position - length, this.#position),
      field: this.path(field),
      meaning,
    });
  }

  /** Nothing may follow. @throws DecodeError `octets/trailing` */
  end(field: string): void {
    if (this.remaining > 0) {
      this.fail(
        'octets/trailing',
        field,
        `${this.remaining} octet${this.remaining === 1 ? '' : 's'} left over after the end of ${this.path(field)}`,
      );
    }
  }

  /** Ends reading with a located error; `offset` is by default that of the next octet. */
  fail(code: ErrorCode, field: string, message: string, offset: number = this.offset): never {
    throw new DecodeError(code, message, this.path(field), offset);
  }

  #truncated(field: string, wanted: number): never {
    const path = this.path(field);
    throw new DecodeError(
      'octets/truncated',
      `${path} needs ${wanted} octet${wanted === 1 ? '' : 's'}, ${this.remaining} left`,
      path,
      this.offset,
    );
  }
}
