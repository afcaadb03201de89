import { BridgeError } from '../errors.js';

/** An option that is a whole number within bounds. @throws BridgeError `cli/usage` */
export function wholeNumber(name: string, value: number | undefined, least: number, most: number): number | undefined {
  if (value === undefined || (Number.isInteger(value) && value >= least && value <= most)) return value;
  throw new BridgeError('cli/usage', `${name} is a whole number from ${least} to ${most}`);
}
