import { numberOfWords } from './error-words.js';

/** How a command ended. @see ITU-T V.250 5.7.1, 3GPP TS 27.007 9.2, 3GPP TS 27.005 3.2.5 */
export interface FinalResult {
  readonly kind: 'ok' | 'error' | 'cms' | 'cme' | 'connect';
  /** The number of a +CMS or +CME error, also where the modem gave its words; null where it gave other text or nothing. */
  readonly number: number | null;
  /** The line as it stood. */
  readonly line: string;
}

const wholeLineErrors = new Set([
  'ERROR',
  'NO CARRIER',
  'BUSY',
  'NO ANSWER',
  'NO DIALTONE',
  'NO DIAL TONE',
  'COMMAND NOT SUPPORT',
  'TOO MANY PARAMETERS',
  'OPERATION NOT SUPPORTED',
  'NA',
]);
/** Final results under ATV0. @see ITU-T V.250 table 1 */
const numericResults: Readonly<Record<string, FinalResult['kind']>> = {
  0: 'ok',
  1: 'connect',
  3: 'error',
  4: 'error',
  6: 'error',
  7: 'error',
  8: 'error',
};

/** Reads a whole line as a final result, in whatever case, or says null; `numeric` also takes the digits of ATV0. */
export function parseFinalResult(line: string, { numeric }: { readonly numeric: boolean }): FinalResult | null {
  if (line === 'OK') return { kind: 'ok', number: null, line };
  const coded = /^\+CM([SE]) ERROR\b\s*:?\s*(.*)$/i.exec(line);
  if (coded !== null) {
    const text = coded[2] ?? '';
    const kind = coded[1]?.toUpperCase() === 'S' ? 'cms' : 'cme';
    const digits = /^(\d{1,5})(?:\D|$)/.exec(text)?.[1];
    return { kind, number: digits === undefined ? numberOfWords(kind, text) : Number(digits), line };
  }
  const upper = line.toUpperCase();
  if (upper === 'OK') return { kind: 'ok', number: null, line };
  if (wholeLineErrors.has(upper) || /^(?:ERROR|\+EXT ERROR|MODEM ERROR):\s*\d+$/.test(upper)) return { kind: 'error', number: null, line };
  if (/^CONNECT(?:\s.*)?$/.test(upper)) return { kind: 'connect', number: null, line };
  const kind = numeric ? numericResults[line] : undefined;
  return kind === undefined ? null : { kind, number: null, line };
}
