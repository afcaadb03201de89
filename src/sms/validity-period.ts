import { EncodeError } from '../octets/index.js';
import { formatTimeStamp } from './time-stamp.js';
import type { ValidityPeriod } from './types.js';

const hour = 60;
const day = 24 * hour;
const week = 7 * day;

/** Minutes that a relative validity period stands for. @see 3GPP TS 23.040 9.2.3.12.1 */
export function relativeValidityMinutes(value: number): number {
  if (value <= 143) return (value + 1) * 5;
  if (value <= 167) return 12 * hour + (value - 143) * 30;
  if (value <= 196) return (value - 166) * day;
  return (value - 192) * week;
}

/**
 * The shortest relative validity period that is not shorter than so many minutes; 63 weeks are the most.
 * @throws EncodeError `sms/bad-validity-period` for what is longer, or not positive
 * @see 3GPP TS 23.040 9.2.3.12.1
 */
export function relativeValidity(minutes: number): ValidityPeriod {
  if (!(minutes > 0) || minutes > 63 * week) {
    throw new EncodeError('sms/bad-validity-period', `${minutes} minutes, a validity period is 5 minutes to 63 weeks`, 'vp');
  }
  if (minutes <= 12 * hour) return { format: 'relative', value: Math.ceil(minutes / 5) - 1 };
  if (minutes <= day) return { format: 'relative', value: 143 + Math.ceil((minutes - 12 * hour) / 30) };
  if (minutes <= 30 * day) return { format: 'relative', value: 166 + Math.ceil(minutes / day) };
  return { format: 'relative', value: Math.max(197, 192 + Math.ceil(minutes / week)) };
}

function duration(minutes: number): string {
  const [length, unit] = (
    [
      [week, 'week'],
      [day, 'day'],
      [hour, 'hour'],
    ] as const
  ).find(([each]) => minutes % each === 0) ?? [1, 'minute'];
  return inWords(minutes / length, unit);
}

const inWords = (count: number, unit: string): string => `${count} ${unit}${count === 1 ? '' : 's'}`;

/** TP-VP in a few words: a duration, an ISO 8601 time, or what an enhanced one says. @see 3GPP TS 23.040 9.2.3.12 */
export function formatValidityPeriod(validityPeriod: ValidityPeriod): string {
  if (validityPeriod.format === 'relative') return duration(relativeValidityMinutes(validityPeriod.value));
  if (validityPeriod.format === 'absolute') return formatTimeStamp(validityPeriod.octets) ?? 'no time';
  return formatEnhanced(validityPeriod.octets);
}

/** @see 3GPP TS 23.040 9.2.3.12.3 */
function formatEnhanced(octets: Uint8Array): string {
  const indicator = octets[0] ?? 0;
  const once = (indicator & 0x40) === 0 ? '' : ', single shot';
  if ((indicator & 0x80) !== 0) return `enhanced, extended functionality${once}`;
  switch (indicator & 7) {
    case 0:
      return `no validity period${once}`;
    case 1:
      return `${duration(relativeValidityMinutes(octets[1] ?? 0))}${once}`;
    case 2:
      return `${inWords(octets[1] ?? 0, 'second')}${once}`;
    case 3: {
      const swapped = (octet: number): string => `${octet & 15}${octet >> 4}`;
      return `${swapped(octets[1] ?? 0)}:${swapped(octets[2] ?? 0)}:${swapped(octets[3] ?? 0)}${once}`;
    }
    default:
      return `enhanced, reserved format${once}`;
  }
}
