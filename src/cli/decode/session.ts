import {
  type DmSecrets,
  leftOutOf,
  type Presented,
  presentConcatenation,
  presentDatagram,
  presentDiagnostics,
  presentError,
  presentNotification,
  presentPorts,
  presentPush,
  presentTpdu,
  presentVerdict,
  readDmContent,
} from '../../bridge/index.js';
import type { CapturedPacket } from '../../capture/index.js';
import { authenticateNotification, decodeNotification, decodeWbxml, describeDmMessage, formatXml, syncMl12 } from '../../dm/index.js';
import { type Annotate, type Annotation, DecodeError, type Diagnostic, fromHex, toHex } from '../../octets/index.js';
import { fromWdp, type NotPush, notPush, type PushMessage } from '../../push/index.js';
import { type RoutingVerdict, route } from '../../routing/index.js';
import {
  type Address,
  type BareUserData,
  type CompleteMessage,
  decodePduMode,
  decodeTpdu,
  decodeUserData,
  joinText,
  Reassembler,
  readPart,
  type ShortMessagePart,
  type Tpdu,
  timeStampMs,
} from '../../sms/index.js';
import { readBroadcastPage } from './broadcast.js';

/** What a line of input holds. */
export type LineForm = 'pdu-mode' | 'tpdu' | 'user-data' | 'wsp' | 'wbxml' | 'notification' | 'cell-broadcast';

/** Octets to be decoded, with where they stood. */
export interface DecodeInput {
  readonly line: number;
  readonly form: LineForm;
  readonly direction: 'from-modem' | 'to-modem';
  /** Hex digits, blanks allowed. */
  readonly hex: string;
  /** TPDU octets announced beside them; null where nothing was, or it is not to be compared. */
  readonly announced?: number | null;
}

/** Octets of a datagram and the line and offset they came from. */
export interface DatagramPiece {
  readonly line: number;
  readonly sequence: number;
  /** Of the piece's first octet within its line. */
  readonly lineOffset: number;
  /** Of the piece's first octet within the datagram. */
  readonly datagramOffset: number;
  readonly length: number;
}

/** What the annotated dump is made of. */
export interface Explanation {
  /** What the octets of the line are; of what is no hex, nothing. */
  readonly octets: Uint8Array;
  /** What ended the decoding. */
  readonly error: DecodeError | null;
  readonly lineAnnotations: readonly Annotation[];
  /** What the octets of the datagram are, counted from its first. */
  readonly datagramAnnotations: readonly Annotation[];
  /** Where the octets of the datagram came from, in its order. */
  readonly pieces: readonly DatagramPiece[];
  readonly ports: { readonly line: number; readonly offset: number } | null;
  readonly arrival: PushMessage | NotPush | null;
  readonly verdict: RoutingVerdict | null;
}

/** One decoded line: the object that is shown, and what else was asked for. */
export interface Decoded {
  readonly ok: boolean;
  readonly object: Presented;
  readonly explanation: Explanation;
  readonly packets: readonly CapturedPacket[];
}

interface Tag {
  readonly line: number;
  /** Of the part's data within its line. */
  readonly dataOffset: number;
  readonly portsOffset: number | null;
}

/** Mutable while one line is decoded: whatever is known when an error ends it is shown. */
interface Progress {
  readonly input: DecodeInput;
  octets: Uint8Array;
  readonly members: Record<string, unknown>;
  readonly diagnostics: Diagnostic[];
  readonly annotations: Annotation[];
  datagramAnnotations: Annotation[];
  pieces: readonly DatagramPiece[];
  ports: Explanation['ports'];
  arrival: PushMessage | NotPush | null;
  verdict: RoutingVerdict | null;
  readonly packets: CapturedPacket[];
}

/** Decodes line after line and joins parts across them. */
export class DecodeSession {
  readonly #annotate: boolean;
  readonly #secrets: DmSecrets;
  #reassembler = new Reassembler<Tag>();

  /** @param options `secrets` are what bootstraps and notifications are checked with */
  constructor(options: { readonly annotate: boolean; readonly secrets?: DmSecrets }) {
    this.#annotate = options.annotate;
    this.#secrets = options.secrets ?? {};
  }

  /** Forgets the parts that wait for others. */
  startAfresh(): void {
    this.#reassembler = new Reassembler<Tag>();
  }

