import { describe, expect, test } from 'vitest';
import { DecodeError } from '../../octets/index.js';
import { seededRandom } from '../../runtime/index.js';
import { examineRequest } from './examine-request.js';
import { headerList, headerValue, type SipMessage } from './message.js';
import { parseSipMessage } from './parse-message.js';
import { sipText, textWith } from './sip.testing.js';
import { parseSipAddress, parseSipUri } from './uri.js';
import { topVia } from './via.js';

const read = (text: string, options: Parameters<typeof parseSipMessage>[1] = {}): SipMessage =>
  parseSipMessage(Buffer.from(text, 'latin1'), options);
const verdict = (text: string) => {
  const message = read(text);
  if (message.kind !== 'request') throw new TypeError('this is no request');
  const decided = examineRequest(message);
  return decided.is === 'push' ? 200 : decided.status;
};
const codeOf = (text: string, options?: Parameters<typeof parseSipMessage>[1]): string => {
  try {
    read(text, options);
    return 'read';
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    expect(error.offset).toBeGreaterThanOrEqual(0);
    expect(error.offset).toBeLessThanOrEqual(text.length);
    return error.code;
  }
};

describe('a message', () => {
  test('has its short names in their long form, its folded lines joined and its body cut to Content-Length (RFC 3261 7.3)', () => {
    const message = read(
      'MESSAGE sip:dev@b.invalid SIP/2.0\r\nv: SIP/2.0/TCP h;branch=z9hG4bKx\r\nf: <sip:a@b>;tag=1\r\nt: <sip:c@d>\r\ni: 1\r\nCSeq: 1\r\n\tMESSAGE\r\nl: 3\r\n\r\nabcdef',
      { stream: true },
    );
    expect(message.faults).toEqual([]);
    expect(message.headers.map(({ name, sentName }) => [name, sentName]).slice(0, 2)).toEqual([
      ['via', 'v'],
      ['from', 'f'],
    ]);
    expect(headerValue(message, 'cseq')).toBe('1 MESSAGE');
    expect(Buffer.from(message.body).toString()).toBe('abc');
  });

  test('keeps the octets of a value that are no ASCII, the last one too', () => {
    // 0xA0 ends the letter à in UTF-8, and is a blank in Latin-1.
    const message = read(textWith({ Subject: 'voil\u00c3\u00a0' }));
    expect(headerValue(message, 'subject')).toBe('voil\u00c3\u00a0');
  });

  test('is found behind line ends that keep a connection alive (RFC 3261 7.5)', () => {
    expect(read(`\r\n\r\n${sipText}`).faults).toEqual([]);
  });

  test('may be an answer, whose phrase may be empty or in any language (RFC 4475 3.1.1.12, 3.1.1.13)', () => {
    const answer = (line: string) => read(`${line}\r\nVia: SIP/2.0/UDP h\r\nContent-Length: 0\r\n\r\n`);
    expect(answer('SIP/2.0 100 ')).toMatchObject({ kind: 'response', status: 100, reason: '' });
    expect(answer('sip/2.0 200')).toMatchObject({ kind: 'response', status: 200, version: 'SIP/2.0' });
    expect(answer('SIP/2.0 200 = 2**3 * \u00d0\u00b2')).toMatchObject({ status: 200, reason: '= 2**3 * \u00d0\u00b2' });
  });

  test.each([
    ['without a start line', '\r\n\r\n', 'endpoints/sip-truncated'],
    ['that ends before the empty line', 'MESSAGE sip:a@b SIP/2.0\r\nTo: x\r\n', 'endpoints/sip-truncated'],
    ['of another protocol', 'GET / HTTP/1.1\r\nHost: x\r\n\r\n', 'endpoints/sip-start-line'],
    ['whose method is no token', 'MES{SAGE sip:a@b SIP/2.0\r\n\r\n', 'endpoints/sip-start-line'],
    ['with a status beyond 699 (RFC 4475 3.1.2.19)', 'SIP/2.0 4294967301 better not\r\n\r\n', 'endpoints/sip-start-line'],
    ['whose header fields do not end', `MESSAGE sip:a@b SIP/2.0\r\nTo: ${'x'.repeat(20_000)}`, 'endpoints/sip-too-large'],
    ['whose header fields are too long', `MESSAGE sip:a@b SIP/2.0\r\nTo: ${'x'.repeat(20_000)}\r\n\r\n`, 'endpoints/sip-too-large'],
  ])('%s cannot be answered, and is an error that says where', (_, text, code) => {
    expect(codeOf(text)).toBe(code);
  });

  test.each([
    ['a line without a name', textWith({ '': 'x' }), /no header field/],
    ['a letter in place of a header field', sipText.replace('Max-Forwards', 'x\r\nMax-Forwards'), /no header field/],
    ['a control character', textWith({ Subject: 'a\u0007b' }), /control character/],
    ['a line end behind a backslash', textWith({ Subject: '"a\\\rb"' }), /control character/],
    ['From twice', textWith({ From: '<sip:a@b>', from: '<sip:c@d>' }), /more than once/],
    ['a body shorter than it says (RFC 4475 3.1.2.2)', textWith({ 'Content-Length': '9999' }), /9999 octets/],
    ['a negative length (RFC 4475 3.1.2.3)', textWith({ 'Content-Length': '-999' }), /no number/],
    ['a body that is too large', textWith({ 'Content-Length': '262145' }), /more than 262144/],
    ['129 header fields', textWith(Object.fromEntries(Array.from({ length: 129 }, (_, index) => [`X-${index}`, '']))), /128 header fields/],
    ['blanks behind the request line (RFC 4475 3.1.2.10)', sipText.replace('SIP/2.0\r\n', 'SIP/2.0  \r\n'), /blanks/],
  ])('with %s can be answered, and says so', (_, text, what) => {
    const message = read(text);
    expect(message.faults[0]?.message).toMatch(what);
    expect(message.faults.every((fault) => fault instanceof DecodeError && fault.offset <= text.length)).toBe(true);
    expect([400, 413]).toContain(verdict(text));
  });

  test('tells of four things that are wrong with it at most, however many are', () => {
    const lines = Array.from({ length: 50 }, () => 'no header field').join('\r\n');
    expect(read(sipText.replace('Max-Forwards', `${lines}\r\nMax-Forwards`)).faults).toHaveLength(4);
  });

  test('says its length on a stream, and takes what comes in a datagram (RFC 3261 18.3)', () => {
    const text = textWith({ 'Content-Length': null });
    expect(read(text).faults).toEqual([]);
    expect(Buffer.from(read(text).body).toString()).toBe('body');
    expect(read(text, { stream: true }).faults[0]?.code).toBe('endpoints/sip-content-length');
  });

  test('whose octets were changed is a message or a located error, and is decided about', () => {
    const random = seededRandom(9);
    const octets = Buffer.from(sipText, 'latin1');
    for (let round = 0; round < 5000; round += 1) {
      const changed = Uint8Array.from(octets);
      for (let change = 0; change < 3; change += 1)
        changed[Math.floor(random.fraction() * changed.length)] = Math.floor(random.fraction() * 256);
      try {
        const message = parseSipMessage(changed);
        if (message.kind === 'request') examineRequest(message);
      } catch (error) {
        expect(error).toBeInstanceOf(DecodeError);
      }
    }
  });
});

