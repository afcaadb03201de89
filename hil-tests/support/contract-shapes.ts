import { z } from 'zod';
import { anything, number, numberOrNull, octets, problemsOf, text, textOrNull, time } from './shapes.js';

// The objects that scripts rely on, member by member, as the face of wapbridge fixes them.

const errorMembers = { code: text, message: text, field: textOrNull, offset: numberOrNull };
const error = z.looseObject(errorMembers);
export const errorEvent = z.looseObject({ event: z.literal('error'), ...errorMembers });
export const diagnostics = z.array(z.looseObject({ code: text, message: text, offset: numberOrNull }));
export const reassembly = z.enum(['single', 'pending', 'complete', 'duplicate', 'conflict']);
export const ports = z.looseObject({ destination: number, source: number, bits: z.union([z.literal(8), z.literal(16)]) });
export const concatenation = z.looseObject({
  reference: number,
  total: number,
  sequence: number,
  bits: z.union([z.literal(8), z.literal(16)]),
});
export const datagram = z.looseObject({ destinationPort: number, sourcePort: numberOrNull, octets });
/** Values are text or numbers, and names where a value is a list of flags; `octets` has them raw. */
const named = z.looseObject({ name: text, value: z.union([text, number, z.array(text)]), octets });
export const push = z.looseObject({
  transactionId: numberOrNull,
  pduType: numberOrNull,
  headersLength: numberOrNull,
  contentType: textOrNull,
  contentTypeCode: numberOrNull,
  parameters: z.array(named),
  applicationId: numberOrNull,
  applicationUri: textOrNull,
  headers: z.array(named),
  body: octets,
});
const examined = { found: z.union([text, number]).nullable(), holds: z.boolean().nullable() };
const only = (...numbers: readonly [number] | readonly [number, number]) =>
  numbers.length === 1 ? z.tuple([z.literal(numbers[0])]) : z.tuple([z.literal(numbers[0]), z.literal(numbers[1])]);
const conditions = (...contentTypes: readonly [number, number]) =>
  z.tuple([
    z.looseObject({ condition: z.literal('destination-port'), expected: only(2948), ...examined }),
    z.looseObject({ condition: z.literal('application-id'), expected: only(7), ...examined }),
    z.looseObject({ condition: z.literal('content-type'), expected: only(...contentTypes), ...examined }),
  ]);
const notPush = { verdict: z.literal('not-push'), rule: z.null(), conditions: conditions(66, 67) };
/** A verdict of pushes over WDP. */
export const verdict = z.discriminatedUnion('verdict', [
  z.looseObject({
    verdict: z.literal('dm-application'),
    rule: z.literal('OMA-TS-DM_PushBinding-V1_3 5.1.3'),
    conditions: conditions(66, 67),
  }),
  z.looseObject({
    verdict: z.literal('dm-notification'),
    rule: z.literal('OMA-TS-DM_Notification-V1_3'),
    conditions: conditions(68, 88),
  }),
  z.looseObject({ verdict: z.literal('other-application'), rule: z.null(), conditions: conditions(66, 67) }),
  z.discriminatedUnion('reason', [
    z.looseObject({ ...notPush, reason: z.enum(['destination-port', 'secure-port', 'no-ports', 'text-coding', 'pdu-type']) }),
    z.looseObject({ ...notPush, reason: z.literal('malformed'), error }),
  ]),
]);
const item = z.looseObject({
  target: textOrNull,
  source: textOrNull,
  format: textOrNull,
  type: textOrNull,
  size: numberOrNull,
  preview: textOrNull,
});
export const dm = z.looseObject({
  kind: z.enum(['bootstrap', 'sessionless', 'alert', 'other']),
  verDtd: textOrNull,
  verProto: textOrNull,
  sessionId: textOrNull,
  msgId: textOrNull,
  commands: z.array(z.looseObject({ name: text, cmdId: textOrNull, items: z.array(item) })),
  xml: text,
});
export const authentication = z.looseObject({
  result: z.enum(['none', 'mac-ok', 'mac-bad', 'mac-unverifiable']),
  method: z.enum(['NETWPIN', 'USERPIN', 'USERNETWPIN', 'USERPINMAC', 'digest']).nullable(),
  rule: textOrNull,
  weak: z.boolean(),
});
export const notification = z.looseObject({
  digest: octets,
  version: anything,
  uiMode: z.enum(['not-specified', 'background', 'informative', 'user-interaction']),
  initiator: z.enum(['client', 'server']),
  sessionId: number,
  serverId: text,
  vendorSpecific: anything,
});

const header = z.array(z.looseObject({ iei: number, octets }));
const common = { type: text, firstOctet: number, serviceCentreAddress: textOrNull };
const carried = { userDataHeader: header, userData: octets, text: textOrNull };
/** `tpdu` by its type. */
export const tpdus: Readonly<Record<string, z.ZodType>> = {
  'SMS-DELIVER': z.looseObject({
    ...common,
    originatingAddress: text,
    protocolIdentifier: number,
    dataCodingScheme: number,
    serviceCentreTimeStamp: time.nullable(),
    ...carried,
  }),
  'SMS-SUBMIT': z.looseObject({
    ...common,
    messageReference: number,
    destinationAddress: text,
    protocolIdentifier: number,
    dataCodingScheme: number,
    validityPeriod: anything,
    ...carried,
  }),
  'SMS-STATUS-REPORT': z.looseObject({
    ...common,
    messageReference: number,
    recipientAddress: text,
    serviceCentreTimeStamp: time.nullable(),
    dischargeTime: time.nullable(),
    status: number,
    ...carried,
  }),
  'SMS-DELIVER-REPORT': z.looseObject({ ...common, ...carried }),
  'SMS-SUBMIT-REPORT': z.looseObject({ ...common, serviceCentreTimeStamp: time.nullable(), ...carried }),
  'SMS-COMMAND': z.looseObject({
    ...common,
    messageReference: number,
    destinationAddress: text,
    protocolIdentifier: number,
    userDataHeader: header,
  }),
};

