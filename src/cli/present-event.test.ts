import { expect, test } from 'vitest';
import type { BridgeEvent } from '../bridge/index.js';
import { presentEvent } from './present-event.js';
import { glyphsOf } from './present-message.js';

const calling = { program: 'npx wapbridge', again: 'npx wapbridge --state-dir here' };
const plain = { colour: false, width: 80 };
const say = (event: BridgeEvent, locale = 'C.UTF-8'): string | null => presentEvent(event, plain, glyphsOf({ LANG: locale }), calling);

const part = {
  event: 'part',
  receivedAt: '2026-11-22T19:38:51.204Z',
  binding: 'sms',
  modem: 'a',
  from: '+15550000002',
  concatenation: { reference: 1, total: 3, sequence: 2, bits: 8 },
  pdu: '00',
} as const;

test('a part says which it is and what became of it, and a single one says nothing beside its message', () => {
  expect(say({ ...part, reassembly: 'pending', missing: [1, 3] })).toBe('part 2 of 3 from +15550000002: kept, 2 still missing');
  expect(say({ ...part, reassembly: 'duplicate' })).toBe('part 2 of 3 from +15550000002: a duplicate, came before');
  const { concatenation: _, ...bare } = part;
  const repetition = { ...bare, binding: 'sip', modem: null, from: 'sip:dms@bench.invalid', pdu: null };
  expect(say({ ...repetition, reassembly: 'duplicate' })).toBe('message by sip from sip:dms@bench.invalid: a duplicate, came before');
  expect(say({ ...part, reassembly: 'conflict', missing: [1] })).toContain('contradicts');
  expect(say({ ...part, reassembly: 'single' })).toBeNull();
});

test('a set that stays incomplete says what came and what is missing', () => {
  const set = {
    binding: 'sms',
    modem: 'a',
    from: '+1555',
    concatenation: { reference: 1, total: 14, bits: 8 },
    since: '2026-11-22T19:38:51.204Z',
    missing: [2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12],
    parts: [
      { sequence: 1, receivedAt: '', pdu: '' },
      { sequence: 13, receivedAt: '', pdu: '' },
    ],
  } as const;
  expect(say({ ...set, event: 'incomplete' })).toContain('2 of 14 parts, missing 2, 3, 4, 5, 6, 7, 8, 9, 10, 11 ...');
  expect(say({ ...set, event: 'expired' })).toContain('given up');
});

test('a modem says its state, and why it was lost; a status report says what the status means', () => {
  const modem = {
    event: 'modem',
    modem: 'a',
    port: '/dev/ttyUSB2',
    profile: 'plain',
    manufacturer: 'Example',
    model: 'M1',
    firmware: '1',
  } as const;
  expect(say({ ...modem, state: 'ready' })).toBe('modem a: ready (Example M1, profile plain)');
  expect(say({ ...modem, state: 'lost', reason: 'the port is gone', code: 'modem/port-lost' })).toBe('modem a: lost: the port is gone');
  const report = {
    event: 'report',
    receivedAt: '',
    modem: 'a',
    to: '+1',
    messageReference: 3,
    serviceCentreTimeStamp: null,
    dischargeTime: null,
    pdu: '',
  } as const;
  for (const [status, words] of [
    [0x00, 'completed'],
    [0x20, 'still trying'],
    [0x41, 'failed for good'],
    [0x61, 'no longer trying'],
    [0x90, 'reserved'],
  ] as const)
    expect(say({ ...report, status })).toContain(words);
});

test('what a modem or the network says is escaped', () => {
  const modem = {
    event: 'modem',
    modem: 'a',
    state: 'ready',
    port: 'p',
    profile: 'plain',
    manufacturer: '\u001b[31mé',
    model: null,
    firmware: null,
  } as const;
  expect(say(modem, 'C')).toMatch(/^[\x20-\x7e]+$/);
  expect(say({ event: 'error', code: 'octets/truncated', message: 'a\nb', field: null, offset: null })).toBe('a\\nb (octets/truncated)');
  expect(say({ event: 'delivery-failed', id: 'x', sink: 's', outcome: 'later', reason: 'busy', attempts: 2, nextAttemptAt: 5 })).toContain(
    'tried again',
  );
  expect(say({ event: 'delivered', id: 'x', sink: 's', attempts: 1 })).toBeNull();
  expect(say({ event: 'delivered', id: 'x', sink: 's', attempts: 3 })).toBe('x taken by s at try 3');
});