  /** Decodes one line; whatever it holds, the answer is an object. */
  decode(input: DecodeInput): Decoded {
    return this.#attempt(input, (progress) => {
      progress.octets = fromHex(input.hex.replace(/\s+/g, ''), 'hex');
      this.#decodeOctets(progress);
    });
  }

  /** The object of a line that is longer than the `octets` of it that are looked at. */
  tooLong(line: number, form: LineForm, octets: number): Decoded {
    return this.#attempt({ line, form, direction: 'from-modem', hex: '' }, () => {
      throw new DecodeError('cli/line-too-long', `the line is longer than the ${octets} octets that are looked at`, 'line', octets);
    });
  }

  #attempt(input: DecodeInput, work: (progress: Progress) => void): Decoded {
    const progress: Progress = {
      input,
      octets: new Uint8Array(),
      members: {},
      diagnostics: [],
      annotations: [],
      datagramAnnotations: [],
      pieces: [],
      ports: null,
      arrival: null,
      verdict: null,
      packets: [],
    };
    let error: DecodeError | null = null;
    try {
      work(progress);
      if (progress.arrival?.kind === 'not-push' && progress.arrival.reason === 'malformed') error = progress.arrival.error;
    } catch (caught) {
      if (!(caught instanceof DecodeError)) throw caught;
      error = caught;
      if (caught.code === 'octets/bad-hex') progress.octets = fromHex(input.hex.replace(/\s+/g, '').slice(0, 2 * caught.offset));
      if (input.form === 'wsp') judgeUnread(progress, caught);
      decodeWhatThereIs(progress);
      tryOtherDirection(progress);
    }
    const object: Presented = {
      line: input.line,
      ok: error === null,
      ...(error === null ? {} : { error: presentError(error) }),
      ...progress.members,
      diagnostics: presentDiagnostics(progress.diagnostics),
    };
    const { octets, annotations: lineAnnotations, datagramAnnotations, pieces, ports, arrival, verdict, packets } = progress;
    return {
      ok: error === null,
      object,
      explanation: { octets, error, lineAnnotations, datagramAnnotations, pieces, ports, arrival, verdict },
      packets,
    };
  }

  #decodeOctets(progress: Progress): void {
    const { input, octets, annotations } = progress;
    const annotate = this.#annotate ? (annotation: Annotation) => annotations.push(annotation) : undefined;
    switch (input.form) {
      case 'pdu-mode': {
        const { serviceCentreAddress, tpdu, tpduOctets } = decodePduMode(octets, { direction: input.direction, annotate });
        compareLength(progress, tpduOctets);
        this.#takeTpdu(progress, tpdu, serviceCentreAddress, octets.subarray(octets.length - tpduOctets));
        return;
      }
      case 'tpdu':
        compareLength(progress, octets.length);
        this.#takeTpdu(progress, decodeTpdu(octets, { direction: input.direction, annotate }), null, octets);
        return;
      case 'user-data':
        this.#takePart(progress, decodeUserData(octets, { annotate }));
        return;
      case 'cell-broadcast':
        progress.members.cellBroadcast = readBroadcastPage(octets, annotate);
        return;
      case 'wsp': {
        const datagram = { destinationPort: 2948, sourcePort: 0, portBits: 16, octets } as const;
        progress.members.datagram = { destinationPort: 2948, sourcePort: null, octets: toHex(octets) };
        progress.pieces = [{ line: input.line, sequence: 1, lineOffset: 0, datagramOffset: 0, length: octets.length }];
        progress.packets.push({ dissector: 'wsp-cl', octets, direction: input.direction, at: 0, comment: `line ${input.line}` });
        this.#judge(progress, fromWdp(datagram, { annotate }), -octets.byteOffset, annotate);
        return;
      }
      case 'wbxml': {
        const document = decodeWbxml(octets, { annotate, fallbackType: syncMl12 });
        progress.members.xml = formatXml(document, { indent: 2 });
        note(progress, document.diagnostics);
        if (document.root.name === 'SyncML') {
          const { summary, diagnostics } = describeDmMessage(document.root, { form: 'wbxml', secured: false });
          progress.members.dm = summary;
          note(progress, diagnostics);
        }
        return;
      }
      case 'notification': {
        const notification = decodeNotification(octets, { annotate });
        progress.members.notification = presentNotification(notification);
        const { server } = this.#secrets;
        if (server !== undefined) progress.members.authentication = authenticateNotification(notification, server(notification.serverId));
        note(progress, notification.diagnostics);
      }
    }
  }

  #takeTpdu(progress: Progress, tpdu: Tpdu, serviceCentreAddress: Address | null, octets: Uint8Array): void {
    const { line, direction } = progress.input;
    const at = 'serviceCentreTimeStamp' in tpdu ? (timeStampMs(tpdu.serviceCentreTimeStamp) ?? 0) : 0;
    progress.packets.push({ dissector: 'gsm_sms', octets, direction, at, comment: `line ${line}` });
    progress.members.tpdu = presentTpdu(tpdu, serviceCentreAddress);
    if (tpdu.type === 'SMS-DELIVER' || tpdu.type === 'SMS-SUBMIT') this.#takePart(progress, tpdu);
    else note(progress, tpdu.diagnostics);
  }

  #takePart(progress: Progress, source: Parameters<typeof readPart>[0]): void {
    const { octets, input, members, diagnostics } = progress;
    const part = readPart(source);
    presentPart(members, part);
    diagnostics.push(...part.diagnostics);
    const portsOffset = portsOffsetOf(source, octets);
    const tag: Tag = { line: input.line, dataOffset: part.octets.byteOffset - octets.byteOffset, portsOffset };
    const outcome = this.#reassembler.accept(part, tag, 0, input.direction);
    members.reassembly = outcome.state;
    switch (outcome.state) {
      case 'duplicate':
        members.duplicateOf = { line: outcome.of.line };
        return;
      case 'pending':
      case 'conflict':
        members.missing = outcome.set.missing;
        for (const set of outcome.evicted) {
          const lines = set.parts.map(({ tag: { line } }) => line).join(', ');
          const message = `too many messages wait for parts at once: the one of line ${lines} was given up`;
          diagnostics.push({ code: 'cli/set-given-up', message, offset: null });
        }
        return;
      case 'single':
      case 'complete':
        this.#takeMessage(progress, outcome.message);
    }
  }

  #takeMessage(progress: Progress, message: CompleteMessage<Tag>): void {
    const { input, members, diagnostics } = progress;
    diagnostics.push(...message.diagnostics);
    progress.pieces = piecesOf(message);
    const first = message.parts[0];
    const ports = first?.part.ports ?? null;
    if (first !== undefined && first.tag.portsOffset !== null) progress.ports = { line: first.tag.line, offset: first.tag.portsOffset };
    const { datagram } = message;
    if (datagram === null) {
      // A character may begin in one part and end in the next.
      const { text } = message.parts.length > 1 ? joinText(message.parts.map(({ part }) => part)) : { text: null };
      if (text !== null) members.text = text;
      this.#judge(progress, ports === null ? notPush('no-ports') : notPush('text-coding', { destinationPort: ports.destination }));
      return;
    }
    members.datagram = presentDatagram(datagram);
    // Offsets count in the line where the datagram stands in one, else in the datagram.
    const [piece, ...others] = progress.pieces;
    const baseOffset = piece !== undefined && others.length === 0 ? piece.lineOffset : 0;
    const into = others.length === 0 ? progress.annotations : progress.datagramAnnotations;
    const annotate = this.#annotate ? (annotation: Annotation) => into.push(annotation) : undefined;
    this.#judge(progress, fromWdp(datagram, { annotate, baseOffset }), baseOffset - datagram.octets.byteOffset, annotate);
    if (input.form === 'user-data') {
      const at = { source: datagram.sourcePort, destination: datagram.destinationPort };
      progress.packets.push({
        dissector: 'wsp-cl',
        octets: datagram.octets,
        direction: input.direction,
        at: 0,
        ports: at,
        comment: `line ${input.line}`,
      });
    }
  }

  /** `shift` is what to add to the place of octets in their buffer for their offset in the outermost input. */
  #judge(progress: Progress, arrival: PushMessage | NotPush, shift = 0, annotate?: Annotate): void {
    const verdict = route(arrival);
    progress.arrival = arrival;
    progress.verdict = verdict;
    if (arrival.kind === 'push') note(progress, leftOutOf(arrival));
    note(progress, arrival.diagnostics);
    if (arrival.kind === 'push') {
      progress.members.push = presentPush(arrival);
      const content = readDmContent(arrival, verdict.verdict, this.#secrets, { annotate, bodyOffset: arrival.body.byteOffset + shift });
      Object.assign(progress.members, content.members);
      note(progress, content.diagnostics);
    }
    progress.members.verdict = presentVerdict(verdict, arrival.kind === 'not-push' ? arrival.error : null);
  }
}

