import { findLine, parseFields } from './answer-values.js';
import { attempt, type SetUpTools } from './set-up.js';

/** How often a PIN or PUK may still be tried; null where the modem would not say. */
export interface PinAttempts {
  readonly pin: number | null;
  readonly puk: number | null;
}

interface Counter {
  readonly command: string;
  readonly prefix: string;
  /** Which fields count what; without them there is one number, for whatever the SIM waits for. */
  readonly fields?: { readonly pin: number; readonly puk: number };
}

/**
 * Vendors' own counters, asked one after the other until one is answered; reading one tries nothing.
 * @see oFono 1.31 drivers/atmodem/sim.c, ModemManager 1.24.2 plugins
 */
const counters: readonly Counter[] = [
  { command: 'AT+QPINC?', prefix: '+QPINC:', fields: { pin: 1, puk: 2 } },
  { command: 'AT^CPIN?', prefix: '^CPIN:', fields: { pin: 3, puk: 2 } },
  { command: 'AT+SPIC', prefix: '+SPIC:', fields: { pin: 0, puk: 1 } },
  { command: 'AT+UPINCNT', prefix: '+UPINCNT:', fields: { pin: 0, puk: 2 } },
  { command: 'AT+XPINCNT', prefix: '+XPINCNT:', fields: { pin: 0, puk: 2 } },
  { command: 'AT*EPIN?', prefix: '*EPIN:', fields: { pin: 0, puk: 1 } },
  { command: 'AT%PINNUM?', prefix: '%PINNUM:', fields: { pin: 0, puk: 1 } },
  { command: 'AT#PCT', prefix: '#PCT:' },
  { command: 'AT^SPIC', prefix: '^SPIC:' },
];

/** Asks how many tries are left, by the standard's command and then by those of vendors. @see 3GPP TS 27.007 8.65 */
export async function readPinAttempts(tools: SetUpTools, waitsFor: string): Promise<PinAttempts> {
  const standard = (await attempt(tools, 'AT+CPINR')) ?? [];
  const left = (code: string): number | null => {
    const line = standard.find((each) => each.startsWith('+CPINR:') && parseFields(each)[0] === code);
    return line === undefined ? null : count(parseFields(line)[1]);
  };
  if (left('SIM PIN') !== null || left('SIM PUK') !== null) return { pin: left('SIM PIN'), puk: left('SIM PUK') };
  for (const { command, prefix, fields } of counters) {
    const lines = (await attempt(tools, command)) ?? [];
    const line = lines.find((each) => each.startsWith(prefix) && /"SC"/.test(each)) ?? findLine(lines, prefix);
    if (line === null) continue;
    const values = parseFields(line);
    if (fields !== undefined) return { pin: count(values[fields.pin]), puk: count(values[fields.puk]) };
    const tries = count(values.at(-1));
    return waitsFor.includes('PUK') ? { pin: 0, puk: tries } : { pin: tries, puk: null };
  }
  return { pin: null, puk: null };
}

function count(field: string | undefined): number | null {
  return field !== undefined && /^\d{1,2}$/.test(field) ? Number(field) : null;
}
