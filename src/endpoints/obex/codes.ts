import { codeTable } from '../../octets/index.js';

/** Requests, without the final bit. @see IrOBEX 1.3, 3.3 */
export const obexRequests = codeTable('IrOBEX 1.3, 3.3 OBEX Operations and Opcode definitions', [
  [0x00, 'CONNECT'],
  [0x01, 'DISCONNECT'],
  [0x02, 'PUT'],
  [0x03, 'GET'],
  [0x05, 'SETPATH'],
  [0x07, 'SESSION'],
  [0x7f, 'ABORT'],
]);

/** Opcodes as they stand on the wire. */
export const opcode = { connect: 0x80, disconnect: 0x81, put: 0x02, putFinal: 0x82, setPath: 0x85, abort: 0xff } as const;

/** The bit that ends a request, or says that an answer is whole. */
export const finalBit = 0x80;

/** Answers, without the final bit: HTTP's numbers in short. @see IrOBEX 1.3, 3.2.1 */
export const obexAnswers = codeTable('IrOBEX 1.3, 3.2.1 Response Code values', [
  [0x10, 'Continue'],
  [0x20, 'Success'],
  [0x21, 'Created'],
  [0x22, 'Accepted'],
  [0x40, 'Bad Request'],
  [0x41, 'Unauthorized'],
  [0x43, 'Forbidden'],
  [0x44, 'Not Found'],
  [0x46, 'Not Acceptable'],
  [0x48, 'Request Time Out'],
  [0x4c, 'Precondition Failed'],
  [0x4d, 'Requested Entity Too Large'],
  [0x4f, 'Unsupported Media Type'],
  [0x50, 'Internal Server Error'],
  [0x51, 'Not Implemented'],
  [0x53, 'Service Unavailable'],
]);

/** Answers as they stand on the wire, final bit included. */
export const answer = {
  continue: 0x90,
  success: 0xa0,
  created: 0xa1,
  accepted: 0xa2,
  badRequest: 0xc0,
  unauthorized: 0xc1,
  forbidden: 0xc3,
  notFound: 0xc4,
  timeOut: 0xc8,
  tooLarge: 0xcd,
  unsupportedType: 0xcf,
  internalError: 0xd0,
  notImplemented: 0xd1,
  unavailable: 0xd3,
} as const;

/** Header identifiers; the two top bits say how the value is written. @see IrOBEX 1.3, 2.2 */
export const headerId = {
  name: 0x01,
  type: 0x42,
  target: 0x46,
  http: 0x47,
  body: 0x48,
  endOfBody: 0x49,
  who: 0x4a,
  challenge: 0x4d,
  response: 0x4e,
  length: 0xc3,
  connectionId: 0xcb,
} as const;

/** The answer's name with its number, as people read it. */
export function answerName(code: number): string {
  const hex = code.toString(16).toUpperCase().padStart(2, '0');
  return `${hex} ${obexAnswers.name(code & ~finalBit) ?? 'unknown'}`;
}

/** The service that DM messages are put to: nine octets of ASCII, without a NUL. @see OMA-TS-DM_PushBinding-V1_3 5.4 */
export const dmTarget = Uint8Array.from('SYNCML-DM', (character) => character.charCodeAt(0));
