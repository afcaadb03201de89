import { DecodeError } from '../../octets/index.js';
import type { EndpointIntake } from '../types.js';
import { answer, answerName, dmTarget, finalBit, headerId, opcode } from './codes.js';
import { answerTo, type ObexCredentials, ObexGuard, type ObexGuardOptions } from './guard.js';
import { numberHeader, type ObexHeader, octetsHeader } from './header.js';
import { mostHeadOctets, ObjectInTransit } from './object.js';
import { decodePacket, encodePacket, leastMaximumPacket, type ObexPacket, obexVersion, plainPacket } from './packet.js';

/** The longest object that is taken. */
export const mostObjectOctets = 262_144;
/** Proofs that may fail on one connection before it is closed. */
const mostWrongProofs = 3;

export interface ObexSessionOptions {
  readonly intake: EndpointIntake;
  /** Whom this is, as it is shown. */
  readonly from: string | null;
  /** Where peers must prove themselves. */
  readonly guard: ObexGuardOptions | null;
  /** What is proved to a peer that asks for it and has not proved itself. */
  readonly own: ObexCredentials | null;
  /** Whether objects are taken that are put to no service, of any type. */
  readonly inbox: boolean;
  /** The longest packet that is taken. */
  readonly maximumPacket: number;
  readonly connectionId: number;
  /** Told of octets that the object holds more; false where that is too much. */
  readonly hold: (octets: number) => boolean;
}

/** What is said to a packet. */
export interface ObexReply {
  readonly octets: Uint8Array;
  /** Whether this was the last word. */
  readonly close: boolean;
}

type Code = (typeof answer)[keyof typeof answer];

/** Why something is refused. */
class Refused {
  constructor(
    readonly code: Code,
    readonly why: string,
    readonly told:
      | 'endpoints/obex-refused'
      | 'endpoints/obex-malformed'
      | 'endpoints/obex-too-large'
      | 'endpoints/obex-not-authenticated'
      | null = 'endpoints/obex-refused',
    readonly headers: readonly ObexHeader[] = [],
    readonly close = false,
  ) {}
}

/**
 * The receiving side of one connection: a packet in, an answer out. "Success" is only said to an object that is on disk.
 * @see OMA-TS-DM_PushBinding-V1_3 5.4; IrOBEX 1.3, 3
 */
export class ObexSession {
  readonly #options: ObexSessionOptions;
  readonly #guard: ObexGuard | null;
  #service: 'dm' | 'inbox' | null = null;
  #proved: ObexCredentials | null = null;
  #wrongProofs = 0;
  #object: ObjectInTransit | null = null;
  #held = 0;
  /** An object was refused in its middle, and what is left of it may still come. */
  #refused: Refused | null = null;

  constructor(options: ObexSessionOptions) {
    this.#options = options;
    this.#guard = options.guard === null ? null : new ObexGuard(options.guard);
  }

  /** Whether an object has begun and is not whole. */
  get receiving(): boolean {
    return this.#object !== null;
  }

