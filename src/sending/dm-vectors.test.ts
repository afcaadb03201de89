import { describe, expect, test } from 'vitest';
import {
  bodies,
  imsiKeys,
  macs,
  notificationPieces,
  notificationPush,
  notifications,
  otherTrigger,
  userPinMacs,
} from '../dm/dm.vectors.js';
import {
  authenticateBootstrap,
  authenticateNotification,
  bootstrapMac,
  candidateKeys,
  decodeNotification,
  decodeWbxml,
  encodeNotification,
  encodeTrigger,
  encodeWbxml,
  formatXml,
  imsiSemiOctets,
  parseXml,
  userPinMac,
} from '../dm/index.js';
import { fromHex, toHex } from '../octets/index.js';
import { routeVectors } from '../routing/route.vectors.js';
import { decodePush, encodePush, type PushToEncode } from '../wsp/index.js';
import { composePush, type PushToCompose, secureBootstrap } from './index.js';

/**
 * Every vector of bodies, MACs, IMSI keys, notifications and pushes, each read and each built, octet for octet. The names are listed here once
 * more, so that one that goes missing from the vectors is missed.
 */
const names = {
  bodies: ['bootstrap_dm12', 'sessionless_replace', 'generic_alert_1226', 'bootstrap_with_embedded_tnds_wbxml'],
  macs: [
    'NETWPIN imsi-semi-octets',
    'USERPIN pin-digits',
    'USERNETWPIN imsi-semi-octets-then-pin',
    'USERNETWPIN pin-colon-imsi-semi-octets',
    'USERNETWPIN pin-colon-imsi-digits',
    'NETWPIN imsi-digits',
  ],
  userPinMacs: ['73914'],
  imsiKeys: ['001010123456789', '00101012345678'],
  notifications: ['agreed-nonce', 'default-nonce-as-text', 'default-nonce-as-octets'],
  pushes: [
    'wbxml_plain',
    'alert_1226',
    'xml_0x43',
    'bootstrap_netwpin',
    'bootstrap_userpin_1234',
    'ct_text',
    'ct_general_text',
    'ct_charset_utf8',
    'appid_header_name_text',
    'appid_value_text',
    'appid_long_integer',
    'sec_text_networkid',
    'appid_absent',
    'appid_wml_ua',
    'appid_ds',
    'ct_notification',
    'ct_oma_cp',
    'ct_si',
    'ct_text_lookalike',
    'not_a_push',
    'headerslen_overrun',
  ],
};

const utf8 = new TextEncoder();
const secrets = { imsi: '001010123456789', pins: ['1234'] };
const bootstrap = fromHex(bodies.bootstrap_dm12.wbxml);

test('none of the vectors is missing', () => {
  expect({
    bodies: Object.keys(bodies),
    macs: macs.map(({ security, rule }) => `${security} ${rule}`),
    userPinMacs: userPinMacs.map(({ firstHalf }) => firstHalf),
    imsiKeys: imsiKeys.map(({ imsi }) => imsi),
    notifications: notifications.map(({ rule }) => rule),
    pushes: routeVectors.map(({ id }) => id),
  }).toEqual(names);
});

describe('bodies', () => {
  test.each(Object.entries(bodies))('%s is read and built', (_name, { wbxml, xml }) => {
    const document = decodeWbxml(fromHex(wbxml));
    expect(document.diagnostics).toEqual([]);
    expect(toHex(encodeWbxml(document.root))).toBe(wbxml);
    if (xml === null) return;
    const parsed = parseXml(utf8.encode(xml));
    expect(toHex(encodeWbxml(parsed.root, { opaqueData: true }))).toBe(wbxml);
    // How the data travelled is the one thing that this XML does not say: text here, opaque there.
    expect(formatXml(document).replace(/<!\[CDATA\[(.*?)\]\]>/g, '$1')).toBe(formatXml(parsed.root));
  });

  test('the tree inside the fourth is a document of its own, read and built alone', () => {
    const tree = '0200006A1B2D2F2F4F4D412F2F4454442D444D2D44444620312E322F2F454E000002607703312E3200016466034F70000176037600010101';
    expect(bodies.bootstrap_with_embedded_tnds_wbxml.wbxml).toContain(`C338${tree}`);
    expect(toHex(encodeWbxml(decodeWbxml(fromHex(tree)).root))).toBe(tree);
  });
});