/** `modem` events. */
export const modemEvent = z.looseObject({
  modem: text,
  state: z.enum(['opening', 'ready', 'lost', 'failed']),
  port: text,
  profile: textOrNull,
  manufacturer: textOrNull,
  model: textOrNull,
  firmware: textOrNull,
});
const heldPart = z.looseObject({ sequence: number, receivedAt: time, pdu: octets });
const set = { binding: text, modem: textOrNull, from: textOrNull, missing: z.array(number), parts: z.array(heldPart) };
/** Events of `listen` by their word; `message` is looked at by {@link messageProblems}. */
export const events: Readonly<Record<string, z.ZodType>> = {
  modem: modemEvent,
  part: z.looseObject({ reassembly: reassembly.nullable(), pdu: octets.nullable(), receivedAt: time }),
  incomplete: z.looseObject(set),
  expired: z.looseObject(set),
  report: z.looseObject({ messageReference: number, status: number }),
  delivered: z.looseObject({ id: text, sink: text }),
  'delivery-failed': z.looseObject({ id: text, sink: text }),
  withheld: z.looseObject({ id: text, reason: text }),
  listening: z.looseObject({ binding: z.enum(['udp', 'http', 'sip', 'obex']), address: text, port: numberOrNull }),
  error: errorEvent,
};

type Facts = Readonly<Record<string, unknown>>;
const word = (of: unknown, name: string): unknown =>
  typeof of === 'object' && of !== null && name in of ? (of as Facts)[name] : undefined;
const presence = (object: Facts, name: string, wanted: boolean, shape: z.ZodType): readonly string[] => {
  if (!wanted) return name in object ? [`${name} is there`] : [];
  return problemsOf(shape, object[name], name);
};

/** What about a `message` of SMS or UDP is not as fixed. */
export function messageProblems(message: Facts): readonly string[] {
  const sms = message.binding === 'sms';
  const isPush = word(message.verdict, 'verdict') !== 'not-push';
  return [
    ...problemsOf(
      z.looseObject({ id: text, receivedAt: time, binding: z.enum(['sms', 'udp']), from: textOrNull, parts: number, verdict, diagnostics }),
      message,
      'message',
    ),
    ...problemsOf(
      sms
        ? z.looseObject({ modem: text, pdus: z.array(octets), text: textOrNull })
        : z.looseObject({ modem: z.null(), pdus: z.null(), text: z.null() }),
      message,
      'message',
    ),
    ...(sms && Array.isArray(message.pdus) && message.pdus.length !== message.parts ? ['pdus are not as many as parts'] : []),
    ...presence(message, 'push', isPush, push),
    ...('datagram' in message ? problemsOf(datagram, message.datagram, 'datagram') : []),
    ...('dm' in message ? problemsOf(dm, message.dm, 'dm') : []),
    ...('authentication' in message ? problemsOf(authentication, message.authentication, 'authentication') : []),
  ];
}

/** What about an object of `decode --as FORM` is not as fixed, with the "when" of each member. */
export function decodeProblems(form: string, object: Facts): readonly string[] {
  const ok = object.ok === true;
  const type = word(object.tpdu, 'type');
  const isPdu = ['pdu-mode', 'tpdu', 'at-log'].includes(form);
  const whole = object.reassembly === 'single' || object.reassembly === 'complete';
  const reassembles = form === 'user-data' || (isPdu && (type === 'SMS-DELIVER' || type === 'SMS-SUBMIT'));
  const judged = form === 'wsp' || whole;
  const isPush = judged && word(object.verdict, 'verdict') !== 'not-push';
  const malformed = word(object.verdict, 'reason') === 'malformed';
  // Of a message in parts any one may have said the ports.
  const hasDatagram = whole && ('ports' in object || 'datagram' in object) && word(object.verdict, 'reason') !== 'text-coding';
  return [
    ...problemsOf(z.looseObject({ line: number, ok: z.boolean(), diagnostics }), object, 'object'),
    ...presence(object, 'error', !ok, error),
    ...(ok && malformed ? ['malformed, and ok'] : []),
    ...(ok && isPdu && typeof type !== 'string' ? ['tpdu is missing'] : []),
    ...(typeof type === 'string' ? problemsOf(tpdus[type] ?? z.never(), object.tpdu, 'tpdu') : []),
    ...('ports' in object ? problemsOf(ports, object.ports, 'ports') : []),
    ...('concatenation' in object ? problemsOf(concatenation, object.concatenation, 'concatenation') : []),
    ...(ok ? presence(object, 'reassembly', reassembles, reassembly) : []),
    ...(ok ? presence(object, 'datagram', hasDatagram || form === 'wsp', datagram) : []),
    ...presence(object, 'verdict', judged, verdict),
    ...presence(object, 'push', isPush, push),
    ...('dm' in object ? problemsOf(dm, object.dm, 'dm') : []),
    ...('authentication' in object ? problemsOf(authentication, object.authentication, 'authentication') : []),
    ...(ok ? presence(object, 'xml', form === 'wbxml', text) : []),
    ...(ok && form === 'notification' ? problemsOf(notification, object.notification, 'notification') : []),
  ];
}
