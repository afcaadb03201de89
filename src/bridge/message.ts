import type { EndpointMessage } from '../endpoints/index.js';
import type { BridgeError } from '../errors.js';
import type { MessageToComplete } from '../journal/index.js';
import type { Diagnostic } from '../octets/index.js';
import { type Binding, fromEndpoint, fromWdp, type NotPush, notPush, type PushMessage } from '../push/index.js';
import { route } from '../routing/index.js';
import { type CompleteMessage, joinText, type SmsStatusReport, type WdpDatagram } from '../sms/index.js';
import type { AnnouncedSessions } from './announced-sessions.js';
import { type DmContent, needsImsi, type ReadBodyOptions, readDmContent } from './dm-content.js';
import { type DmPolicy, openDmPolicy, reasonToWithhold } from './dm-policy.js';
import { leftOutOf, type Presented, presentDatagram, presentDiagnostics, presentPush, presentVerdict } from './present.js';
import type { Routable } from './routes.js';
import type { PartTag } from './sets.js';

/** A message whose parts are all there, judged, and not yet on disk as such. */
export interface MessageDraft extends Routable {
  readonly binding: Binding;
  readonly parts: readonly PartTag[];
  /** What is shown of it: the `message` object of the contract without its id. */
  readonly facts: Presented;
  readonly body: Uint8Array | null;
  /** Why no sink is to have it; null where its sinks do. */
  readonly withheld: string | null;
  /** Its key is made of an IMSI that was not at hand when it was judged. */
  readonly needsImsi: boolean;
}

/** What a message is judged with beside its octets. */
export interface JudgingContext {
  readonly policy?: DmPolicy | undefined;
  /** Of the SIM that it came to, where it is known. */
  readonly imsi?: string | null;
  /** Stands for the subscription that it came to; nobody in particular where it is absent. */
  readonly receiver?: string;
  /** Sessions announced so far; where absent none is told from others. */
  readonly sessions?: AnnouncedSessions | undefined;
}

/** What a complete message is: a push and whose, or no push and why. */
export interface Judgement {
  readonly arrival: PushMessage | NotPush;
  readonly datagram: WdpDatagram | null;
  /** Text of what is no datagram; null where the user data is no text. */
  readonly text: string | null;
  readonly diagnostics: readonly Diagnostic[];
}

/** Finds out what the parts of one message are together. @see OMA-TS-DM_PushBinding-V1_3 5.1 */
export function judge<Tag>(message: CompleteMessage<Tag>): Judgement {
  const { datagram } = message;
  const first = message.parts[0]?.part;
  const textPorts = first?.ports ?? null;
  const arrival =
    datagram !== null
      ? fromWdp(datagram)
      : textPorts !== null
        ? notPush('text-coding', { destinationPort: textPorts.destination })
        : notPush('no-ports');
  const ofParts = message.parts.flatMap(({ part }) => part.diagnostics);
  const text = datagram === null ? joinText(message.parts.map(({ part }) => part)).text : null;
  return { arrival, datagram, text, diagnostics: [...ofParts, ...message.diagnostics, ...arrival.diagnostics] };
}

/** The draft of a message that came as short messages. */
export function draftOf(message: CompleteMessage<PartTag>, context: JudgingContext = {}): MessageDraft {
  const { policy = openDmPolicy } = context;
  const { arrival, datagram, text, diagnostics } = judge(message);
  const tags = message.parts.map(({ tag }) => tag);
  const push = arrival.kind === 'push' ? arrival : null;
  const verdict = route(arrival);
  const body = push?.body ?? datagram?.octets ?? null;
  const bodyOffset = push === null || datagram === null ? 0 : push.body.byteOffset - datagram.octets.byteOffset;
  const secrets = { imsi: context.imsi ?? policy.imsi, pins: policy.pins, server: (id: string) => policy.servers.get(id) ?? null };
  const announced = announcedBy(tags, context);
  const content: DmContent | null = push === null ? null : readDmContent(push, verdict.verdict, secrets, { bodyOffset, announced });
  return draft({
    binding: 'sms',
    parts: tags,
    from: message.parts[0]?.part.address.text ?? null,
    verdict: verdict.verdict,
    shownVerdict: presentVerdict(verdict, arrival.kind === 'not-push' ? arrival.error : null),
    push,
    datagram,
    text,
    content: content?.members ?? {},
    diagnostics: [...diagnostics, ...(content?.diagnostics ?? [])],
    body,
    withheld: content === null ? null : reasonToWithhold(content, policy),
    needsImsi: content !== null && needsImsi(content),
  });
}

/** The draft of a message that came without a modem. @see OMA-TS-DM_PushBinding-V1_3 5.1, 5.2, 5.3, 5.4 */
export function draftOfEndpoint(message: EndpointMessage, tag: PartTag, context: JudgingContext = {}): MessageDraft {
  const { policy = openDmPolicy } = context;
  const { binding, envelope, octets } = message;
  const arrival = fromEndpoint(binding, envelope, octets);
  const push = arrival.kind === 'push' ? arrival : null;
  const verdict = route(arrival);
  const { destinationPort = 0, sourcePort = 0 } = envelope;
  const datagram: WdpDatagram | null = binding === 'udp' ? { destinationPort, sourcePort, portBits: 16, octets } : null;
  const bodyOffset = push === null ? 0 : push.body.byteOffset - octets.byteOffset;
  const secrets = { imsi: policy.imsi, pins: policy.pins, server: (id: string) => policy.servers.get(id) ?? null };
  const announced = announcedBy([tag], context);
  const content = push === null ? null : readDmContent(push, verdict.verdict, secrets, { bodyOffset, announced });
  return draft({
    binding,
    parts: [tag],
    from: message.from,
    verdict: verdict.verdict,
    shownVerdict: presentVerdict(verdict, arrival.kind === 'not-push' ? arrival.error : null),
    push,
    datagram,
    text: null,
    content: content?.members ?? {},
    diagnostics: [...arrival.diagnostics, ...(content?.diagnostics ?? [])],
    body: push?.body ?? octets,
    withheld: content === null ? null : reasonToWithhold(content, policy),
    needsImsi: content !== null && needsImsi(content),
  });
}