/** One by one: a hostile line asks for more of them than a call may have arguments. */
function note({ diagnostics }: Progress, more: readonly Diagnostic[]): void {
  for (const diagnostic of more) diagnostics.push(diagnostic);
}

function presentPart(members: Record<string, unknown>, part: ShortMessagePart): void {
  if (part.ports !== null) members.ports = presentPorts(part.ports);
  if (part.concatenation !== null) members.concatenation = presentConcatenation(part.concatenation);
}

function compareLength(progress: Progress, tpduOctets: number): void {
  const announced = progress.input.announced ?? null;
  if (announced === null || announced === tpduOctets) return;
  const message = `${announced} octets were announced, the TPDU has ${tpduOctets}`;
  progress.diagnostics.push({ code: 'cli/announced-length', message, offset: null });
}

/** Every line taken as a WSP PDU has its verdict, also one that holds no octets. */
function judgeUnread(progress: Progress, error: DecodeError): void {
  progress.verdict = route(notPush('malformed', { destinationPort: 2948 }));
  progress.members.verdict = presentVerdict(progress.verdict, error);
}

/** After an error: as much of the TPDU as there is, were it not for the octets that are missing or too many. */
function decodeWhatThereIs(progress: Progress): void {
  const { octets, input, members } = progress;
  if (members.tpdu !== undefined || (input.form !== 'pdu-mode' && input.form !== 'tpdu')) return;
  const allow = ['truncated-user-data', 'padding-after-user-data'] as const;
  try {
    const { serviceCentreAddress, tpdu } =
      input.form === 'pdu-mode'
        ? decodePduMode(octets, { direction: input.direction, allow })
        : { serviceCentreAddress: null, tpdu: decodeTpdu(octets, { direction: input.direction, allow }) };
    members.tpdu = presentTpdu(tpdu, serviceCentreAddress);
    if (tpdu.type === 'SMS-DELIVER' || tpdu.type === 'SMS-SUBMIT') presentPart(members, readPart(tpdu));
  } catch (caught) {
    // The error that ended the strict decoding is the one to report.
    if (!(caught instanceof DecodeError)) throw caught;
  }
}