describe('keys and MACs', () => {
  test.each(imsiKeys)('the key of $imsi is built', ({ imsi, key }) => {
    expect(toHex(imsiSemiOctets(imsi))).toBe(key);
  });

  test.each(macs)('$security $rule is checked and built', ({ security, rule, mac }) => {
    expect(authenticateBootstrap({ security, mac }, bootstrap, secrets)).toMatchObject({ result: 'mac-ok', rule });
    expect(secureBootstrap(security, bootstrap, secrets, rule).parameters).toEqual([
      { name: 'SEC', value: security },
      { name: 'MAC', value: mac },
    ]);
    const keys = candidateKeys(security, secrets).filter((candidate) => candidate.rule === rule);
    expect(keys.map(({ key }) => bootstrapMac(key, bootstrap))).toEqual([mac]);
  });

  test.each(userPinMacs)('the PIN of $firstHalf is checked and built', ({ firstHalf, pin }) => {
    expect(userPinMac(firstHalf, bootstrap)).toBe(pin);
    expect(authenticateBootstrap({ security: 'USERPINMAC', mac: null }, bootstrap, { pins: [pin] })).toMatchObject({ result: 'mac-ok' });
  });
});

describe('notifications', () => {
  test.each(notifications)('$rule is read, checked and built', ({ rule, nonce, digest, trigger, password, ...fields }) => {
    const read = decodeNotification(fromHex(digest + trigger));
    const { serverId, version, uiMode, initiator, sessionId } = fields;
    expect(read).toMatchObject({ serverId, version, uiMode, initiator, sessionId, futureUse: 0, diagnostics: [] });
    const agreed = rule === 'agreed-nonce' ? fromHex(nonce) : utf8.encode('another');
    expect(authenticateNotification(read, { password, nonce: agreed })).toMatchObject({ result: 'mac-ok', rule });
    expect(toHex(encodeNotification(fields, { password, nonce: fromHex(nonce) }))).toBe(digest + trigger);
  });

  test('the digests inside the digest', async () => {
    const { createHash } = await import('node:crypto');
    const md5 = (octets: Uint8Array | string): string => createHash('md5').update(octets).digest('hex').toUpperCase();
    const { serverId, password, trigger } = notifications[0];
    expect([md5(`${serverId}:${password}`), md5(fromHex(trigger))]).toEqual([notificationPieces.credentials, notificationPieces.trigger]);
  });

  test('the extremes of every field are read and built', () => {
    const { octets, ...fields } = otherTrigger;
    const built = encodeTrigger({ ...fields, serverId: 'x'.repeat(16) });
    expect(toHex(built).slice(0, 16)).toBe(octets);
    const { version, uiMode, initiator, sessionId } = decodeNotification(Uint8Array.of(...new Uint8Array(16), ...built));
    expect({ version, uiMode, initiator, sessionId, octets }).toEqual(otherTrigger);
  });
});

