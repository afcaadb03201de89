import { findLine } from './answer-values.js';
import { attempt, type SetUpTools } from './set-up.js';

/** A memory is full. */
export const fullSignals = /^(?:\^SMMEMFULL|#SMOV|\+QIND:\s*"smsfull"|%CIEV:.*full)/i;
/** After these a modem has forgotten its settings. */
export const restartSignals = /^(?:RDY$|\^SYSSTART|\+READY|APP RDY$|\+WIND:\s*1$)/;
/** The SIM has come to be ready. */
export const simSignals = /^(?:\+CPIN:\s*READY|SMS (?:READY|DONE)$|\+QIND:\s*"?SMS DONE|#QSS:\s*3|Call Ready$)/i;

/**
 * Has a modem say when its memory is full, where it has an indicator for that; the line that will say so, or null.
 * @see 3GPP TS 27.007 8.9 (+CIND, `smsfull`), 8.10 (+CMER)
 */
export async function fullIndicator(tools: SetUpTools): Promise<string | null> {
  const offered = findLine((await attempt(tools, 'AT+CIND=?')) ?? [], '+CIND:');
  const names = [...(offered ?? '').matchAll(/\(\s*"([^"]{1,20})"/g)].map(([, name]) => name?.toLowerCase());
  const place = names.indexOf('smsfull') + 1;
  if (place === 0 || (await attempt(tools, 'AT+CMER=2,0,0,1,0')) === null) return null;
  return `+CIEV: ${place},1`;
}