/** The draft of a PDU that cannot be decoded: handed on raw, so that it is seen. */
export function draftOfUnreadable(tag: PartTag, error: BridgeError): MessageDraft {
  return draftOfUnjudged({ binding: 'sms', parts: [tag], from: null, datagram: null, octets: null }, error);
}

/** What is known of a message before anything in it is read. */
export interface UnjudgedMessage {
  readonly binding: Binding;
  readonly parts: readonly PartTag[];
  readonly from: string | null;
  readonly datagram: WdpDatagram | null;
  /** What a sink gets of it. */
  readonly octets: Uint8Array | null;
}

/** The draft of a message that cannot be judged: handed on raw, so that it is seen and stands in nobody's way. */
export function draftOfUnjudged({ octets, ...known }: UnjudgedMessage, error: BridgeError): MessageDraft {
  const verdict = route(notPush('malformed'));
  return draft({
    ...known,
    verdict: verdict.verdict,
    shownVerdict: presentVerdict(verdict, error),
    push: null,
    text: null,
    content: {},
    diagnostics: [],
    body: octets,
    withheld: null,
    needsImsi: false,
  });
}

interface Known {
  readonly binding: Binding;
  readonly parts: readonly PartTag[];
  readonly from: string | null;
  readonly verdict: string;
  readonly shownVerdict: Presented;
  readonly push: PushMessage | null;
  readonly datagram: WdpDatagram | null;
  readonly text: string | null;
  /** What the body says, where the DM layer has read it. */
  readonly content: Presented;
  readonly diagnostics: readonly Diagnostic[];
  readonly body: Uint8Array | null;
  readonly withheld: string | null;
  readonly needsImsi: boolean;
}

function draft(known: Known): MessageDraft {
  const { binding, parts, from, verdict, push, datagram, text, diagnostics, body } = known;
  const last = latestOf(parts);
  const modem = last?.modem ?? null;
  const facts = {
    event: 'message',
    receivedAt: isoTime(last?.receivedAt ?? 0),
    binding,
    modem,
    from,
    parts: parts.length,
    pdus: binding === 'sms' ? parts.map(({ pdu }) => pdu) : null,
    ...(datagram === null ? {} : { datagram: presentDatagram(datagram) }),
    ...(push === null ? {} : { push: presentPush(push) }),
    text,
    ...known.content,
    verdict: known.shownVerdict,
    diagnostics: presentDiagnostics(push === null ? diagnostics : [...leftOutOf(push), ...diagnostics]),
  };
  const contentType = push === null ? null : { code: push.contentType.code, name: push.contentType.name };
  const applicationId = push?.applicationId == null ? null : { code: push.applicationId.code, uri: push.applicationId.uri };
  const { withheld, needsImsi } = known;
  return { binding, parts, from, modem, verdict, facts, body, contentType, applicationId, withheld, needsImsi };
}

function latestOf(parts: readonly PartTag[]): PartTag | undefined {
  return parts.reduce<PartTag | undefined>(
    (latest, tag) => (latest === undefined || tag.position > latest.position ? tag : latest),
    undefined,
  );
}

/** How the session of a notification made of these parts is noted. */
function announcedBy(parts: readonly PartTag[], { sessions, receiver = '' }: JudgingContext): ReadBodyOptions['announced'] {
  const position = parts[0]?.position ?? 0;
  const receivedAt = isoTime(latestOf(parts)?.receivedAt ?? 0);
  return (notification, { result }) => sessions?.note(notification, { receiver, position }, { receivedAt, authentication: result }) ?? null;
}

/** What the journal keeps of a draft. */
export function toComplete(draft: MessageDraft, completedAt: number, sinks: readonly string[]): MessageToComplete {
  return {
    completedAt,
    partIds: draft.parts.map(({ id }) => id),
    verdict: draft.verdict,
    binding: draft.binding,
    source: draft.modem,
    from: draft.from,
    contentType: named(draft.contentType?.name ?? null, draft.contentType?.code ?? null),
    applicationId: named(draft.applicationId?.uri ?? null, draft.applicationId?.code ?? null),
    facts: JSON.stringify(draft.facts),
    body: draft.body,
    sinks,
  };
}

/** What the journal keeps of a status report: it is shown as it comes and goes to no sink. */
export function reportToComplete(tag: PartTag, report: SmsStatusReport, facts: Presented, completedAt: number): MessageToComplete {
  return {
    completedAt,
    partIds: [tag.id],
    verdict: 'report',
    binding: 'sms',
    source: tag.modem,
    from: report.recipientAddress.text,
    contentType: null,
    applicationId: null,
    facts: JSON.stringify(facts),
    body: null,
    sinks: [],
  };
}

/** Milliseconds since 1970 in ISO 8601, UTC. */
export function isoTime(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}

/** A name, or where there is none the number. */
function named(name: string | null, code: number | null): string | null {
  return name ?? (code === null ? null : `0x${code.toString(16).toUpperCase().padStart(2, '0')}`);
}
