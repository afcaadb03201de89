import { anything, having, inOrder, listOf, number, octets, oneOf, orNull, type Shape, scalar, text, time, truth } from './shapes.js';

// The objects that scripts rely on, member by member, as the face of wapbridge fixes them.

const reason = oneOf('destination-port', 'secure-port', 'no-ports', 'text-coding', 'pdu-type', 'malformed');
const errorMembers = { code: text, message: text, field: orNull(text), offset: orNull(number) };
export const error = having(errorMembers);
export const errorEvent = having({ event: oneOf('error'), ...errorMembers });
export const diagnostics = listOf(having({ code: text, message: text, offset: orNull(number) }));
export const reassembly = oneOf('single', 'pending', 'complete', 'duplicate', 'conflict');
export const ports = having({ destination: number, source: number, bits: oneOf(8, 16) });
export const concatenation = having({ reference: number, total: number, sequence: number, bits: oneOf(8, 16) });
export const datagram = having({ destinationPort: number, sourcePort: orNull(number), octets });
/** Values are text or numbers, and names where a value is a list of flags; `octets` has them raw. */
const named: Shape = (value, place) => {
  const flags = having({ name: text, value: listOf(text), octets });
  const plain = having({ name: text, value: scalar, octets });
  const list = typeof value === 'object' && value !== null && 'value' in value && Array.isArray(value.value);
  return (list ? flags : plain)(value, place);
};
export const push = having({
  transactionId: orNull(number),
  pduType: orNull(number),
  headersLength: orNull(number),
  contentType: orNull(text),
  contentTypeCode: orNull(number),
  parameters: listOf(named),
  applicationId: orNull(number),
  applicationUri: orNull(text),
  headers: listOf(named),
  body: octets,
});
const condition = (name: string, expected: Shape): Shape =>
  having({ condition: oneOf(name), expected, found: orNull(scalar), holds: orNull(truth) });
const conditions = (contentTypes: Shape): Shape =>
  inOrder(condition('destination-port', oneOf([2948])), condition('application-id', oneOf([7])), condition('content-type', contentTypes));
const dmTypes = oneOf([66, 67]);
/** A verdict of pushes over WDP. */
export const verdict: Shape = (value, place) => {
  const word = typeof value === 'object' && value !== null && 'verdict' in value ? value.verdict : undefined;
  switch (word) {
    case 'dm-application':
      return having({ rule: oneOf('OMA-TS-DM_PushBinding-V1_3 5.1.3'), conditions: conditions(dmTypes) })(value, place);
    case 'dm-notification':
      return having({ rule: oneOf('OMA-TS-DM_Notification-V1_3'), conditions: conditions(oneOf([68, 88])) })(value, place);
    case 'other-application':
      return having({ rule: oneOf(null), conditions: conditions(dmTypes) })(value, place);
    case 'not-push':
      return [
        ...having({ rule: oneOf(null), reason, conditions: conditions(dmTypes) })(value, place),
        ...(typeof value === 'object' && value !== null && 'reason' in value && value.reason === 'malformed'
          ? having({ error })(value, place)
          : []),
      ];
    default:
      return [`${place}.verdict is ${JSON.stringify(word)}`];
  }
};
const item = having({
  target: orNull(text),
  source: orNull(text),
  format: orNull(text),
  type: orNull(text),
  size: orNull(number),
  preview: orNull(text),
});
export const dm = having({
  kind: oneOf('bootstrap', 'sessionless', 'alert', 'other'),
  verDtd: orNull(text),
  verProto: orNull(text),
  sessionId: orNull(text),
  msgId: orNull(text),
  commands: listOf(having({ name: text, cmdId: orNull(text), items: listOf(item) })),
  xml: text,
});
export const authentication = having({
  result: oneOf('none', 'mac-ok', 'mac-bad', 'mac-unverifiable'),
  method: oneOf('NETWPIN', 'USERPIN', 'USERNETWPIN', 'USERPINMAC', 'digest', null),
  rule: orNull(text),
  weak: truth,
});
export const notification = having({
  digest: octets,
  version: anything,
  uiMode: oneOf('not-specified', 'background', 'informative', 'user-interaction'),
  initiator: oneOf('client', 'server'),
  sessionId: number,
  serverId: text,
  vendorSpecific: anything,
});

