import { EncodeError } from '../octets/index.js';

const minuteMs = 60_000;
/** Two decimal digits of an octet with its semi-octets swapped, or -1 where either is no digit. */
const swappedDecimal = Int8Array.from({ length: 256 }, (_, octet) => {
  const tens = octet & 15;
  const ones = octet >> 4;
  return tens > 9 || ones > 9 ? -1 : tens * 10 + ones;
});
const longestMonth = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

function decimal(octet: number | undefined): number {
  return octet === undefined ? -1 : (swappedDecimal[octet] ?? -1);
}

/** Quarter hours east of UTC, or NaN: bit 3 of the octet, the top bit of its tens, is the sign. */
function zoneQuarters(octet: number | undefined): number {
  if (octet === undefined) return Number.NaN;
  const quarters = decimal(octet & 0xf7);
  if (quarters < 0 || quarters > 79) return Number.NaN;
  return (octet & 8) === 0 ? quarters : -quarters;
}

function year(octets: Uint8Array): number {
  const twoDigits = decimal(octets[0]);
  // A two-digit year means the one next to our time: service centres did not exist before 1990.
  return twoDigits >= 90 ? 1900 + twoDigits : 2000 + twoDigits;
}

/**
 * True where seven octets are a time that exists: decimal digits, and a month, day, hour, minute, second and zone within bounds.
 * @see 3GPP TS 23.040 9.2.3.11
 */
export function isTimeStamp(octets: Uint8Array): boolean {
  const month = decimal(octets[1]);
  const day = decimal(octets[2]);
  if (decimal(octets[0]) < 0 || month < 1 || month > 12 || day < 1 || day > (longestMonth[month - 1] ?? 0)) return false;
  if (day === 29 && month === 2 && year(octets) % 4 !== 0) return false;
  const hour = decimal(octets[3]);
  const minute = decimal(octets[4]);
  const second = decimal(octets[5]);
  if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 59) return false;
  return octets.length === 7 && !Number.isNaN(zoneQuarters(octets[6]));
}

/** Milliseconds since 1970-01-01 UTC of a time stamp, or null where it is no time. @see 3GPP TS 23.040 9.2.3.11 */
export function timeStampMs(octets: Uint8Array): number | null {
  if (!isTimeStamp(octets)) return null;
  const local = Date.UTC(
    year(octets),
    decimal(octets[1]) - 1,
    decimal(octets[2]),
    decimal(octets[3]),
    decimal(octets[4]),
    decimal(octets[5]),
  );
  return local - zoneQuarters(octets[6]) * 15 * minuteMs;
}

function two(value: number): string {
  return value < 10 ? `0${value}` : String(value);
}

/** A time stamp in ISO 8601 with the zone it was written in, such as `2026-11-22T19:38:50+00:00`; null where it is no time. */
export function formatTimeStamp(octets: Uint8Array): string | null {
  if (!isTimeStamp(octets)) return null;
  const quarters = zoneQuarters(octets[6]);
  const minutes = Math.abs(quarters) * 15;
  const part = (index: number): string => two(decimal(octets[index]));
  // ISO 8601 knows no negative zone of zero.
  const sign = quarters < 0 ? '-' : '+';
  const zone = `${sign}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
  return `${year(octets)}-${part(1)}-${part(2)}T${part(3)}:${part(4)}:${part(5)}${zone}`;
}

/**
 * The seven octets of a time stamp written in ISO 8601 with an offset in whole quarter hours, or `Z`.
 * @throws EncodeError `sms/bad-time`
 * @see 3GPP TS 23.040 9.2.3.11
 */
export function timeStampFromText(text: string, field = 'timeStamp'): Uint8Array {
  const found = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:Z|([+-])(\d\d):(\d\d))$/.exec(text);
  const swapped = (value: number): number => ((value % 10) << 4) | Math.floor(value / 10);
  const [, century = '', month = '', day = '', hour = '', minute = '', second = '', sign = '+', zoneHours = '0', zoneMinutes = '0'] =
    found ?? [];
  const quarters = Number(zoneHours) * 4 + Number(zoneMinutes) / 15;
  const octets = Uint8Array.from([
    swapped(Number(century) % 100),
    swapped(Number(month)),
    swapped(Number(day)),
    swapped(Number(hour)),
    swapped(Number(minute)),
    swapped(Number(second)),
    swapped(quarters) | (sign === '-' ? 8 : 0),
  ]);
  if (found === null || !Number.isInteger(quarters) || quarters > 79 || !isTimeStamp(octets) || year(octets) !== Number(century)) {
    throw new EncodeError(
      'sms/bad-time',
      `${JSON.stringify(text)} is no time with an offset in quarter hours between 1990 and 2089`,
      field,
    );
  }
  return octets;
}
