import { describe, expect, test } from 'vitest';
import { bodies, macs } from '../dm/dm.vectors.js';
import { packSuplInit } from '../dm/supl-init.testing.js';
import { type Annotation, fromHex } from '../octets/index.js';
import { fromWdp } from '../push/index.js';
import { route } from '../routing/index.js';
import { type DmContent, type DmSecrets, readDmContent } from './dm-content.js';

function read(wsp: string, secrets: DmSecrets = {}, annotations?: Annotation[]): DmContent & { readonly codes: readonly string[] } {
  const octets = fromHex(wsp);
  const arrival = fromWdp({ destinationPort: 2948, sourcePort: 9200, portBits: 16, octets });
  if (arrival.kind !== 'push') throw new TypeError('no push');
  const annotate = annotations === undefined ? undefined : (annotation: Annotation) => annotations.push(annotation);
  const content = readDmContent(arrival, route(arrival).verdict, secrets, {
    annotate,
    bodyOffset: arrival.body.byteOffset - octets.byteOffset,
  });
  return { ...content, codes: content.diagnostics.map(({ code }) => code) };
}

const body = bodies.bootstrap_dm12.wbxml;
const secured = (code: string, mac: string): string => `0406311F2DC291${code}92${Buffer.from(mac).toString('hex')}00AF87${body}`;
const netwPin = secured('80', macs[0].mac);

describe('what a body says', () => {
  test('a DM message is described, and nobody vouches for it where nothing was sent', () => {
    const content = read(`010603C2AF87${bodies.sessionless_replace.wbxml}`);
    expect(content).toMatchObject({
      kind: 'other',
      codes: [],
      members: { dm: { kind: 'sessionless', sessionId: '2F' }, authentication: { result: 'none' } },
    });
  });

  test('a DM message in XML is described alike', () => {
    const xml = Buffer.from(bodies.sessionless_replace.xml).toString('hex');
    const form = (wsp: string): unknown => read(wsp).members.dm;
    expect(form(`010603C3AF87${xml}`)).toMatchObject({ kind: 'sessionless', commands: [{ name: 'Replace', items: [{ preview: '7' }] }] });
  });

  test('the character set of the content type counts for a body in XML', () => {
    const latin1 = bodies.sessionless_replace.xml.replace('>7<', '>\u00e9<').replace(' encoding="UTF-8"', '');
    const content = read(`01060603C38184AF87${Buffer.from(latin1, 'latin1').toString('hex')}`);
    expect(content).toMatchObject({ codes: [], members: { dm: { commands: [{ items: [{ preview: '\u00e9' }] }] } } });
  });

  test.each([
    ['010603BEAF848C82985400', 'mms-notification'],
    ['010603BEAF848C869854', 'mms-delivery-report'],
    ['010603BEAF84FF', 'mms-message'],
    ['01060603020312AF9000', 'supl-init'],
  ])('%s for another application is named: %s', (wsp, kind) => {
    expect(read(wsp)).toMatchObject({ authentication: null, members: { content: { kind, xml: null } } });
  });

  test('a bootstrap is checked with the IMSI of the SIM that received it', () => {
    expect(read(netwPin, { imsi: '001010123456789' }).members.authentication).toEqual({
      result: 'mac-ok',
      method: 'NETWPIN',
      rule: 'imsi-semi-octets',
      weak: false,
    });
    expect(read(netwPin, { imsi: '001010123456780' }).members.authentication).toMatchObject({ result: 'mac-bad' });
    expect(read(netwPin).members.authentication).toMatchObject({ result: 'mac-unverifiable' });
    expect(read(`${netwPin.slice(0, -4)}0001`, { imsi: '001010123456789' }).members.authentication).toMatchObject({ result: 'mac-bad' });
  });

  test('a notification is read and its digest checked', () => {
    const wsp = '060603C4AF8730805BDC1B19B5E20E8C67C0E798F71902D8000000002F10646D2E62656E63682E696E76616C6964';
    const server = (id: string): { password: string; nonce: Uint8Array } | null =>
      id === 'dm.bench.invalid' ? { password: 'srvpwd', nonce: Buffer.from('nonce01') } : null;
    expect(read(wsp, { server })).toMatchObject({
      kind: 'notification',
      members: {
        notification: { version: '1.1', uiMode: 'background', initiator: 'server', sessionId: 47, serverId: 'dm.bench.invalid' },
        authentication: { result: 'mac-ok', rule: 'agreed-nonce' },
      },
    });
    expect(read(wsp).members.authentication).toMatchObject({ result: 'mac-unverifiable', method: 'digest' });
    expect(read('060603D8AF8700')).toMatchObject({ codes: ['dm/notification-1-3'], authentication: { result: 'mac-unverifiable' } });
  });

  test('what cannot be read stays octets, with a diagnostic and what is known of its sender', () => {
    expect(read('010603C2AF8702A4016A006D')).toMatchObject({
      codes: ['octets/truncated'],
      members: { authentication: { result: 'none' } },
    });
    expect(read(`${netwPin}FF`, { imsi: '001010123456789' })).toMatchObject({
      kind: 'bootstrap',
      codes: ['octets/trailing'],
      authentication: { result: 'mac-bad' },
    });
    expect(read('060603C4AF8700')).toMatchObject({ kind: 'notification', codes: ['octets/truncated'] });
  });

  test('a document for someone else is shown in brief', () => {
    expect(read('010603AEAF81' + '02056A0045C60D0361008507010373000101').members.content).toEqual({
      kind: 'service-indication',
      xml: '<si>\n  <indication href="http://www.a.com/" action="signal-medium">s</indication>\n</si>',
    });
    expect(read('010603AEAF81' + '02056A0045C60D')).toMatchObject({
      codes: ['octets/truncated'],
      members: { content: { kind: 'service-indication', xml: null, octets: 7 } },
    });
    expect(read('010603BEAF84' + '8C8286').members).toEqual({
      content: {
        kind: 'mms-notification',
        xml: null,
        octets: 3,
        headers: [{ name: 'X-Mms-Message-Type', value: 'm-notification-ind' }],
      },
    });
    expect(read('010603BEAF84' + '8C8286').diagnostics).toMatchObject([{ code: 'octets/truncated', offset: 9 }]);
    expect(read(`01060603020312AF90${packSuplInit({ slpSession: { id: '0000002A', slp: '192.0.2.1' }, nonProxy: true })}`)).toMatchObject({
      codes: [],
      members: { content: { kind: 'supl-init', octets: 16, supl: { version: '1.0.0', slpSessionId: '0000002A', slpMode: 'nonProxy' } } },
    });
    expect(read('01060603020312AF9000')).toMatchObject({
      codes: ['octets/truncated'],
      members: { content: { kind: 'supl-init', xml: null, octets: 1 } },
    });
  });

  test('a document that was read is annotated octet by octet, one that was not is not annotated half', () => {
    const whole: Annotation[] = [];
    read(`010603C2AF87${bodies.sessionless_replace.wbxml}`, {}, whole);
    expect(whole[0]).toMatchObject({ offset: 6, field: 'wbxml.version', meaning: 'WBXML 1.2' });
    expect(whole.reduce((sum, { octets }) => sum + octets.length, 0)).toBe(bodies.sessionless_replace.wbxml.length / 2);
    const half: Annotation[] = [];
    read('010603C2AF8702A4016A006D', {}, half);
    read('010603AEAF81' + '02056A0045C60D', {}, half);
    expect(half).toEqual([]);
  });
});