  /** Answers one packet. Never rejects, whatever it holds. */
  async take(octets: Uint8Array): Promise<ObexReply> {
    let packet: ObexPacket;
    try {
      packet = decodePacket(octets, 'request');
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error;
      this.drop();
      return this.#refuse(
        new Refused(answer.badRequest, `${error.message}, at offset ${error.offset}`, 'endpoints/obex-malformed'),
        octets[0] ?? 0,
      );
    }
    try {
      const said = await this.#answer(packet);
      return said instanceof Refused ? this.#refuse(said, packet.code) : { octets: said, close: false };
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error;
      return this.#refuse(new Refused(answer.badRequest, error.message, 'endpoints/obex-malformed'), packet.code);
    }
  }

  /** Forgets an object that is not whole. */
  drop(): void {
    this.#object = null;
    this.#options.hold(-this.#held);
    this.#held = 0;
  }

  async #answer(packet: ObexPacket): Promise<Uint8Array | Refused> {
    switch (packet.code) {
      case opcode.connect:
        return this.#connect(packet);
      case opcode.disconnect: {
        this.drop();
        this.#service = null;
        this.#proved = null;
        return encodePacket(plainPacket(answer.success));
      }
      case opcode.abort: {
        this.drop();
        this.#refused = null;
        return encodePacket(plainPacket(answer.success));
      }
      case opcode.put:
      case opcode.putFinal:
        return this.#put(packet);
      default:
        return new Refused(answer.notImplemented, `request ${packet.code} is none that is taken here`);
    }
  }

  #connect({ connect, headers }: ObexPacket): Uint8Array | Refused {
    this.drop();
    this.#refused = null;
    this.#service = null;
    this.#proved = null;
    if (connect === null || connect.version >> 4 !== obexVersion >> 4) {
      return new Refused(answer.badRequest, 'it speaks another version of OBEX', 'endpoints/obex-malformed');
    }
    if (connect.maximumPacket < leastMaximumPacket) {
      return new Refused(
        answer.badRequest,
        `it takes packets of ${connect.maximumPacket} octets, and 255 are the least`,
        'endpoints/obex-malformed',
      );
    }
    const target = octetsHeader(headers, headerId.target);
    const dm = target !== undefined && Buffer.compare(target, dmTarget) === 0;
    if (!dm && !this.#options.inbox) {
      const named = target === undefined ? 'no service' : `the service ${shown(target)}`;
      return new Refused(answer.notFound, `it connects to ${named}, not to SYNCML-DM`);
    }
    const unproved = this.#prove(headers);
    if (unproved !== null) return unproved;
    this.#service = dm ? 'dm' : 'inbox';
    const granted: ObexHeader[] = [{ id: headerId.connectionId, kind: 'u32', value: this.#options.connectionId }];
    if (dm) granted.push({ id: headerId.who, kind: 'octets', value: dmTarget });
    const proof = answerTo(headers, this.#proved ?? this.#options.own);
    if (proof !== null) granted.push(proof);
    return encodePacket({
      code: answer.success,
      connect: { version: obexVersion, flags: 0, maximumPacket: this.#options.maximumPacket },
      path: null,
      headers: dm ? granted : granted.filter(({ id }) => id !== headerId.connectionId),
    });
  }

  /** Null where the peer has proved itself, or need not. */
  #prove(headers: readonly ObexHeader[]): Refused | null {
    if (this.#guard === null || this.#proved !== null) return null;
    const proof = this.#guard.examine(headers);
    if (proof.is === 'proved') {
      this.#proved = proof.by;
      this.#wrongProofs = 0;
      return null;
    }
    if (proof.is !== 'absent') this.#wrongProofs += 1;
    const close = this.#wrongProofs >= mostWrongProofs;
    const why = proof.is === 'replayed' ? 'the digest was made with a nonce that is not good any more' : 'the digest is wrong';
    // To be asked once is how everybody begins; that is nothing to tell of.
    const told = proof.is === 'absent' ? null : 'endpoints/obex-not-authenticated';
    return new Refused(answer.unauthorized, why, told, [this.#guard.challenge()], close);
  }

  async #put({ code, headers }: ObexPacket): Promise<Uint8Array | Refused> {
    const final = (code & finalBit) !== 0;
    if (this.#object === null) {
      const refused = this.#refused;
      if (refused !== null && isContinuation(headers)) {
        if (final) this.#refused = null;
        return new Refused(refused.code, refused.why, null);
      }
      this.#refused = null;
      const refusal = this.#mayPut(headers);
      if (refusal !== null) {
        if (!final && refusal.code !== answer.unauthorized) this.#refused = refusal;
        return refusal;
      }
    }
    const object = this.#object ?? new ObjectInTransit();
    this.#object = object;
    const fault = this.#faultOf(object, headers);
    if (fault !== null) {
      this.drop();
      if (!final) this.#refused = fault;
      return fault;
    }
    if (!final) return encodePacket(plainPacket(answer.continue));
    const whole = this.#wholeFaultOf(object) ?? (await this.#store(object));
    this.drop();
    return whole ?? encodePacket(plainPacket(answer.success));
  }

  #mayPut(headers: readonly ObexHeader[]): Refused | null {
    if (this.#service === null) {
      if (!this.#options.inbox) return new Refused(answer.forbidden, 'it puts an object before it has connected to SYNCML-DM');
      const unproved = this.#prove(headers);
      if (unproved !== null) return unproved;
      this.#service = 'inbox';
    }
    const id = numberHeader(headers, headerId.connectionId);
    if (id === undefined || id === this.#options.connectionId || this.#service === 'inbox') return null;
    return new Refused(answer.unavailable, `connection ${id} is none of those that were given`);
  }

  #faultOf(object: ObjectInTransit, headers: readonly ObexHeader[]): Refused | null {
    if (!object.add(headers)) return new Refused(answer.badRequest, 'a body goes on behind its end', 'endpoints/obex-malformed');
    if (Math.max(object.octets, object.announced ?? 0) > mostObjectOctets) {
      return new Refused(answer.tooLarge, `an object has at most ${mostObjectOctets} octets`, 'endpoints/obex-too-large');
    }
    if (object.headOctets > mostHeadOctets) {
      return new Refused(
        answer.tooLarge,
        `its Type, Name and header fields have more than ${mostHeadOctets} octets`,
        'endpoints/obex-too-large',
      );
    }
    if (this.#service === 'dm' && object.type !== null && !object.isDmMessage) {
      return new Refused(answer.unsupportedType, `it is of the type ${shown(Buffer.from(object.type, 'latin1'))}, which is no DM message`);
    }
    const more = object.octets - this.#held;
    this.#held = object.octets;
    return this.#options.hold(more) ? null : new Refused(answer.unavailable, 'too many objects are on their way', null);
  }

  #wholeFaultOf(object: ObjectInTransit): Refused | null {
    if (this.#service === 'dm' && object.type === null) {
      return new Refused(answer.unsupportedType, 'it has no Type, so it is no DM message');
    }
    if (object.hasOtherType) return new Refused(answer.badRequest, 'it has more than one Type', 'endpoints/obex-malformed');
    if (object.isEncoded) return new Refused(answer.unsupportedType, 'its content is encoded');
    if (object.deletes) return new Refused(answer.forbidden, 'without a body it asks for a deletion, and nothing is deleted here');
    if (object.announced !== null && object.announced !== object.octets) {
      return new Refused(
        answer.badRequest,
        `Length says ${object.announced} octets, and ${object.octets} came`,
        'endpoints/obex-malformed',
      );
    }
    return null;
  }

  async #store(object: ObjectInTransit): Promise<Refused | null> {
    try {
      await this.#options.intake.accept({
        binding: 'obex',
        from: this.#options.from,
        octets: object.body(),
        envelope: { headers: object.lines() },
        retransmissionKey: null,
      });
      return null;
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : String(cause);
      this.#options.intake.refused({
        binding: 'obex',
        from: this.#options.from,
        code: 'endpoints/not-stored',
        message: `answered with ${answerName(answer.unavailable)}: ${why}`,
      });
      return new Refused(answer.unavailable, 'it could not be stored', null);
    }
  }

  #refuse({ code, why, told, headers, close }: Refused, request: number): ObexReply {
    if (told !== null) {
      this.#options.intake.refused({
        binding: 'obex',
        from: this.#options.from,
        code: told,
        message: `answered with ${answerName(code)}: ${why}`,
      });
    }
    const connect = request === opcode.connect ? { version: obexVersion, flags: 0, maximumPacket: this.#options.maximumPacket } : null;
    return { octets: encodePacket({ code, connect, path: null, headers }), close };
  }
}

/** What is left of an object: bodies, and nothing that an object begins with. */
function isContinuation(headers: readonly ObexHeader[]): boolean {
  const begins: ReadonlySet<number> = new Set([headerId.name, headerId.type, headerId.length, headerId.connectionId]);
  return !headers.some(({ id }) => begins.has(id));
}

/** What a peer sent, fit to be shown. */
function shown(octets: Uint8Array): string {
  const text = Buffer.from(octets.subarray(0, 80)).toString('latin1');
  return /^[ -~]*$/.test(text) ? JSON.stringify(text) : Buffer.from(octets.subarray(0, 40)).toString('hex');
}
