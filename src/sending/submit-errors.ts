/** What an error number is worth: trying again, never, after somebody has mended something, or nothing is wrong at all. */
export type SubmitAdvice =
  | { readonly do: 'retry'; readonly delaysMs: readonly number[] }
  | { readonly do: 'without-validity' }
  | { readonly do: 'never' }
  | { readonly do: 'mend'; readonly advice: string }
  /** The service centre has it already. */
  | { readonly do: 'taken' }
  /** Somebody waited for the service centre in vain: it may have the message. */
  | { readonly do: 'doubt' };

const second = 1000;
const never: SubmitAdvice = { do: 'never' };
const once: SubmitAdvice = { do: 'retry', delaysMs: [2 * second] };
const twice: SubmitAdvice = { do: 'retry', delaysMs: [2 * second, 5 * second] };
const later: SubmitAdvice = { do: 'retry', delaysMs: [5 * second, 10 * second, 15 * second] };
const muchLater: SubmitAdvice = { do: 'retry', delaysMs: [15 * second, 30 * second, 60 * second] };
const mend = (advice: string): SubmitAdvice => ({ do: 'mend', advice });

const sim = mend('check the SIM and its PIN');
const subscription = mend('ask the operator whether the SIM may send short messages, and check the service centre number (AT+CSCA?)');

interface Row {
  readonly from: number;
  readonly to?: number;
  readonly meaning: string;
  readonly advice: SubmitAdvice;
}

/**
 * +CMS errors: 0 to 127 are causes of the relay layer, 128 to 255 failure causes of the service centre, 300 to 511 the modem's own,
 * above that the maker's. The first row that holds a number counts.
 * @see 3GPP TS 27.005 3.2.5; 3GPP TS 24.011 8.2.5.4; 3GPP TS 23.040 9.2.3.22
 */
export const cmsErrors: readonly Row[] = [
  { from: 1, meaning: 'unassigned number', advice: never },
  { from: 8, meaning: 'operator determined barring', advice: subscription },
  { from: 10, meaning: 'call barred', advice: subscription },
  { from: 21, meaning: 'short message transfer rejected', advice: once },
  { from: 27, meaning: 'destination out of service', advice: later },
  { from: 28, meaning: 'unidentified subscriber', advice: never },
  { from: 29, meaning: 'facility rejected', advice: subscription },
  { from: 30, meaning: 'unknown subscriber', advice: never },
  { from: 38, meaning: 'network out of order', advice: later },
  { from: 41, meaning: 'temporary failure', advice: later },
  { from: 42, meaning: 'congestion', advice: muchLater },
  { from: 47, meaning: 'resources unavailable', advice: later },
  { from: 50, meaning: 'facility not subscribed', advice: subscription },
  { from: 69, meaning: 'facility not implemented', advice: subscription },
  { from: 81, meaning: 'invalid reference value', advice: once },
  { from: 98, meaning: 'message not compatible with the protocol state', advice: once },
  { from: 95, to: 99, meaning: 'invalid message', advice: never },
  { from: 111, meaning: 'protocol error', advice: once },
  { from: 127, meaning: 'interworking', advice: twice },
  { from: 192, meaning: 'service centre busy', advice: later },
  { from: 193, meaning: 'no service centre subscription', advice: subscription },
  { from: 194, meaning: 'service centre failure', advice: later },
  { from: 197, meaning: 'duplicate rejected', advice: { do: 'taken' } },
  { from: 198, to: 199, meaning: 'validity period not supported', advice: { do: 'without-validity' } },
  { from: 208, meaning: 'SIM storage full', advice: twice },
  { from: 211, to: 212, meaning: 'memory exceeded, or SIM application busy', advice: twice },
  { from: 128, to: 254, meaning: 'rejected by the service centre', advice: never },
  { from: 255, meaning: 'unspecified error', advice: once },
  { from: 300, meaning: 'modem failure', advice: twice },
  { from: 301, meaning: 'short message service of the modem reserved', advice: once },
  { from: 302, meaning: 'operation not allowed', advice: mend('check PIN and registration of the modem') },
  { from: 303, meaning: 'operation not supported', advice: never },
  { from: 304, to: 305, meaning: 'invalid parameter', advice: never },
  { from: 314, meaning: 'SIM busy', advice: { do: 'retry', delaysMs: [1, 2, 4, 8, 15, 30].map((seconds) => seconds * second) } },
  { from: 310, to: 318, meaning: 'SIM missing, locked or failing', advice: sim },
  { from: 320, meaning: 'memory failure', advice: twice },
  { from: 322, meaning: 'memory full', advice: twice },
  { from: 330, meaning: 'service centre address unknown', advice: mend('set the service centre number with AT+CSCA') },
  { from: 331, meaning: 'no network service', advice: later },
  { from: 332, meaning: 'network timeout', advice: { do: 'doubt' } },
  { from: 500, meaning: 'unknown error', advice: twice },
  { from: 512, meaning: 'the link to the network could not be had', advice: once },
  { from: 515, meaning: 'please wait, the modem is starting', advice: later },
  { from: 532, meaning: 'please wait, the SIM is not ready', advice: later },
  { from: 513, to: 520, meaning: "the maker's own", advice: never },
  { from: 521, to: 65_535, meaning: "the maker's own", advice: once },
  { from: 0, to: 65_535, meaning: 'not assigned', advice: never },
];

/** +CME errors, which some modems answer with instead. @see 3GPP TS 27.007 9.2 */
export const cmeErrors: readonly Row[] = [
  { from: 3, meaning: 'operation not allowed', advice: mend('check PIN and registration of the modem') },
  { from: 14, meaning: 'SIM busy', advice: { do: 'retry', delaysMs: [1, 2, 4, 8, 15, 30].map((seconds) => seconds * second) } },
  { from: 10, to: 18, meaning: 'SIM missing, locked or failing', advice: sim },
  { from: 20, meaning: 'memory full', advice: twice },
  { from: 23, meaning: 'memory failure', advice: twice },
  { from: 30, meaning: 'no network service', advice: later },
  { from: 31, meaning: 'network timeout', advice: { do: 'doubt' } },
  { from: 100, meaning: 'unknown error', advice: twice },
  { from: 515, to: 516, meaning: 'busy', advice: later },
  { from: 0, to: 65_535, meaning: 'not assigned', advice: never },
];

/** What a number means and what is to be done about it. */
export function submitErrorOf(family: 'cms' | 'cme', number: number): { readonly meaning: string; readonly advice: SubmitAdvice } {
  const table = family === 'cms' ? cmsErrors : cmeErrors;
  return table.find(({ from, to = from }) => number >= from && number <= to) ?? { meaning: 'not assigned', advice: never };
}
