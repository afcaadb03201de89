import { describe, expect, test } from 'vitest';
import { DecodeError, fromHex, toHex } from '../octets/index.js';
import { pushVectors } from '../wsp/push.vectors.js';
import { fromWdp, notPush, type PushMessage, toWdp, type WdpDatagram } from './index.js';

const datagram = (hex: string, destinationPort = 2948): WdpDatagram => ({
  destinationPort,
  sourcePort: 9200,
  portBits: 16,
  octets: fromHex(hex),
});

function pushOf(hex: string): PushMessage {
  const message = fromWdp(datagram(hex));
  if (message.kind !== 'push') throw new TypeError(`${hex} is no push`);
  return message;
}

describe('fromWdp', () => {
  test('reads what was sent to the push port', () => {
    const message = fromWdp(datagram('010603C2AF8702A401'));
    expect(message).toMatchObject({
      kind: 'push',
      binding: 'sms',
      destinationPort: 2948,
      contentType: { code: 0x42 },
      applicationId: { code: 7, present: true },
      wsp: { transactionId: 1, pduType: 6 },
      diagnostics: [],
    });
    expect(message.kind === 'push' && toHex(message.body)).toBe('02A401');
    expect(message.kind === 'push' && message.headers).toHaveLength(1);
  });

  test('hands on what is worth saying, with offsets from the outermost input', () => {
    const message = fromWdp(datagram('010703C2AF87'), { baseOffset: 40 });
    expect(message.diagnostics).toEqual([
      { code: 'wsp/confirmed-push', message: 'a confirmed push belongs to a session and was taken as a push without one', offset: 41 },
    ]);
  });

  test('lets through what its caller throws while it annotates: that is no malformed push', () => {
    const annotate = (): never => {
      throw new RangeError('no room for notes');
    };
    expect(() => fromWdp(datagram('010603C2AF87'), { annotate })).toThrow(RangeError);
  });

  test('annotates where asked to', () => {
    const fields: string[] = [];
    fromWdp(datagram('010603C2AF87'), { annotate: ({ field, offset }) => fields.push(`${offset} ${field}`), baseOffset: 5 });
    expect(fields).toEqual([
      '5 push.transactionId',
      '6 push.pduType',
      '7 push.headersLength',
      '8 push.contentType.media',
      '9 push.headers[0].name',
      '10 push.headers[0].value',
    ]);
  });

  test.each([
    [9200, 'destination-port'],
    [2947, 'destination-port'],
    [0, 'destination-port'],
    [2949, 'secure-port'],
  ])('port %i is %s, and its octets are not looked at', (port, reason) => {
    const annotate = (): never => {
      throw new TypeError('looked at');
    };
    expect(fromWdp(datagram('010603C2AF87', port), { annotate })).toEqual({
      kind: 'not-push',
      binding: 'sms',
      reason,
      destinationPort: port,
      error: null,
      diagnostics: [],
    });
  });

  test.each([
    ['01042001C2', 'pdu-type', 'wsp/pdu-type', 41],
    ['0140', 'pdu-type', 'wsp/pdu-type', 41],
    ['01067FC2AF87', 'malformed', 'wsp/headers-length', 42],
    ['', 'malformed', 'octets/truncated', 40],
    ['0106', 'malformed', 'octets/truncated', 42],
    ['01068080', 'malformed', 'wsp/uintvar', 42],
  ])('%s is %s', (hex, reason, code, offset) => {
    const message = fromWdp(datagram(hex), { baseOffset: 40, binding: 'udp' });
    expect(message).toMatchObject({ kind: 'not-push', binding: 'udp', reason, destinationPort: 2948, error: { code, offset } });
    expect(message.kind === 'not-push' && message.error).toBeInstanceOf(DecodeError);
  });
});

describe('notPush', () => {
  test('needs no more than a reason', () => {
    expect(notPush('no-ports')).toEqual({
      kind: 'not-push',
      binding: 'sms',
      reason: 'no-ports',
      destinationPort: null,
      error: null,
      diagnostics: [],
    });
  });

  test('keeps what is known', () => {
    const error = new DecodeError('octets/truncated', 'short', 'tpdu', 3);
    const diagnostics = [{ code: 'sms/x' as const, message: 'm', offset: 1 }];
    expect(notPush('malformed', { binding: 'udp', destinationPort: 5, error, diagnostics })).toEqual({
      kind: 'not-push',
      binding: 'udp',
      reason: 'malformed',
      destinationPort: 5,
      error,
      diagnostics,
    });
  });
});

describe('toWdp', () => {
  test.each(pushVectors)('gives back $id as a datagram that reads the same', ({ hex }) => {
    const message = pushOf(hex);
    const again = toWdp(message);
    expect(again).toMatchObject({ destinationPort: 2948, sourcePort: 9200, portBits: 16 });
    const read = pushOf(toHex(again.octets));
    expect(read.contentType).toMatchObject({ code: message.contentType.code, name: message.contentType.name });
    expect(read.applicationId).toEqual(message.applicationId);
    expect(read.body).toEqual(message.body);
    expect(read.wsp?.transactionId).toBe(message.wsp?.transactionId);
  });

  test('makes a push of a message that came as text, with a transaction id of its own', () => {
    const { wsp: _, ...message } = pushOf('250603C2AF8702A401');
    const overHttp: PushMessage = {
      ...message,
      binding: 'http',
      destinationPort: null,
      contentType: { code: null, name: 'application/vnd.syncml.dm+xml', parameters: [], octets: new Uint8Array(0) },
      wsp: null,
    };
    expect(toHex(toWdp(overHttp).octets)).toBe('010603C3AF8702A401');
    expect(toHex(toWdp(overHttp, { transactionId: 9 }).octets)).toBe('090603C3AF8702A401');
    expect(toHex(toWdp({ ...overHttp, applicationId: null, headers: [] }).octets)).toBe('010601C302A401');
  });

  test('takes a composed push, its forms and its ports', () => {
    const push = { transactionId: 2, pduType: 7, contentType: { code: 0x42 }, applicationId: { code: 7 }, body: new Uint8Array(0) };
    expect(toWdp(push, { destinationPort: 250, sourcePort: 240, portBits: 8, applicationIdForm: 'long' })).toEqual({
      destinationPort: 250,
      sourcePort: 240,
      portBits: 8,
      octets: fromHex('020704C2AF0107'),
    });
  });

  test.each([
    [0, 65535, 16],
    [0, 255, 8],
  ] as const)('ports %i and %i are the least and the greatest of %i bits', (sourcePort, destinationPort, portBits) => {
    const push = { transactionId: 2, contentType: { code: 0x42 }, body: new Uint8Array(0) };
    expect(toWdp(push, { sourcePort, destinationPort, portBits })).toMatchObject({ sourcePort, destinationPort, portBits });
  });

  test('takes the headers of a composed push, and its type where none is named', () => {
    const headers = [{ name: 'Push-Flag', value: ['last'] }];
    const push = { transactionId: 2, contentType: { code: 0x42 }, headers, body: new Uint8Array(0) };
    expect(toHex(toWdp(push).octets)).toBe('020603C2B484');
  });

  test.each([[{ destinationPort: 65536 }], [{ sourcePort: -1 }], [{ sourcePort: 1.5 }], [{ portBits: 8 as const }]])(
    '%j is no pair of ports',
    (options) => {
      const push = { transactionId: 2, contentType: { code: 0x42 }, body: new Uint8Array(0) };
      expect(() => toWdp(push, options)).toThrow(RangeError);
    },
  );
});
