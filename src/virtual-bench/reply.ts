import type { Argument } from './command-line.js';

/** How one command ends. */
export type Reply =
  /** Information lines (none for a mere OK). */
  | { readonly kind: 'ok'; readonly lines: readonly string[] }
  /** `+CME ERROR`, with what stood before it. */
  | { readonly kind: 'equipment-error'; readonly error: number }
  /** `+CMS ERROR`. */
  | { readonly kind: 'message-error'; readonly error: number }
  | { readonly kind: 'error' }
  /** Information lines, and then no final result: a quirk. */
  | { readonly kind: 'no-result'; readonly lines: readonly string[] }
  /** Another final result code, such as NO CARRIER. */
  | { readonly kind: 'final'; readonly code: number; readonly text: string }
  /** `> `: what the host then writes ends with Ctrl-Z, or with ESC (null). */
  | { readonly kind: 'prompt'; readonly finish: (text: string | null) => Reply }
  /** The answer comes later; until then nothing else is read. */
  | { readonly kind: 'later'; readonly begin: (finish: (reply: Reply) => void) => void };

/** OK, after these information lines. */
export const ok = (...lines: readonly string[]): Reply => ({ kind: 'ok', lines });
/** No final result, after these information lines. */
export const noResult = (...lines: readonly string[]): Reply => ({ kind: 'no-result', lines });
/** ERROR. */
export const error: Reply = { kind: 'error' };
/** +CME ERROR. @see 3GPP TS 27.007 9.2 */
export const equipmentError = (number: number): Reply => ({ kind: 'equipment-error', error: number });
/** +CMS ERROR. @see 3GPP TS 27.005 3.2.5 */
export const messageError = (number: number): Reply => ({ kind: 'message-error', error: number });

/** What one command does, by the form it was given in; a form that is missing answers ERROR. */
export interface CommandHandler<Firmware> {
  readonly execute?: (firmware: Firmware) => Reply;
  readonly read?: (firmware: Firmware) => Reply;
  readonly test?: (firmware: Firmware) => Reply;
  readonly set?: (firmware: Firmware, values: readonly Argument[], text: string) => Reply;
  /** Answers while the SIM is locked or missing as well. */
  readonly withoutSim?: true;
}