/** After an error: a TPDU of the other direction reads as another type by the same bits, and fails; what it is the other way is worth saying. */
function tryOtherDirection({ octets, input, diagnostics }: Progress): void {
  if (input.form !== 'pdu-mode' && input.form !== 'tpdu') return;
  const direction = input.direction === 'from-modem' ? 'to-modem' : 'from-modem';
  try {
    const { type } = input.form === 'pdu-mode' ? decodePduMode(octets, { direction }).tpdu : decodeTpdu(octets, { direction });
    // Reports are short and loose enough for other octets to pass for them.
    if (type !== 'SMS-DELIVER' && type !== 'SMS-SUBMIT') return;
    const message = `read as sent ${direction === 'to-modem' ? 'to' : 'by'} the modem, these octets are a whole ${type}: decode them with --direction ${direction}`;
    diagnostics.push({ code: 'cli/other-direction', message, offset: null });
  } catch (caught) {
    if (!(caught instanceof DecodeError)) throw caught;
  }
}

/** Where the destination port stands, counted from the start of the line: the last element with ports counts. */
function portsOffsetOf(source: Tpdu | BareUserData, octets: Uint8Array): number | null {
  const header = 'userDataHeader' in source ? source.userDataHeader : null;
  if (header === null || header.ports === null) return null;
  const length = header.ports.bits === 16 ? 4 : 2;
  const element = header.elements.findLast(
    ({ identifier, octets: value }) => (identifier === 5 || identifier === 4) && value.length === length,
  );
  return element === undefined ? null : element.octets.byteOffset - octets.byteOffset;
}

function piecesOf(message: CompleteMessage<Tag>): readonly DatagramPiece[] {
  let datagramOffset = 0;
  return message.parts.map(({ part, tag }) => {
    const piece = {
      line: tag.line,
      sequence: part.concatenation?.sequence ?? 1,
      lineOffset: tag.dataOffset,
      datagramOffset,
      length: part.octets.length,
    };
    datagramOffset += part.octets.length;
    return piece;
  });
}
