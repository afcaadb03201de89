// Which differences docs/disagreements.md explains: each rule has the anchor of its place there, the members that it speaks of, and when.

const anything = [
  'result',
  'type',
  'address',
  'typeOfAddress',
  'addressLength',
  'protocolIdentifier',
  'dataCodingScheme',
  'userDataLength',
  'elements',
  'userData',
  'time',
];
const refusedWith =
  (...codes) =>
  ({ ours, theirs }) =>
    ours.result === 'refused' && theirs.result === 'read' && codes.includes(ours.code);

export const nodePduRules = [
  { anchor: 'node-pdu-truncated', members: ['result'], applies: refusedWith('octets/truncated') },
  { anchor: 'node-pdu-trailing', members: ['result'], applies: refusedWith('octets/trailing') },
  {
    anchor: 'node-pdu-header',
    members: ['result'],
    applies: refusedWith('sms/user-data-header-overrun', 'sms/user-data-header-length', 'sms/information-element-overrun'),
  },
  { anchor: 'node-pdu-address', members: ['result'], applies: refusedWith('sms/address-too-long') },
  {
    anchor: 'node-pdu-direction',
    members: anything,
    applies: ({ ours, direction = ours.direction }) =>
      ['SMS-DELIVER-REPORT', 'SMS-SUBMIT-REPORT', 'SMS-COMMAND'].includes(ours.type) ||
      (ours.result === 'refused' && direction === 'to-modem'),
  },
];
const theyRefuse =
  (message) =>
  ({ ours, theirs }) =>
    ours.result === 'read' && theirs.result === 'refused' && theirs.message.includes(message);

nodePduRules.push(
  { anchor: 'node-pdu-empty-address', members: anything, applies: ({ ours }) => ours.addressLength === 0 },
  { anchor: 'node-pdu-time', members: ['time'], applies: ({ ours }) => ours.time === null },
  { anchor: 'node-pdu-enhanced-validity', members: ['result'], applies: theyRefuse('Unknown validity period format') },
  { anchor: 'node-pdu-reserved-coding', members: ['result'], applies: theyRefuse('Unknown alpabet') },
  { anchor: 'node-pdu-type-3', members: ['result'], applies: theyRefuse('Unknown SMS type') },
  {
    anchor: 'node-pdu-digits',
    members: ['address', 'addressLength'],
    applies: ({ ours }) => ours.typeOfNumber === 5 || /[^0-9]/.test(ours.address) || ours.address.length !== ours.addressLength,
  },
  {
    anchor: 'node-pdu-extension-bit',
    members: ['typeOfAddress'],
    applies: ({ ours, theirs }) => ours.typeOfAddress < 0x80 && theirs.typeOfAddress === (ours.typeOfAddress | 0x80),
  },
  {
    anchor: 'node-pdu-coding-groups',
    members: ['dataCodingScheme', 'userData'],
    applies: ({ ours }) => ours.dataCodingScheme >= 0x40 && !(ours.dataCodingScheme >= 0xc0 && (ours.dataCodingScheme & 0xf8) !== 0xf8),
  },
  {
    anchor: 'node-pdu-waiting',
    members: ['dataCodingScheme', 'userData'],
    applies: ({ ours, theirs }) =>
      ours.dataCodingScheme >= 0xc0 && ours.dataCodingScheme < 0xf0 && theirs.dataCodingScheme === (ours.dataCodingScheme & 0xf8),
  },
  { anchor: 'node-pdu-compressed', members: ['userData'], applies: ({ ours }) => (ours.dataCodingScheme & 0xe0) === 0x20 },
  {
    anchor: 'node-pdu-century',
    members: ['time'],
    applies: ({ ours, theirs }) => new Date(ours.time).getUTCFullYear() - new Date(theirs.time).getUTCFullYear() === 100,
  },
);

const refusedAs =
  (...codes) =>
  ({ ours }) =>
    ours.result === 'refused' && codes.includes(ours.code);
const remarked =
  (...codes) =>
  ({ ours }) =>
    ours.diagnostics.some((code) => codes.includes(code));