/** How each push that a sender may make is composed. */
const composed: Readonly<Record<string, Omit<PushToCompose, 'body'>>> = {
  wbxml_plain: { type: 'dm+wbxml' },
  alert_1226: { type: 'dm+wbxml', transactionId: 2 },
  xml_0x43: { type: 'dm+xml', transactionId: 3 },
  bootstrap_netwpin: { type: 'dm+wbxml', transactionId: 4, security: secureBootstrap('NETWPIN', bootstrap, secrets) },
  bootstrap_userpin_1234: { type: 'dm+wbxml', transactionId: 5, security: secureBootstrap('USERPIN', bootstrap, secrets) },
  ct_text: { type: 'dm+wbxml', forms: { contentTypeForm: 'text' } },
  ct_general_text: { type: 'dm+wbxml', forms: { contentTypeForm: 'general-text' } },
  appid_header_name_text: { type: 'dm+wbxml', forms: { applicationIdForm: 'text-name' } },
  appid_value_text: { type: 'dm+wbxml', forms: { applicationIdForm: 'text' } },
  appid_long_integer: { type: 'dm+wbxml', forms: { applicationIdForm: 'long' } },
  appid_absent: { type: 'dm+wbxml', headers: [{ name: 'X-Wap-Application-Id', value: 'none' }] },
  appid_wml_ua: { type: 'dm+wbxml', headers: [{ name: 'X-Wap-Application-Id', value: '2' }] },
  appid_ds: { type: 'dm+wbxml', headers: [{ name: 'X-Wap-Application-Id', value: '5' }] },
  ct_notification: { type: 'notification', transactionId: 6 },
};

const dm = { code: 7 };
/** How the others are encoded, which no sender of device management makes. */
const encoded: Readonly<Record<string, Omit<PushToEncode, 'body'>>> = {
  ct_charset_utf8: { transactionId: 1, contentType: { code: 0x42, parameters: [{ name: 'charset', value: 'utf-8' }] }, applicationId: dm },
  ct_oma_cp: { transactionId: 1, contentType: { code: 0x36 }, applicationId: dm },
  ct_si: { transactionId: 1, contentType: { code: 0x2e }, applicationId: dm },
  ct_text_lookalike: { transactionId: 1, contentType: { name: 'application/vnd.syncml.dm+wbxmlx' }, applicationId: dm },
};

describe('pushes', () => {
  test.each(routeVectors)('$id is read and, where it has octets that can be meant, built', ({ id, hex }) => {
    const octets = fromHex(hex);
    if (id === 'headerslen_overrun') {
      expect(() => decodePush(octets)).toThrow(expect.objectContaining({ code: 'wsp/headers-length' }));
      return;
    }
    if (id === 'not_a_push') {
      expect(() => decodePush(octets)).toThrow(expect.objectContaining({ code: 'wsp/pdu-type' }));
      const { body } = decodePush(octets.with(1, 6));
      expect(toHex(encodePush({ transactionId: 1, pduType: 4, contentType: { code: 0x42 }, applicationId: dm, body }))).toBe(hex);
      return;
    }
    const push = decodePush(octets);
    const [wish, plain] = [composed[id], encoded[id]];
    if (wish !== undefined) expect(toHex(composePush({ ...wish, body: push.body }))).toBe(hex);
    if (plain !== undefined) expect(toHex(encodePush({ ...plain, body: push.body }))).toBe(hex);
    if (wish === undefined && plain === undefined) expect(toHex(encodePush(push))).toBe(hex);
  });

  test('the pushes have the bodies and digests of the other vectors', () => {
    const bodyOf = (id: string): string => toHex(decodePush(fromHex(routeVectors.find((vector) => vector.id === id)?.hex ?? '')).body);
    expect(bodyOf('wbxml_plain')).toBe(bodies.sessionless_replace.wbxml);
    expect(bodyOf('alert_1226')).toBe(bodies.generic_alert_1226.wbxml);
    expect(bodyOf('bootstrap_netwpin')).toBe(bodies.bootstrap_dm12.wbxml);
    expect(bodyOf('xml_0x43')).toBe(toHex(utf8.encode(bodies.sessionless_replace.xml)));
    expect(bodyOf('ct_notification')).toBe(notifications[0].digest + notifications[0].trigger);
    expect(routeVectors.find(({ id }) => id === 'ct_notification')?.hex).toBe(notificationPush);
  });
});
