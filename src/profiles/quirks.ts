/** Where firmware deviates from 3GPP TS 27.005 and 27.007, each in one sentence. */
export const quirks = {
  'service-level-meaningless': 'The answer to +CSMS? says nothing about acknowledgements, so that direct reception is not used.',
  'no-acknowledgement': 'The modem takes no +CNMA, so that direct reception could lose messages.',
  'acknowledges-with-zero': 'The modem takes an acknowledgement only as AT+CNMA=0.',
  'acknowledges-with-one': 'The modem takes an acknowledgement only as AT+CNMA=1.',
  'indication-mode-one': 'The modem lists +CNMI mode 2 and refuses it.',
  'no-link-keeping': 'The modem does not know +CMMS.',
  'lists-no-messages': 'The modem does not answer +CMGL, so that every index is read by itself.',
} as const;

/** The name of a deviation. */
export type QuirkId = keyof typeof quirks;
