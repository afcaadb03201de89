import { expect, test } from 'vitest';
import { findProfile, hasQuirk, knownUsbDevices, matchProfile, profiles, quirks } from './index.js';

test('every profile has its own id and lists only quirks that exist', () => {
  expect(new Set(profiles.map(({ id }) => id)).size).toBe(profiles.length);
  for (const { quirks: listed } of profiles) expect(listed.filter((quirk) => !(quirk in quirks))).toEqual([]);
  expect(findProfile('plain-27005')?.id).toBe('plain-27005');
  expect(findProfile('no-such')).toBeNull();
});

test('a modem that no profile describes is a plain one without quirks', () => {
  const profile = matchProfile({ manufacturer: 'Nobody', model: null, firmware: null });
  expect([profile.id, hasQuirk(profile, 'no-acknowledgement')]).toEqual(['plain-27005', false]);
});

test('USB ids are written in one way and stand once', () => {
  expect(knownUsbDevices.filter(({ id }) => !/^[0-9a-f]{4}:[0-9a-f]{4}$/.test(id))).toEqual([]);
  expect(new Set(knownUsbDevices.map(({ id }) => id)).size).toBe(knownUsbDevices.length);
  for (const { id, roles } of knownUsbDevices)
    expect([id, Object.values(roles).filter((role) => role === 'at').length <= 1]).toEqual([id, true]);
});
