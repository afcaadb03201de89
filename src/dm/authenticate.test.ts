import { describe, expect, test } from 'vitest';
import { DecodeError, EncodeError, fromHex, toHex } from '../octets/index.js';
import { bodies, macs } from './dm.vectors.js';
import {
  authenticateBootstrap,
  authenticateNotification,
  decodeNotification,
  encodeTrigger,
  imsiSemiOctets,
  notificationDigest,
  userPinMac,
} from './index.js';

const utf8 = new TextEncoder();
const body = fromHex(bodies.bootstrap_dm12.wbxml);
const secrets = { imsi: '001010123456789', pins: ['0000', '1234'] };

describe('bootstraps', () => {
  // Made by hand from GSM 11.11 EF IMSI; two independent programs agree.
  test.each([
    ['001010123456789', '0910101032547698'],
    ['00101012345678', '01101010325476F8'],
  ])('IMSI %s is %s in a SIM', (imsi, octets) => {
    expect(toHex(imsiSemiOctets(imsi))).toBe(octets);
  });

  test.each(macs)('$security by $rule', ({ security, rule, mac }) => {
    expect(authenticateBootstrap({ security, mac }, body, secrets)).toEqual({
      result: 'mac-ok',
      method: security,
      rule,
      weak: security === 'USERPIN',
    });
    expect(authenticateBootstrap({ security: security.toLowerCase(), mac: mac.toLowerCase() }, body, secrets).result).toBe('mac-ok');
    const changed = body.slice();
    changed[60] = (changed[60] ?? 0) ^ 1;
    expect(authenticateBootstrap({ security, mac }, changed, secrets)).toEqual({
      result: 'mac-bad',
      method: security,
      rule: null,
      weak: false,
    });
    expect(authenticateBootstrap({ security, mac: mac.slice(2) }, body, secrets).result).toBe('mac-bad');
    expect(authenticateBootstrap({ security, mac: null }, body, secrets).result).toBe('mac-bad');
    expect(authenticateBootstrap({ security, mac }, body, {}).result).toBe('mac-unverifiable');
    expect(authenticateBootstrap({ security, mac }, body, { imsi: '001010123456780', pins: ['1111'] }).result).toBe('mac-bad');
  });

  test('nothing that vouches is none, a method nobody knows is unverifiable', () => {
    expect(authenticateBootstrap({ security: null, mac: null }, body, secrets).result).toBe('none');
    expect(authenticateBootstrap({ security: '5', mac: 'AA' }, body, secrets).result).toBe('mac-unverifiable');
    expect(authenticateBootstrap({ security: null, mac: 'AA' }, body, secrets).result).toBe('mac-unverifiable');
  });

  test('with USERPINMAC the second half of the PIN is the MAC', () => {
    expect(userPinMac('73914', body)).toBe('7391474769');
    const check = (pins: readonly string[]): string => authenticateBootstrap({ security: 'USERPINMAC', mac: null }, body, { pins }).result;
    expect(check(['7391474769'])).toBe('mac-ok');
    expect(check(['1111111111', '7391474769'])).toBe('mac-ok');
    expect(check(['7391474768'])).toBe('mac-bad');
    expect(check(['1234'])).toBe('mac-unverifiable');
  });
});

describe('notifications', () => {
  // Made by hand from OMA-TS-DM_Notification 1.2.1, section 6.2; digests computed alike by Python and Node.
  const trigger = '02D8000000002F10646D2E62656E63682E696E76616C6964';
  const whole = `30805BDC1B19B5E20E8C67C0E798F719${trigger}`;
  const notification = decodeNotification(fromHex(whole));

  test('is read', () => {
    expect(notification).toMatchObject({
      version: 11,
      uiMode: 'background',
      initiator: 'server',
      sessionId: 0x2f,
      serverId: 'dm.bench.invalid',
      futureUse: 0,
      diagnostics: [],
    });
    expect(toHex(notification.digest)).toBe(whole.slice(0, 32));
  });

  test('is written', () => {
    expect(
      toHex(encodeTrigger({ version: 11, uiMode: 'background', initiator: 'server', sessionId: 0x2f, serverId: 'dm.bench.invalid' })),
    ).toBe(trigger);
    expect(
      toHex(
        encodeTrigger({ version: 12, uiMode: 'user-interaction', initiator: 'client', sessionId: 0xffff, serverId: 'x'.repeat(16) }),
      ).slice(0, 16),
    ).toBe('0330000000FFFF10');
    expect(toHex(notificationDigest('dm.bench.invalid', { password: 'srvpwd', nonce: utf8.encode('nonce01') }, fromHex(trigger)))).toBe(
      whole.slice(0, 32),
    );
  });

  test.each([
    ['30805BDC1B19B5E20E8C67C0E798F719', 'agreed-nonce', 'nonce01'],
    ['FA145640A6C4E1BD3878DE82BA4AC15F', 'default-nonce-as-text', 'another'],
    ['7F1F712A9AE09F3EF6B9DF133FEE9554', 'default-nonce-as-octets', 'another'],
  ])('digest %s is checked by the %s', (digest, rule, nonce) => {
    const sent = decodeNotification(fromHex(digest + trigger));
    expect(authenticateNotification(sent, { password: 'srvpwd', nonce: utf8.encode(nonce) })).toEqual({
      result: 'mac-ok',
      method: 'digest',
      rule,
      weak: false,
    });
    expect(authenticateNotification(sent, { password: 'other', nonce: utf8.encode(nonce) }).result).toBe('mac-bad');
    expect(authenticateNotification(sent, null).result).toBe('mac-unverifiable');
  });

  test.each([
    ['', 'octets/truncated', 0],
    [whole.slice(0, 46), 'octets/truncated', 23],
    [`${whole.slice(0, 46)}00`, 'dm/bad-server-id', 23],
    [whole.slice(0, -2), 'octets/truncated', 24],
  ])('%s is refused', (hex, code, offset) => {
    expect(() => decodeNotification(fromHex(hex))).toThrow(expect.objectContaining({ code, offset }));
    expect(() => decodeNotification(fromHex(hex))).toThrow(DecodeError);
  });

  test("bits for future use and a session id of zero are told, what follows the server id is the vendor's", () => {
    const sent = decodeNotification(fromHex(`${'00'.repeat(16)}02DF000001000002414233`));
    expect(sent).toMatchObject({ futureUse: 0x07000001, sessionId: 0, serverId: 'AB' });
    expect(toHex(sent.vendorSpecific)).toBe('33');
    expect(sent.diagnostics.map(({ code }) => code)).toEqual(['dm/future-use-bits', 'dm/session-id-zero']);
    expect(toHex(encodeTrigger({ ...sent }))).toBe(toHex(sent.trigger));
  });

  test.each([
    { version: 1024 },
    { version: -1 },
    { sessionId: 0x10000 },
    { serverId: '' },
    { serverId: 'x'.repeat(256) },
    { futureUse: 2 ** 27 },
  ])('%o has no octets', (wrong) => {
    expect(() => encodeTrigger({ version: 11, uiMode: 'background', initiator: 'server', sessionId: 1, serverId: 'a', ...wrong })).toThrow(
      EncodeError,
    );
  });
});
