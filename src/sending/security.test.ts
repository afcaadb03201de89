import { describe, expect, test } from 'vitest';
import { authenticateBootstrap } from '../dm/index.js';
import { keyRules } from './key-rules.js';
import { type SecurityMethod, secureBootstrap } from './security.js';

const body = new TextEncoder().encode('a bootstrap');
const imsi = '001010123456789';
const pins = ['1234'];

describe('the MAC of a bootstrap', () => {
  // HMAC-SHA1 as openssl computes it: printf 'a bootstrap' | openssl dgst -sha1 -mac HMAC -macopt hexkey:0910101032547698
  test('is what openssl computes from the semi-octets of the IMSI', () => {
    expect(secureBootstrap('NETWPIN', body, { imsi }).parameters[1]?.value).toBe('A0B8F6C3BABA4907DBF6F7AC40C061F9BD24658B');
    expect(secureBootstrap('USERPIN', body, { pins }).parameters[1]?.value).toBe('C8B9D1FE07871D0D49E4670D6168D783C51DBAC1');
  });

  test.each<[SecurityMethod, string]>([
    ['NETWPIN', 'imsi-semi-octets'],
    ['NETWPIN', 'imsi-digits'],
    ['USERPIN', 'pin-digits'],
    ['USERNETWPIN', 'imsi-semi-octets-then-pin'],
    ['USERNETWPIN', 'pin-colon-imsi-semi-octets'],
    ['USERNETWPIN', 'pin-colon-imsi-digits'],
  ])('of %s by %s is accepted by a receiver that has the secrets, and names the rule', (method, rule) => {
    expect(keyRules).toContain(rule);
    const { parameters } = secureBootstrap(method, body, { imsi, pins }, rule);
    const [security, mac] = parameters.map(({ value }) => value);
    expect(authenticateBootstrap({ security: security ?? null, mac: mac ?? null }, body, { imsi, pins })).toMatchObject({
      result: 'mac-ok',
      rule,
    });
  });

  test('needs its secrets, and no complaint holds one', () => {
    expect(() => secureBootstrap('NETWPIN', body, {})).toThrow('needs an IMSI');
    expect(() => secureBootstrap('USERNETWPIN', body, { imsi })).toThrow('needs a PIN');
    for (const wrong of [{ imsi: '00101secret' }, { imsi, pins: ['12secret'] }]) {
      expect(() => secureBootstrap('USERNETWPIN', body, { pins, ...wrong })).not.toThrow('secret');
    }
    expect(() => secureBootstrap('NETWPIN', body, { imsi }, 'pin-digits')).toThrow('no key rule');
  });
});