const smsMembers = ['protocolIdentifier', 'dataCodingScheme', 'userDataLength', 'elements', 'malformed', 'time', 'month', 'minutes'];
/** What a push holds of a field, as the octets stood. */
const valuesOf = ({ push }, code) => push.headers.filter((header) => header.code === code && header.page === 1);

export const tsharkRules = [
  {
    anchor: 'tshark-goes-on',
    members: ['result'],
    applies: refusedAs(
      'octets/truncated',
      'octets/trailing',
      'sms/address-too-long',
      'sms/user-data-header-overrun',
      'sms/user-data-header-length',
      'sms/information-element-overrun',
      'sms/reserved-message-type',
    ),
  },
  {
    anchor: 'tshark-goes-on-wsp',
    members: ['result'],
    applies: refusedAs(
      'wsp/pdu-type',
      'wsp/headers-length',
      'wsp/missing-value',
      'wsp/unterminated-text',
      'wsp/value-length',
      'wsp/uintvar',
      'wsp/bad-field-name',
      'wsp/no-content-type',
      'wsp/bad-parameter',
      'wsp/number-too-large',
      'wsp/bad-value',
      'wsp/bad-content-type',
    ),
  },
  {
    anchor: 'tshark-report-cause',
    members: smsMembers,
    applies: ({ ours }) => /REPORT$/.test(ours.type) && ours.failureCause != null && ours.failureCause < 0x80,
  },
  { anchor: 'tshark-parameter-indicator', members: smsMembers, applies: remarked('sms/reserved-parameter') },
  { anchor: 'tshark-enhanced-validity', members: smsMembers, applies: ({ ours }) => ours.validityFormat === 'enhanced' },
  { anchor: 'tshark-element-length', members: ['malformed'], applies: ({ ours }) => ours.header !== undefined && ours.header !== null },
  {
    anchor: 'tshark-long-integer-id',
    members: ['applicationId'],
    applies: ({ ours }) => valuesOf(ours, 0x2f).some(({ octets }) => octets[1] > 0 && octets[1] < 0x20),
  },
  {
    anchor: 'tshark-unnamed',
    members: ['applicationId', 'contentType'],
    applies: ({ theirs, member }) => theirs[member].startsWith('<Unknown'),
  },
  {
    anchor: 'tshark-repeated',
    members: ['applicationId'],
    applies: ({ ours }) => valuesOf(ours, 0x2f).length > 1,
  },
  {
    anchor: 'tshark-repeated-elements',
    members: ['destinationPort', 'originatorPort', 'concatenationReference', 'parts', 'part'],
    applies: ({ ours, theirs, member }) =>
      remarked('sms/information-element-repeated')({ ours }) && theirs[member].endsWith(`;${ours[member]}`),
  },
  {
    anchor: 'tshark-text-encoding',
    members: ['applicationId', 'contentType'],
    applies: ({ ours, member }) => /[^\u0020-\u007e]/.test(ours[member]),
  },
  {
    anchor: 'tshark-quote',
    members: ['contentType', 'applicationId'],
    applies: ({ theirs, member }) => theirs[member].startsWith('\u007f') || theirs[member].startsWith('\\x7f'),
  },
  {
    anchor: 'tshark-code-page',
    members: ['malformed'],
    applies: ({ ours }) => ours.push.headers.some(({ page }) => page !== 1),
  },
  {
    anchor: 'tshark-text-type',
    members: ['contentType', 'applicationId'],
    applies: ({ ours, theirs, member }) =>
      (ours[member] ?? '') !== '' && theirs[member].toLowerCase().startsWith(ours[member].toLowerCase()),
  },
  {
    anchor: 'tshark-types-0a-16',
    members: ['contentType'],
    applies: ({ ours }) => [0x0a, 0x16].includes(ours.push.contentType.code),
  },
  {
    anchor: 'tshark-value-length',
    members: ['malformed', 'applicationId'],
    applies: remarked('wsp/header-value', 'wsp/unknown-header', 'wsp/parameter-value', 'wsp/unknown-parameter'),
  },
  {
    anchor: 'tshark-quote-named',
    members: ['malformed', 'applicationId'],
    applies: ({ ours }) => ours.push.headers.some(({ code, octets }) => code === null && octets[octets.indexOf(0) + 1] === 0x7f),
  },
];
