import { describe, expect, test } from 'vitest';
import {
  expandNumbers,
  isWhole,
  messageType,
  parseFields,
  parseListing,
  parseLists,
  parseRead,
  parseStoredIndication,
} from './answer-values.js';
import { announcedOctets, initialLineState, stepLine } from './line-protocol.js';
import { deliverPdu } from './scripted-modem.testing.js';
import { indicationLadder } from './set-up.js';

const pdu = deliverPdu(1);

describe('the lists of a test answer', () => {
  test.each([
    ['+CPMS: ("ME","SM"),("ME"),("SM","MT")', [['ME', 'SM'], ['ME'], ['SM', 'MT']]],
    ['+CPMS: (("SM","BM","SR"),("SM"))', [['SM', 'BM', 'SR'], ['SM']]],
    ['+CPMS: ("SM" "ME") ("SM") ("SM")', [['SM', 'ME'], ['SM'], ['SM']]],
    ['+CPMS:  ( "ME" , "MT" ) , "SM" , ( "SM" )', [['ME', 'MT'], ['SM'], ['SM']]],
    ['+CPMS: (),(),()', [[], [], []]],
    ['+CPMS: (ME", "SR"), ("ME", "SR"), ("ME")', [['ME', 'SR'], ['ME', 'SR'], ['ME']]],
    ['+CNMI: (0,1,2),(0-3),0,(0),(1)', [['0', '1', '2'], ['0-3'], ['0'], ['0'], ['1']]],
  ])('%s', (line, lists) => {
    expect(parseLists(line)).toEqual(lists);
  });

  test('ranges are written out within bounds', () => {
    expect(expandNumbers(['0-2', '5', '7-6', 'x', '1-99999'])).toEqual([0, 1, 2, 5]);
  });
});

test('fields lose their quotes and keep the commas inside them', () => {
  expect(parseFields('+CMGR: 0,"a, b",25')).toEqual(['0', 'a, b', '25']);
  expect(parseFields('+CREG: 2,1,"0B,"01"')).toEqual(['2', '1', '0B', '01']);
  expect(parseFields('+COPS: 0,0,"Operator,2')).toEqual(['0', '0', 'Operator', '2']);
});

describe('a message that was read', () => {
  test.each([
    ['with all fields', ['+CMGR: 0,,22', pdu], { status: 0, tpduOctets: 22, pdu }],
    ['without its status', ['+CMGR: ,,22', pdu.toLowerCase()], { status: null, tpduOctets: 22, pdu }],
    ['without its name field', ['+CMGR: 1,22', pdu], { status: 1, tpduOctets: 22, pdu }],
    ['with its index before the status', ['+CMGR: 3,1,,22', pdu], { status: 1, tpduOctets: 22, pdu }],
    ['with a comma in a name without quotes', ['+CMGR: 3,Doe, J,22', pdu], { status: 3, tpduOctets: 22, pdu }],
    ['with nothing but its length', ['+CMGR: 22', pdu], { status: null, tpduOctets: 22, pdu }],
    ['with nothing but its status', ['+CMGR: 1', pdu], { status: 1, tpduOctets: null, pdu }],
    ['with a tail behind the PDU', ['+CMGR: 1,,22', `${pdu},0`], { status: 1, tpduOctets: 22, pdu }],
    ['after a line of junk', ['+CMGR: 1,,22', 'AFSDLF SDKF', pdu], { status: 1, tpduOctets: 22, pdu }],
    ['that is no hex', ['+CMGR: 1,,22', '0BD0=96p'], { status: 1, tpduOctets: 22, pdu: '0BD0=96p' }],
    ['from an empty slot', ['+CMGR: 0,,0'], null],
    ['from a slot with filler', ['+CMGR: 0,,22', `00${'FF'.repeat(20)}`], null],
    ['from nowhere', [], null],
    ['in text mode', ['+CMGR: "REC READ","+1"', 'hello'], 'text-mode'],
  ])('%s', (_name, lines, message) => {
    expect(parseRead(lines)).toEqual(message);
  });
});

test('a listing is read entry by entry, also where one begins behind a PDU or lacks its PDU', () => {
  expect(parseListing(['+CMGL: 0,1,,22', `${pdu}+CMGL: 5,0,,22`, pdu, '+CMGL: 6,1,,22', '+CMGL: x,1,,22', pdu])).toEqual([
    { index: 0, status: 1, tpduOctets: 22, pdu },
    { index: 5, status: 0, tpduOctets: 22, pdu },
  ]);
  expect(parseListing(['+CMGL: 0,"REC READ","+1"', 'hello'])).toBe('text-mode');
});

