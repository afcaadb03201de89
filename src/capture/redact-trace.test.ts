import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fromHex } from '../octets/index.js';
import { decodePduMode, decodeText } from '../sms/index.js';
import { redactTrace } from './index.js';

// Made by hand from 3GPP TS 23.040 9.2.2.1: from +44770089012 by +31624000000, 8-bit data "IMEI:350000000000006" to port 2948.
const withIdentity = `07911326040000F0440B914477009810F20004621122918305001B06050${'4'}0B8423F0494D45493A333530303030303030303030303036`;
// "call 0123456789" in 7 bit without a header, and "0123456789" in UCS2.
const withText = '00040B914477009810F2000062112291830500' + '0F' + 'E3309B0D82C564335ACD76C3E500';
const withUcs2 = `00040B914477009810F2000862112291830500140030003100320033003400350036003700380039`;

const chunk = (way: string, text: string, at = 0) => `+${at.toFixed(3)} ${way} ${JSON.stringify(text)}`;
const textsOf = (trace: string): string[] =>
  trace.split('\n').flatMap((line) => (/^\+\S+ [<>]/.test(line) ? [JSON.parse(line.replace(/^\S+ . /, ''))] : []));

describe('a redacted trace', () => {
  const trace = [
    '# profile: plain   firmware: 1   redacted: no',
    chunk('>', 'AT+CGSN\r'),
    chunk('<', '\r\n3522990512'),
    chunk('<', '34567\r\n\r\nOK\r\n'),
    chunk('<', '\r\n+CSCA: "+31624000000",145\r\n'),
    chunk('<', '\r\n+CCID: 89441000304278123456\r\n'),
    chunk('>', 'AT+CPIN="4711"\r'),
    chunk('<', `\r\n+CMT: "+44770089012",${withIdentity.length / 2 - 8}\r\n${withIdentity.slice(0, 31)}`),
    chunk('<', `${withIdentity.slice(31)}\r\n`),
    '+4.120 ! "port closed"',
  ].join('\n');
  const redacted = redactTrace(trace);

  test('keeps its lines, the length of every chunk, and its events', () => {
    expect(redacted.split('\n')).toHaveLength(trace.split('\n').length);
    expect(textsOf(redacted).map((text) => text.length)).toEqual(textsOf(trace).map((text) => text.length));
    expect(redacted).toContain('+4.120 ! "port closed"');
    expect(redacted).toContain('redacted: yes');
  });

  test('holds no identity, no PIN and no number, in the clear or in a PDU', () => {
    const all = textsOf(redacted).join('');
    for (const secret of [
      '352299051234567',
      '89441000304278123456',
      '4711',
      '44770089012',
      '4477009810F2',
      '31624000000',
      '1326040000F0',
    ]) {
      expect(all).not.toContain(secret);
    }
    expect(all).not.toContain(withIdentity.slice(-30));
  });

  test('gives equal numbers equal stand-ins inside PDUs and outside', () => {
    const all = textsOf(redacted).join('');
    const sender = /\+CMT: "(\+\d+)"/.exec(all)?.[1];
    const centre = /\+CSCA: "(\+\d+)"/.exec(all)?.[1];
    const pdu = new RegExp(`[0-9A-F]{${withIdentity.length}}`).exec(all)?.[0] ?? '';
    const decoded = decodePduMode(fromHex(pdu), { direction: 'from-modem' });
    expect(decoded.serviceCentreAddress?.text).toBe(centre);
    expect(decoded.tpdu).toMatchObject({
      type: 'SMS-DELIVER',
      originatingAddress: { text: sender },
      userDataHeader: { ports: { destination: 2948 } },
    });
  });
});

test.each([
  ['7 bit', withText],
  ['UCS2', withUcs2],
])('a number in %s text gets a stand-in of the same length', (_name, pdu) => {
  const read = (hex: string) => {
    const { tpdu } = decodePduMode(fromHex(hex), { direction: 'from-modem' });
    return tpdu.type === 'SMS-DELIVER' ? decodeText(tpdu).text : null;
  };
  expect(read(pdu)).toContain('0123456789');
  const [text = ''] = textsOf(redactTrace(chunk('<', `\r\n${pdu}\r\n`)));
  const after = read(text.trim());
  expect(after).not.toContain('0123456789');
  expect(after?.replace(/\d{10}$/, '')).toBe(read(pdu)?.replace(/\d{10}$/, ''));
});

test('any trace keeps the lengths of its chunks', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: fc.constantFrom(...'0123456789ABCDEF+:",\r\n '), maxLength: 60 })), (texts) => {
      const trace = texts.map((text, at) => chunk(at % 2 === 0 ? '<' : '>', text)).join('\n');
      expect(textsOf(redactTrace(trace)).map((text) => text.length)).toEqual(texts.map((text) => text.length));
    }),
  );
});
