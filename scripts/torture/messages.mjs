// Messages as the service centre would send them, put together by hand from the clauses named; nothing of wapbridge's own encoders.

const hex = (value, digits = 2) => value.toString(16).toUpperCase().padStart(digits, '0');

/** Digits as semi-octets, the low one first. @see 3GPP TS 23.040 9.1.2.3 */
const semiOctets = (digits) => (digits.length % 2 === 0 ? digits : `${digits}F`).replace(/(.)(.)/g, '$2$1');

/** A time stamp for each number, no two alike within a year. @see 3GPP TS 23.040 9.2.3.11 */
function timeStamp(number) {
  const two = (value) => semiOctets(String(value).padStart(2, '0'));
  const minutes = Math.floor(number / 60);
  const hours = Math.floor(minutes / 60);
  return `62${two(11)}${two(1 + (Math.floor(hours / 24) % 28))}${two(hours % 24)}${two(minutes % 60)}${two(number % 60)}00`;
}

const kinds = {
  // Content type 0x42 and application id 7: the rule of OMA-TS-DM_PushBinding-V1_3 5.1.3 holds.
  'dm-application': 'C2AF87',
  // Content type 0x44 and application id 7: the rule of OMA-TS-DM_Notification-V1_3.
  'dm-notification': 'C4AF87',
  // Content type 0x3E (MMS) and application id 4.
  'other-application': 'BEAF84',
};

/** Verdicts that {@link pushParts} can bring about. */
export const verdicts = Object.keys(kinds);

/**
 * A push in so many SMS-DELIVER, in order: TPDUs in hex.
 * @see 3GPP TS 23.040 9.2.2.1 and 9.2.3.24, WAP-230-WSP 8.2.4.1
 */
export function pushParts({ verdict, body, total, sender, reference, wide, transaction, number, onCard }) {
  const headers = kinds[verdict];
  const datagram = `${hex(transaction)}06${hex(headers.length / 2)}${headers}${body}`;
  const octets = datagram.length / 2;
  const each = Math.ceil(octets / total);
  return Array.from({ length: total }, (_, index) => {
    const piece = datagram.slice(index * each * 2, (index + 1) * each * 2);
    const concatenation = wide ? `0804${hex(reference, 4)}` : `0003${hex(reference)}`;
    const elements = `05040B8423F0${concatenation}${hex(total)}${hex(index + 1)}`;
    const userData = `${hex(elements.length / 2)}${elements}${piece}`;
    // Class 2 goes to the card, where it is announced with +CMTI and read. @see 3GPP TS 23.038 4
    return `440B91${semiOctets(sender)}00${onCard ? 'F6' : '04'}${timeStamp(number)}${hex(userData.length / 2)}${userData}`;
  });
}

/** Most octets of body that so many parts hold. */
export const bodyRoom = (total, wide) => total * (wide ? 127 : 128) - 6;
/** Fewest octets of body for which each of so many parts has some. */
export const bodyLeast = (total) => Math.max(16, total * (total - 1) + 1);
