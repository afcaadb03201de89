/**
 * Lines that a modem sends of its own accord. A whole word stands alone on its line; a prefix is followed by anything.
 * @see 3GPP TS 27.005 3.4.1, 3GPP TS 27.007; vendors' codes from ModemManager 1.24, gammu and oFono sources and vendor manuals
 */
export const unsolicitedWithPdu = ['+CMT:', '+CDS:', '+CBM:'] as const;

/** Single lines known by their beginning. */
export const unsolicitedPrefixes: readonly string[] = [
  '+CMTI:',
  '+CDSI:',
  '+CBMI:',
  '+CREG:',
  '+CGREG:',
  '+CEREG:',
  '+C5GREG:',
  '+CIEV:',
  '+CPIN:',
  '+CFUN:',
  '+CRING:',
  '+CLIP:',
  '+CGEV:',
  '+CUSD:',
  '+CTZV:',
  '+CTZE:',
  '+CSSI:',
  '+CSSU:',
  '+QIND:',
  '+QUSIM:',
  '+QSIMSTAT:',
  '+QSTK',
  '+UUSIMSTAT:',
  '+UCMT:',
  '+UMWI:',
  '+READY',
  '+WIND:',
  '+PBREADY',
  '+STIN:',
  '+ZUSIMR:',
  '+ZDONR:',
  '+ZPASR:',
  '+ZEND',
  '*PSUTTZ:',
  '*PSNWID:',
  'DST:',
  '#QSS:',
  '#STN:',
  '#SMOV:',
  '^SMMEMFULL',
  '^RSSI',
  '^HCSQ',
  '^MODE',
  '^BOOT',
  '^SRVST',
  '^SIMST',
  '^NDISSTAT',
  '^DSFLOWRPT',
  '^CSNR',
  '^STIN',
  '^EONS',
  '^LWURC',
  '^SYSSTART',
  '^SIS',
  '^SYSSTOP',
  '^EXIT',
  '^SHUTDOWN',
  '%CIEV:',
];

/** Single lines known as a whole. */
export const unsolicitedWords: ReadonlySet<string> = new Set([
  'RING',
  'RDY',
  'SMS DONE',
  'PB DONE',
  'SMS Ready',
  'SMS READY',
  'Call Ready',
  'CALL READY',
  'NORMAL POWER DOWN',
  'POWERED DOWN',
  'UNDER-VOLTAGE WARNNING',
  'APP RDY',
]);

/** Whether a line is known to be unsolicited, and whether a PDU line follows it. */
export function matchUnsolicited(line: string): 'line' | 'line-and-pdu' | null {
  if (unsolicitedWithPdu.some((prefix) => line.startsWith(prefix))) return 'line-and-pdu';
  return unsolicitedWords.has(line) || unsolicitedPrefixes.some((prefix) => line.startsWith(prefix)) ? 'line' : null;
}
