/** A request that is right in every way. */
export const sipText = [
  'MESSAGE sip:dev@b.invalid SIP/2.0',
  'Via: SIP/2.0/UDP 192.0.2.1:5070;branch=z9hG4bKx;rport',
  'Max-Forwards: 70',
  'From: <sip:a@b.invalid>;tag=1',
  'To: <sip:dev@b.invalid>',
  'Call-ID: one@b.invalid',
  'CSeq: 1 MESSAGE',
  'Content-Type: application/vnd.syncml.dm+wbxml',
  'Content-Length: 4',
  '',
  'body',
].join('\r\n');

/** {@link sipText} with header fields of other values, further ones, and without those that are null. */
export function textWith(changes: Readonly<Record<string, string | null>>): string {
  const [head = '', body = ''] = sipText.split('\r\n\r\n');
  const lines = head.split('\r\n');
  for (const [name, value] of Object.entries(changes)) {
    const at = lines.findIndex((line) => line.startsWith(`${name}: `) && name !== '');
    if (at >= 0) lines.splice(at, 1);
    if (value !== null) lines.splice(at >= 0 ? at : lines.length, 0, `${name}: ${value}`);
  }
  return `${lines.join('\r\n')}\r\n\r\n${body}`;
}