test('the type of a message stands behind the service centre address', () => {
  expect([messageType(pdu), messageType('0011'), messageType('07915155'), messageType(''), messageType('xx')]).toEqual([
    0,
    1,
    null,
    null,
    null,
  ]);
});

test.each([
  ['+CMTI: "SM",3', { memory: 'SM', index: 3 }],
  ['+CMTI:"ME", 0', { memory: 'ME', index: 0 }],
  ['+CMTI: "SM",-1', { memory: 'SM', index: null }],
  ['+CDSI: SR,12', { memory: 'SR', index: 12 }],
  ['+CMTI: "S\\"M",3', null],
  ['+CMTI:', null],
])('%s says where', (line, where) => {
  expect(parseStoredIndication(line)).toEqual(where);
});

test.each([
  ['+CMT: ,23', 23],
  ['+CMT: 23', 23],
  ['+CMT: "",70', 70],
  ['+CMT: "+4915,1",154', 154],
  ['+CDS: ,25', 25],
  ['+CMT: "x"', null],
  ['+CMT: ,7', 7],
  ['+CMT:023 ', 23],
  ['+CMT:, 23 \t', 23],
  ['+CMT: ,1234', null],
  ['+CMT: 12 34', null],
  ['+CMT: x5', null],
  ['+CMT: ,', null],
  [' 140', 140],
  ['', null],
])('%s announces its length', (line, octets) => {
  expect(announcedOctets(line)).toBe(octets);
});

test('the ladder of indications begins with what loses least and holds only what is offered', () => {
  const ladder = indicationLadder('+CNMI: (0-3),(0-3),(0,2),(0,1),(0,1)', { direct: true, modeOne: false }).map((values) =>
    values.join(','),
  );
  expect(ladder[0]).toBe('2,2,0,1,0');
  expect(ladder.filter((values) => values.includes('2,2,0,2'))).toEqual([]);
  expect(indicationLadder('+CNMI: (0,1,2),(0,1),(0,2),(0),(1)', { direct: true, modeOne: false })[0]).toEqual([2, 1, 0, 0, 1]);
  expect(indicationLadder('+CNMI: (1,2),(0-3),(0,2),(0-2),(0,1)', { direct: true, modeOne: true })[0]).toEqual([1, 2, 0, 1, 0]);
  expect(indicationLadder(null, { direct: false, modeOne: false }).every((values) => values[1] !== 2)).toBe(true);
});

test.each([
  ['0791ab', [], '0791AB'],
  ['0791AB', [], '0791AB'],
  ['ab12', [], 'AB12'],
  ['0791 AB?', [], '0791 AB?'],
  ['0791ab?', [], '0791ab?'],
  ['f?', [], 'f?'],
  ['0791AB', ['0791AB'], '0791AB'],
])('behind +CMT: the line %s, where %j would be echoes, is the PDU %s', (line, echoes, pdu) => {
  const half = stepLine({ ...initialLineState, echoes }, { type: 'line', line: '+CMT: ,20' }).state;
  const { state, outputs } = stepLine(half, { type: 'line', line });
  expect(outputs).toEqual([{ type: 'unsolicited', line: '+CMT: ,20', pdu }]);
  expect(state.half).toBeNull();
});

test.each(['0', 'OK', 'RING', '+CMTI: "SM",4', 'AT+CSQ', 'DST: 1'])('behind +CMT: the line %s breaks the pair', (line) => {
  const half = stepLine({ ...initialLineState, echoes: ['AT+CSQ'] }, { type: 'line', line: '+CMT: ,20' }).state;
  const { state, outputs } = stepLine(half, { type: 'line', line });
  expect(outputs[0]).toEqual({ type: 'broken', line: '+CMT: ,20' });
  expect(state.orphan).toBe('+CMT: ,20');
});

test('a message is whole where it has the octets that were announced, and no half octet', () => {
  expect(isWhole({ pdu: '00440B', tpduOctets: 2 })).toBe(true);
  expect(isWhole({ pdu: '00440B', tpduOctets: 3 })).toBe(false);
  expect(isWhole({ pdu: '00440B', tpduOctets: null })).toBe(true);
  for (const tpduOctets of [2, null]) expect(isWhole({ pdu: '00440B1', tpduOctets })).toBe(false);
  expect(isWhole({ pdu: 'hello', tpduOctets: null })).toBe(true);
  expect(isWhole({ pdu: 'hello', tpduOctets: 5 })).toBe(false);
});
