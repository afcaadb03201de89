import { BridgeError } from '../errors.js';
import type { Diagnostic } from '../octets/index.js';
import {
  checkBody,
  checkNumber,
  composePush,
  type PartArrangement,
  type PlanOptions,
  type PushToCompose,
  type SecurityMethod,
  SendError,
  secureBootstrap,
} from '../sending/index.js';
import type { CommandIo } from './command.js';
import { wholeNumber } from './numbers.js';
import { readBody } from './push-body.js';
import type { PushArguments } from './push-options.js';

/** A push as the command line has it, put together; the secrets it was made with are gone. */
export interface PushInput {
  readonly to: string;
  readonly wsp: Uint8Array;
  readonly type: PushToCompose['type'];
  readonly bodyOctets: number;
  readonly plan: Omit<PlanOptions, 'to' | 'reference'>;
  /** As asked for; absent where the program chooses. */
  readonly reference: number | undefined;
  /** What is odd about the body. */
  readonly warning: Diagnostic | null;
}

/**
 * Puts a push together from its options: reads the body and, where they are asked for, the secrets.
 * @throws BridgeError `cli/usage`, `cli/unreadable`, `cli/not-permitted`; SendError; DecodeError; EncodeError
 */
export async function readPush(options: PushArguments, io: CommandIo, via: string | null = null): Promise<PushInput> {
  if (options.to !== undefined) checkNumber(options.to);
  const to = options.to ?? via;
  if (to === null) throw usage('--to is missing', 'give the number of the receiver');
  const referenceBits = options['reference-bits'];
  const reference = wholeNumber('--reference', options.reference, 0, referenceBits === 16 ? 0xffff : 0xff);
  const transactionId = wholeNumber('--transaction-id', options['transaction-id'], 0, 0xff) ?? 1;
  const validityMinutes = validityOf(options.validity);
  const forms = formsOf(options.encode ?? []);
  const headers = (options.header ?? []).map(headerOf);
  const arrangement = arrangementOf(options);
  const body = await readBody(options, io);
  const warning = checkBody(options.type, body);
  if (warning !== null && options['strict-body']) {
    throw new SendError('sending/odd-body', warning.message, { advice: 'correct --type or the body, or leave --strict-body out' });
  }
  const security = await securityOf(options, body, io);
  const wsp = composePush({ type: options.type, body, transactionId, headers, forms, security });
  return {
    to,
    wsp,
    type: options.type,
    bodyOctets: body.length,
    plan: { referenceBits, validityMinutes, report: options.report, arrangement },
    reference,
    warning,
  };
}

async function securityOf(options: PushArguments, body: Uint8Array, { environment }: CommandIo) {
  const { sec, 'imsi-file': imsiFile, 'pin-file': pinFile, 'key-rule': rule } = options;
  if (sec === undefined) {
    if (rule === undefined) return null;
    throw usage('--key-rule says how the key for --sec is made', 'add --sec netwpin, userpin or usernetwpin');
  }
  const { readSecret } = await import('../config/index.js');
  const read = async (file: string | undefined): Promise<string | undefined> =>
    file === undefined ? undefined : (await readSecret({ file }, environment)).trim();
  const method: Readonly<Record<typeof sec, SecurityMethod>> = { netwpin: 'NETWPIN', userpin: 'USERPIN', usernetwpin: 'USERNETWPIN' };
  // What a method does not use is not read either.
  const imsi = sec === 'userpin' ? undefined : await read(imsiFile);
  const pin = sec === 'netwpin' ? undefined : await read(pinFile);
  return secureBootstrap(method[sec], body, { imsi, pins: pin === undefined ? [] : [pin] }, rule);
}

function usage(message: string, advice: string): BridgeError {
  return new BridgeError('cli/usage', message, { advice });
}

const unitMinutes: Readonly<Record<string, number>> = { m: 1, h: 60, d: 1440, w: 10_080 };

function validityOf(text: string): number | null {
  if (text === 'none') return null;
  const [, digits, unit] = /^(\d{1,6})([mhdw])$/.exec(text) ?? [];
  if (digits !== undefined && unit !== undefined) return Number(digits) * (unitMinutes[unit] ?? 1);
  throw usage(`--validity ${JSON.stringify(text)} is no duration`, 'write 5m to 63w, in m, h, d or w, or none');
}

function headerOf(text: string): { readonly name: string; readonly value: string } {
  const at = text.indexOf('=');
  if (at > 0) return { name: text.slice(0, at).trim(), value: text.slice(at + 1) };
  throw usage(`--header ${JSON.stringify(text)} has no name and value`, 'write NAME=VALUE');
}

const contentTypeForms = {
  short: 'short',
  long: 'long',
  text: 'text',
  general: 'general-short',
  'general-short': 'general-short',
  'general-text': 'general-text',
} as const;
const applicationIdForms = { short: 'short', long: 'long', text: 'text', 'text-name': 'text-name' } as const;

function isKeyOf<Table extends object>(table: Table, key: string): key is Extract<keyof Table, string> {
  return Object.hasOwn(table, key);
}

function formsOf(texts: readonly string[]): NonNullable<PushToCompose['forms']> {
  let forms: NonNullable<PushToCompose['forms']> = {};
  for (const wish of texts.flatMap((text) => text.split(',')).map((text) => text.trim())) {
    const [name = '', value = ''] = wish.split('=');
    if (name === 'content-type' && isKeyOf(contentTypeForms, value)) forms = { ...forms, contentTypeForm: contentTypeForms[value] };
    else if (name === 'application-id' && isKeyOf(applicationIdForms, value)) {
      forms = { ...forms, applicationIdForm: applicationIdForms[value] };
    } else if (wish === 'length-quote') forms = { ...forms, lengthQuote: true };
    else if (wish === 'id-last') forms = { ...forms, applicationIdPosition: 'last' };
    else {
      const known = `content-type=${Object.keys(contentTypeForms).join('|')}, application-id=${Object.keys(applicationIdForms).join('|')}`;
      throw usage(`--encode ${JSON.stringify(wish)} is no way to write a push`, `write ${known}, length-quote or id-last`);
    }
  }
  return forms;
}

function arrangementOf(options: PushArguments): PartArrangement {
  const { 'part-order': order, duplicate, omit } = options;
  if (order !== undefined && order !== 'reverse' && !/^\d{1,3}(?:,\d{1,3})*$/.test(order)) {
    throw usage(`--part-order ${JSON.stringify(order)} is no order`, 'write reverse, or the parts in their order: 3,1,2');
  }
  return {
    ...(order === undefined ? {} : { order: order === 'reverse' ? ('reverse' as const) : order.split(',').map(Number) }),
    ...(duplicate === undefined ? {} : { duplicate }),
    ...(omit === undefined ? {} : { omit }),
  };
}
