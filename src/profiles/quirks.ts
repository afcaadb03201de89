/** Where firmware deviates from 3GPP TS 27.005 and 27.007, each in one sentence. */
export const quirks = {
  'acknowledges-slowly': 'An acknowledgement (+CNMA) may take minutes to be answered.',
  'acknowledges-with-one': 'The modem takes an acknowledgement only as AT+CNMA=1.',
  'acknowledges-with-zero': 'The modem takes an acknowledgement only as AT+CNMA=0.',
  'direct-reports-wedge': 'A status report delivered directly (+CDS) can neither be acknowledged nor left alone: the modem stops.',
  'floods-with-announcements': 'The modem announces things without end until it is told to be quiet, and crashes when nobody keeps up.',
  'indication-mode-one': 'The modem lists +CNMI mode 2 and does not work in it: it refuses it, or announces nothing.',
  'lists-no-messages': 'The modem does not answer +CMGL, so that every index is read by itself.',
  'messages-late-after-sim': 'The SIM is reported ready seconds before the message commands work.',
  'no-acknowledgement': 'The modem takes no +CNMA, so that direct reception could lose messages.',
  'no-link-keeping': 'The modem does not know +CMMS, and may not even say so.',
  'pin-counter-elsewhere': 'The modem does not know +CPINR and tells the tries left for the PIN by a command of its own.',
  'pin-query-without-result': 'The answer to +CPIN? ends without a final result.',
  'reset-loses-device': 'After a reset the modem comes back as something that is no modem, such as a drive.',
  'sends-fail-by-packet': 'Messages are refused unless they are sent by circuit (+CGSMS).',
  'service-level-meaningless': 'The answer to +CSMS? says nothing about acknowledgements, so that direct reception is not used.',
  'stored-reports-unreadable': 'Status reports that are stored cannot be read, since the modem has no memory to read them from.',
  'stores-direct-messages-too': 'A message delivered directly is stored and announced as well, so that it comes twice.',
  'unsolicited-on-another-port': 'Unsolicited lines go to another port of the modem until it is told otherwise.',
} as const;

/** The name of a deviation. */
export type QuirkId = keyof typeof quirks;