/** Written by hand from the clause that is named, not the messages printed there. @see RFC 4475 3 */
describe('the torture of RFC 4475: what is odd and right', () => {
  test('3.1.1.1: blanks and line ends everywhere, empty values, short names, numbers with zeros before them', () => {
    const text = [
      'MESSAGE sip:dev@b.invalid;unknownparam SIP/2.0',
      'TO :',
      ' sip:dev@b.invalid ;   tag    = 1928',
      'from   : "A \\"quoted\\" name, and a comma" <sip:caller@b.invalid>',
      '  ;',
      '  tag = 98asjd8',
      'MaX-fOrWaRdS: 0068',
      'Call-ID: wsinv.invalid',
      'Content-Length   : 0004',
      'cseq: 0009',
      '  MESSAGE',
      'Via  : SIP  /   2.0',
      ' /UDP',
      '    192.0.2.2 : 5061;branch=390skdjuw',
      's :',
      'NewFangledHeader:   newfangled value',
      ' continued newfangled value',
      'UnknownHeaderWithUnusualValue: ;;,,;;,;',
      'Content-Type: application / vnd.syncml.dm+wbxml',
      'v:  SIP  / 2.0  / TCP     spindle.b.invalid   ;',
      '  branch  =   z9hG4bK9ikj8  ,',
      ' SIP  /    2.0   / UDP  192.168.255.111   ; branch=',
      ' z9hG4bK30239',
      'm:"Quoted string \\"\\"" <sip:jdrosen@b.invalid> ; newparam =',
      '      newvalue ;',
      '  secondparam ; q = 0.33',
      '',
      'body',
    ].join('\r\n');
    const message = read(text);
    expect(message.faults).toEqual([]);
    expect(verdict(text)).toBe(200);
    // Others know a content type without blanks alone.
    const taken = message.kind === 'request' ? examineRequest(message) : null;
    expect(taken?.is === 'push' ? Object.fromEntries(taken.headers)['Content-Type'] : null).toBe('application/vnd.syncml.dm+wbxml');
    expect(topVia(message)).toMatchObject({ transport: 'UDP', host: '192.0.2.2', port: 5061 });
    expect(headerList(message, 'via')).toHaveLength(3);
    expect(parseSipAddress(headerValue(message, 'to') ?? '')?.parameters.get('tag')).toBe('1928');
    expect(parseSipAddress(headerValue(message, 'from') ?? '')).toMatchObject({ displayName: 'A "quoted" name, and a comma' });
  });

  test('3.1.1.2: every character that a method, a user, a name or a quoted string may hold', () => {
    const method = "!interesting-Method0123456789_*+`.%indeed'~";
    const user = "1_unusual.URI~(to-be!sure)&isn't+it$/crazy?,/;;*";
    const text = [
      `${method} sip:${user}:&it+has=1,weird!*pas$wo~d_too.(doesn't-it)@b.invalid SIP/2.0`,
      `Via: SIP/2.0/UDP host1.b.invalid;branch=z9hG4bK-.!%66*_+\`'~`,
      `To: "BEL:\\\u0007 NUL:\\\u0000 DEL:\\\u007f" <sip:${user}@b.invalid>`,
      "From: token1~` token2'+_ token3*%!.- <sip:mundane@b.invalid>;fromParam''~+*_!.-%=\"\u00d1\u0080\u00d0\u00b0\";tag=_token~1'+`*%!-.",
      'Call-ID: intmeth.word%ZK-!.*_+\'@word`~)(><:\\/"][?}{',
      `CSeq: 139122385 ${method}`,
      'Max-Forwards: 255',
      "extensionHeader-!.%*+_`'~:\u00ef\u00bb\u00bf\u00e5\u00a4\u00a7",
      'Content-Length: 0',
      '',
      '',
    ].join('\r\n');
    const message = read(text);
    expect(message.faults).toEqual([]);
    expect(verdict(text)).toBe(405);
    expect(message).toMatchObject({ kind: 'request', method });
    expect(parseSipUri(message.kind === 'request' ? message.uri : '')).toMatchObject({ user, host: 'b.invalid' });
    expect(topVia(message)?.parameters.get('branch')).toBe("z9hG4bK-.!%66*_+`'~");
  });

  test('3.1.1.3, 3.1.1.4: what is escaped stays as it was sent, a NUL too', () => {
    expect(parseSipUri('sip:sips%3Auser%40b.invalid@b.net')).toMatchObject({ user: 'sips%3Auser%40b.invalid', host: 'b.net' });
    expect(parseSipUri('sip:null-%00-null@b.invalid')).toMatchObject({ user: 'null-%00-null' });
  });

  test('3.1.1.5: a percent sign in a method is a percent sign', () => {
    const text = sipText.replaceAll('MESSAGE', 'MESS%41GE');
    expect(read(text)).toMatchObject({ method: 'MESS%41GE' });
    expect(verdict(text)).toBe(405);
  });

  test('3.1.1.6: no blank between name and address', () => {
    expect(parseSipAddress('caller<sip:caller@b.invalid>;tag=323')).toMatchObject({ displayName: 'caller', uri: 'sip:caller@b.invalid' });
  });

  test('3.1.1.7: long values, short of the bound', () => {
    const hops = Array.from({ length: 30 }, (_, index) => `SIP/2.0/TCP sip${index}.b.invalid;branch=z9hG4bK${'very'.repeat(30)}${index}`);
    const text = textWith({ Via: hops.join(', '), [`Unknown-${'Long'.repeat(60)}-Name`]: 'x'.repeat(3000) });
    expect(read(text).faults).toEqual([]);
    expect(headerList(read(text), 'via')).toHaveLength(30);
    expect(verdict(text)).toBe(200);
  });

  test('3.1.1.8: what stands in a datagram behind the message is nothing', () => {
    expect(Buffer.from(read(`${sipText}${sipText}`).body).toString()).toBe('body');
  });

  test('3.1.1.9: semicolons before the @ belong to the user', () => {
    expect(parseSipUri('sip:user;par=u%40b.net@b.invalid;transport=tcp')).toMatchObject({ user: 'user;par=u%40b.net', host: 'b.invalid' });
  });

  test('3.1.1.10: transports nobody knows may stand in Via', () => {
    const message = read(textWith({ Via: 'SIP/2.0/UNKNOWN t1.b.invalid;branch=z9hG4bKa, SIP/2.0/TLS-SCTP t2;branch=z9hG4bKb' }));
    expect(topVia(message)?.transport).toBe('UNKNOWN');
  });
});

