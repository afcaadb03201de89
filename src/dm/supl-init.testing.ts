/** Writes bits one after another as unaligned PER does; for tests alone, so that no encoder of ours judges our decoder. @see ITU-T X.691 */
export class PackedBits {
  #bits = '';

  number(value: number, bits: number): this {
    this.#bits += value.toString(2).padStart(bits, '0');
    return this;
  }

  octets(hex: string): this {
    for (const octet of hex.match(/../g) ?? []) this.number(Number.parseInt(octet, 16), 8);
    return this;
  }

  /** A domain name of the alphabet of 64 characters, in the order of their codes. */
  domain(name: string): this {
    this.number(name.length - 1, 8);
    const alphabet = '-.0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
    for (const character of name) this.number(alphabet.indexOf(character), 6);
    return this;
  }

  /** A ULP PDU: the octets with their count in the first two. */
  pdu(): string {
    const all = `${this.#bits}${'0'.repeat((8 - (this.#bits.length % 8)) % 8)}`;
    const hex = (all.match(/.{8}/g) ?? []).map((octet) => Number.parseInt(octet, 2).toString(16).padStart(2, '0')).join('');
    return `${(hex.length / 2).toString(16).padStart(4, '0')}${hex.slice(4)}`.toUpperCase();
  }
}

/** What a SUPL INIT of a test says; what is absent is not sent. */
export interface SuplInitToPack {
  readonly version?: readonly [number, number, number];
  readonly setSession?: (bits: PackedBits) => void;
  readonly slpSession?: { readonly id: string; readonly slp: string };
  readonly message?: { readonly later: boolean; readonly index: number };
  readonly positionMethod?: number;
  readonly notification?: {
    readonly type: number;
    readonly encoding?: number;
    readonly requestor?: readonly [hex: string, type?: number];
    readonly client?: readonly [hex: string, type?: number];
    readonly addition?: string;
  };
  readonly slp?: string;
  readonly quality?: { readonly horizontal: number; readonly vertical?: number; readonly age?: number; readonly delay?: number };
  readonly nonProxy?: boolean;
  readonly mac?: string;
  readonly keyIdentity?: string;
  /** Octets of the extension of version 2, in hex. */
  readonly addition?: string;
}

/** The PDU in hex. @see OMA-TS-ULP 11.1, 11.2.1, 11.5 */
export function packSuplInit(init: SuplInitToPack): string {
  const bits = new PackedBits().number(0, 16);
  for (const number of init.version ?? [1, 0, 0]) bits.number(number, 8);
  flag(bits, init.setSession);
  flag(bits, init.slpSession);
  init.setSession?.(bits);
  if (init.slpSession !== undefined) address(bits.octets(init.slpSession.id), init.slpSession.slp);
  bits.number(init.message?.later === true ? 1 : 0, 1).number(init.message?.index ?? 0, init.message?.later === true ? 7 : 3);
  flag(bits, init.addition);
  for (const member of [init.notification, init.slp, init.quality, init.mac, init.keyIdentity]) flag(bits, member);
  enumerated(bits, init.positionMethod ?? 0, 10);
  if (init.notification !== undefined) notification(bits, init.notification);
  if (init.slp !== undefined) address(bits, init.slp);
  if (init.quality !== undefined) {
    const { horizontal, vertical, age, delay } = init.quality;
    bits.number(0, 1);
    for (const member of [vertical, age, delay]) flag(bits, member);
    bits.number(horizontal, 7);
    if (vertical !== undefined) bits.number(vertical, 7);
    if (age !== undefined) bits.number(age, 16);
    if (delay !== undefined) bits.number(delay, 3);
  }
  bits
    .number(init.nonProxy === true ? 1 : 0, 1)
    .octets(init.mac ?? '')
    .octets(init.keyIdentity ?? '');
  addition(bits, init.addition);
  return bits.pdu();
}

function flag(bits: PackedBits, member: unknown): void {
  bits.number(member === undefined ? 0 : 1, 1);
}

function enumerated(bits: PackedBits, value: number, root: number): void {
  if (value < root) bits.number(0, 1).number(value, Math.ceil(Math.log2(root)));
  else bits.number(1, 1).number(value - root, 7);
}

function addition(bits: PackedBits, hex: string | undefined): void {
  if (hex === undefined) return;
  bits.number(0, 7).number(1, 1);
  const count = hex.length / 2;
  if (count < 128) bits.number(count, 8);
  else bits.number(2, 2).number(count, 14);
  bits.octets(hex);
}

function address(bits: PackedBits, address: string): void {
  bits.number(0, 1);
  if (/^\d+\.\d+\.\d+\.\d+$/.test(address)) {
    bits.number(0, 2);
    for (const number of address.split('.')) bits.number(Number(number), 8);
  } else if (address.includes(':')) {
    bits.number(1, 2);
    for (const group of address.split(':')) bits.number(Number.parseInt(group, 16), 16);
  } else bits.number(1, 1).domain(address);
}

function notification(bits: PackedBits, said: NonNullable<SuplInitToPack['notification']>): void {
  flag(bits, said.addition);
  for (const member of [said.encoding, said.requestor, said.requestor?.[1], said.client, said.client?.[1]]) flag(bits, member);
  enumerated(bits, said.type, 5);
  if (said.encoding !== undefined) enumerated(bits, said.encoding, 3);
  for (const name of [said.requestor, said.client]) {
    if (name === undefined) continue;
    bits.number(name[0].length / 2 - 1, 6).octets(name[0]);
    if (name[1] !== undefined) enumerated(bits, name[1], 8);
  }
  addition(bits, said.addition);
}