const header = listOf(having({ iei: number, octets }));
const common = { type: text, firstOctet: number, serviceCentreAddress: orNull(text) };
const carried = { userDataHeader: header, userData: octets, text: orNull(text) };
/** `tpdu` by its type. */
export const tpdus: Readonly<Record<string, Shape>> = {
  'SMS-DELIVER': having({
    ...common,
    originatingAddress: text,
    protocolIdentifier: number,
    dataCodingScheme: number,
    serviceCentreTimeStamp: orNull(time),
    ...carried,
  }),
  'SMS-SUBMIT': having({
    ...common,
    messageReference: number,
    destinationAddress: text,
    protocolIdentifier: number,
    dataCodingScheme: number,
    validityPeriod: anything,
    ...carried,
  }),
  'SMS-STATUS-REPORT': having({
    ...common,
    messageReference: number,
    recipientAddress: text,
    serviceCentreTimeStamp: orNull(time),
    dischargeTime: orNull(time),
    status: number,
    ...carried,
  }),
  'SMS-DELIVER-REPORT': having({ ...common, ...carried }),
  'SMS-SUBMIT-REPORT': having({ ...common, serviceCentreTimeStamp: orNull(time), ...carried }),
  'SMS-COMMAND': having({
    ...common,
    messageReference: number,
    destinationAddress: text,
    protocolIdentifier: number,
    userDataHeader: header,
  }),
};

/** `modem` events. */
export const modemEvent = having({
  modem: text,
  state: oneOf('opening', 'ready', 'lost', 'failed'),
  port: text,
  profile: orNull(text),
  manufacturer: orNull(text),
  model: orNull(text),
  firmware: orNull(text),
});
const heldPart = having({ sequence: number, receivedAt: time, pdu: octets });
const set = { binding: text, modem: orNull(text), from: orNull(text), missing: listOf(number), parts: listOf(heldPart) };
/** Events of `listen` by their word; `message` is looked at by {@link messageProblems}. */
export const events: Readonly<Record<string, Shape>> = {
  modem: modemEvent,
  part: having({ reassembly: orNull(reassembly), pdu: orNull(octets), receivedAt: time }),
  incomplete: having(set),
  expired: having(set),
  report: having({ messageReference: number, status: number }),
  delivered: having({ id: text, sink: text }),
  'delivery-failed': having({ id: text, sink: text }),
  withheld: having({ id: text, reason: text }),
  listening: having({ binding: oneOf('udp', 'http', 'sip', 'obex'), address: text, port: orNull(number) }),
  error: errorEvent,
};

type Facts = Readonly<Record<string, unknown>>;
const word = (of: unknown, name: string): unknown =>
  typeof of === 'object' && of !== null && name in of ? (of as Facts)[name] : undefined;
const presence = (object: Facts, name: string, wanted: boolean, shape: Shape): readonly string[] => {
  if (!wanted) return name in object ? [`${name} is there`] : [];
  return shape(object[name], name);
};

/** What about a `message` of SMS or UDP is not as fixed. */
export function messageProblems(message: Facts): readonly string[] {
  const sms = message.binding === 'sms';
  const isPush = word(message.verdict, 'verdict') !== 'not-push';
  return [
    ...having({ id: text, receivedAt: time, binding: oneOf('sms', 'udp'), from: orNull(text), parts: number, verdict, diagnostics })(
      message,
      'message',
    ),
    ...(sms
      ? having({ modem: text, pdus: listOf(octets), text: orNull(text) })
      : having({ modem: oneOf(null), pdus: oneOf(null), text: oneOf(null) }))(message, 'message'),
    ...(sms && Array.isArray(message.pdus) && message.pdus.length !== message.parts ? ['pdus are not as many as parts'] : []),
    ...presence(message, 'push', isPush, push),
    ...('datagram' in message ? datagram(message.datagram, 'datagram') : []),
    ...('dm' in message ? dm(message.dm, 'dm') : []),
    ...('authentication' in message ? authentication(message.authentication, 'authentication') : []),
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
    ...having({ line: number, ok: truth, diagnostics })(object, 'object'),
    ...presence(object, 'error', !ok, error),
    ...(ok && malformed ? ['malformed, and ok'] : []),
    ...(ok && isPdu && typeof type !== 'string' ? ['tpdu is missing'] : []),
    ...(typeof type === 'string' ? (tpdus[type]?.(object.tpdu, 'tpdu') ?? [`no type ${type}`]) : []),
    ...('ports' in object ? ports(object.ports, 'ports') : []),
    ...('concatenation' in object ? concatenation(object.concatenation, 'concatenation') : []),
    ...(ok ? presence(object, 'reassembly', reassembles, reassembly) : []),
    ...(ok ? presence(object, 'datagram', hasDatagram || form === 'wsp', datagram) : []),
    ...presence(object, 'verdict', judged, verdict),
    ...presence(object, 'push', isPush, push),
    ...('dm' in object ? dm(object.dm, 'dm') : []),
    ...('authentication' in object ? authentication(object.authentication, 'authentication') : []),
    ...(ok ? presence(object, 'xml', form === 'wbxml', text) : []),
    ...(ok && form === 'notification' ? notification(object.notification, 'notification') : []),
  ];
}