describe('the torture of RFC 4475: what is wrong', () => {
  test.each([
    ['3.1.2.1: separators without anything between them, where an address must stand', textWith({ From: ';;,;,,' }), 400],
    ['3.1.2.4: a CSeq beyond 2^31', textWith({ CSeq: '36893488147419103232 MESSAGE' }), 400],
    ['3.1.2.4: more than 255 hops', textWith({ 'Max-Forwards': '300' }), 400],
    ['3.1.2.6: a quotation that does not end', textWith({ To: '"Mr. J. User <sip:j.user@b.invalid>' }), 400],
    ['3.1.2.7: a Request-URI in brackets', sipText.replace('sip:dev@b.invalid SIP', '<sip:dev@b.invalid> SIP'), 400],
    ['3.1.2.8: a Request-URI with a blank', sipText.replace('sip:dev@b.invalid SIP', 'sip:dev@b.invalid; lr SIP'), 400],
    ['3.1.2.9: two blanks in the request line', sipText.replace('MESSAGE sip:dev@b.invalid SIP', 'MESSAGE  sip:dev@b.invalid  SIP'), 400],
    ['3.1.2.14: a blank in the address, and no scheme', textWith({ To: '"Watson, T." < t.watson@b.invalid >' }), 400],
    ['3.1.2.16: a version of tomorrow', sipText.replace(' SIP/2.0\r\n', ' SIP/7.0\r\n'), 505],
    ['3.1.2.17: another method in CSeq', textWith({ CSeq: '8 INVITE' }), 400],
    ['3.1.2.18: a method nobody knows, and another in CSeq', sipText.replace('MESSAGE sip', 'NEWMETHOD sip'), 400],
    ['3.3.1: no Call-ID', textWith({ 'Call-ID': null }), 400],
    ['3.3.1: no From', textWith({ From: null }), 400],
    ['3.3.1: no To', textWith({ To: null }), 400],
    ['3.3.1: no CSeq', textWith({ CSeq: null }), 400],
    ['3.3.2: a scheme nobody knows in the Request-URI', sipText.replace('sip:dev@b.invalid SIP', 'nobodyknows:sip SIP'), 416],
    ['3.3.3: a scheme that is known elsewhere', sipText.replace('sip:dev@b.invalid SIP', 'soap.beep://192.0.2.103:3002 SIP'), 416],
    ['3.3.5: extensions nobody knows are required', textWith({ Require: 'nothingSupportsThis, gruu' }), 420],
    ['3.3.6: content nobody knows', textWith({ 'Content-Type': 'application/unknownformat' }), 415],
    ['3.3.8: values twice that may stand once', textWith({ CSeq: '5 MESSAGE', cseq: '59 MESSAGE' }), 400],
    ['3.3.9: two lengths', textWith({ 'Content-Length': '4', 'content-length': '3' }), 400],
  ])('%s', (_, text, status) => {
    expect(verdict(text)).toBe(status);
  });

  test.each([
    ['3.3.4: other schemes in From and To', textWith({ To: 'isbn:2983792873', From: '<http://www.b.invalid>;tag=1' })],
    ['3.3.11: no hop is left, and none is needed', textWith({ 'Max-Forwards': '0' })],
    ['3.3.7: credentials of a scheme nobody knows, where nobody asks', textWith({ Authorization: 'NoOneKnows opaque="x"' })],
    ['3.1.2.12: a date in a zone that is none', textWith({ Date: 'Fri, 01 Jan 2010 16:00:00 EST' })],
    ['3.4.1: an elder of RFC 2543, without tags and branch', textWith({ Via: 'SIP/2.0/UDP iftgw.b.invalid', From: '<sip:a@b>' })],
  ])('%s: it is taken', (_, text) => {
    expect(verdict(text)).toBe(200);
  });
});
