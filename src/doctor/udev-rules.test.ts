import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { knownUsbDevices, profiles } from '../profiles/index.js';
import { formatUdevRules } from './index.js';

const file = fileURLToPath(new URL('../../udev/77-wapbridge-modems.rules', import.meta.url));
const rules = readFileSync(file, 'utf8');
const lines = rules.split('\n').filter((line) => line !== '' && !line.startsWith('#'));

/** Whether this udevadm can check a file of rules (from systemd 254 on). */
const canVerify = (() => {
  const { status, stdout } = spawnSync('udevadm', ['--help'], { encoding: 'utf8' });
  return status === 0 && stdout.includes('verify');
})();

/** Vendors with their products from lines of one kind. */
function products(pattern: RegExp): string[] {
  return lines.flatMap((line) => {
    const match = pattern.exec(line);
    return match === null ? [] : (match[2] ?? '').split('|').map((product) => `${match[1]}:${product}`);
  });
}

describe('udev/77-wapbridge-modems.rules', () => {
  test('is what the profiles say', () => {
    expect(rules, 'npm run docs writes it anew').toBe(formatUdevRules());
  });

  test('has the id of every known modem and of every profile once, and of nothing else', () => {
    const modems = knownUsbDevices.filter(({ kind }) => kind === 'modem').map(({ id }) => id);
    const declared = products(/^ATTR\{idVendor\}=="(\w+)", ATTR\{idProduct\}=="([\w|]+)", ENV\{WAPBRIDGE_MODEM\}="1"$/);
    expect(declared).toHaveLength(new Set(declared).size);
    expect([...declared].sort()).toEqual([...modems].sort());
    const ports = products(/^ENV\{ID_VENDOR_ID\}=="(\w+)", ENV\{ID_MODEL_ID\}=="([\w|]+)", ENV\{WAPBRIDGE_PORT\}="1"$/);
    expect([...ports].sort()).toEqual([...modems].sort());
    const hex = (number: number): string => number.toString(16).padStart(4, '0');
    const ofProfiles = profiles.flatMap(({ usb }) => usb.map(({ vendor, product }) => `${hex(vendor)}:${hex(product)}`));
    expect(ofProfiles.length).toBeGreaterThan(20);
    expect(ofProfiles.filter((id) => !declared.includes(id))).toEqual([]);
  });

  test('names the AT interface that the profiles name', () => {
    const wrong = profiles.flatMap(({ usb }) =>
      usb.flatMap(({ vendor, product, atInterface }) => {
        if (atInterface === null) return [];
        const [vendorId, productId] = [vendor, product].map((number) => number.toString(16).padStart(4, '0'));
        const number = atInterface.toString(16).padStart(2, '0');
        const found = lines.some(
          (line) =>
            line.startsWith(`ENV{ID_VENDOR_ID}=="${vendorId}",`) &&
            (/ID_MODEL_ID\}=="([\w|]+)"/.exec(line)?.[1] ?? '').split('|').includes(productId ?? '') &&
            line.includes(`ENV{ID_USB_INTERFACE_NUM}=="${number}", ENV{WAPBRIDGE_AT}="1"`),
        );
        return found ? [] : [`${vendorId}:${productId} ${number}`];
      }),
    );
    expect(wrong).toEqual([]);
  });

  test('every line is keys, operators and values that udev knows, and every jump has its label', () => {
    const item =
      /^(?:ACTION|SUBSYSTEM|SUBSYSTEMS|TEST|LABEL|GOTO|GROUP|MODE|SYMLINK|TAG|(?:ENV|ATTR|ATTRS)\{[\w/]+\})(?:==|!=|=|\+=)"[^"]*"$/;
    expect(lines.filter((line) => !line.split(', ').every((part) => item.test(part)))).toEqual([]);
    const labels = lines.flatMap((line) => /^LABEL="(\w+)"$/.exec(line)?.[1] ?? []);
    const jumps = lines.flatMap((line) => /GOTO="(\w+)"/.exec(line)?.[1] ?? []);
    expect(jumps.filter((label) => !labels.includes(label))).toEqual([]);
    expect(new Set(labels).size).toBe(labels.length);
  });

  // Only systemd 254 and later can do this; where it cannot be asked there is no such test, and the checks above stand alone.
  if (canVerify) {
    test('udevadm verify finds nothing in it', () => {
      expect(execFileSync('udevadm', ['verify', '--no-summary', file], { encoding: 'utf8' })).toBe('');
    });
  }
});
