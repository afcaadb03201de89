import { EncodeError } from '../octets/index.js';
import { type EncodePushOptions, encodePush, type PushToEncode } from '../wsp/index.js';
import { SendError } from './errors.js';
import type { BootstrapSecurity } from './security.js';

/** What a push's body is; each has its assigned content type. */
export type PushType = 'dm+wbxml' | 'dm+xml' | 'notification';

/** Assigned content type numbers of what may be sent. @see OMA-TS-DM_PushBinding-V1_3 5.1.1; OMNA WSP Content Type Numbers */
export const contentTypeOf: Readonly<Record<PushType, number>> = { 'dm+wbxml': 0x42, 'dm+xml': 0x43, notification: 0x44 };
/** syncml.dm. @see OMA-TS-DM_PushBinding-V1_3 5.1.1 */
const deviceManagement = 0x07;

/** A push to be made: what its body is and, for tests of receivers, what else it says. */
export interface PushToCompose {
  readonly type: PushType;
  readonly body: Uint8Array;
  /** 0 to 255; 1 unless given. */
  readonly transactionId?: number;
  /** SEC and MAC of a bootstrap, see `secureBootstrap`. */
  readonly security?: BootstrapSecurity | null;
  /** Further headers by name, in this order. X-Wap-Application-Id takes the place of the one that is sent by default; `none` leaves it out. */
  readonly headers?: readonly { readonly name: string; readonly value: string }[];
  /** Awkward but legal ways to write the same. */
  readonly forms?: EncodePushOptions;
}

/**
 * The WSP PDU of a push: without any wish `TID 06 length C2|C3|C4 AF 87 body` and nothing else, which every receiver understands.
 * @throws SendError `sending/empty-body`, `sending/bad-type`, `sending/bad-header`; EncodeError `wsp/cannot-encode`, `octets/out-of-range`
 * @see OMA-TS-DM_PushBinding-V1_3 5.1.1; WAP-230-WSP 8.2.4.1
 */
export function composePush(push: PushToCompose): Uint8Array {
  if (push.body.length === 0) throw new SendError('sending/empty-body', 'the body is empty', { advice: 'give the octets of a DM message' });
  if (!Object.hasOwn(contentTypeOf, push.type)) {
    throw new SendError('sending/bad-type', `${JSON.stringify(push.type)} is no type of a push's body`, {
      advice: `the types are ${Object.keys(contentTypeOf).join(', ')}`,
    });
  }
  const headers = push.headers ?? [];
  const ownType = headers.find(({ name }) => /^content-type$/i.test(name));
  if (ownType !== undefined) {
    throw new SendError('sending/bad-header', 'the content type follows from the type of the body and is no further header', {
      advice: 'name the type, or another way to write it',
    });
  }
  const isId = ({ name }: { readonly name: string }): boolean => /^x-wap-application-id$/i.test(name);
  const ownId = headers.find(isId);
  const parameters = (push.security?.parameters ?? []).map(({ name, value }) => ({ name, value }));
  const sent: PushToEncode = {
    transactionId: push.transactionId ?? 1,
    contentType: { code: contentTypeOf[push.type], parameters },
    applicationId: ownId === undefined ? { code: deviceManagement } : applicationIdOf(ownId.value),
    headers: headers
      .filter((header) => !isId(header) || !/^none$/i.test(header.value))
      .map(({ name, value }) => ({ name, value: headerValue(name, value) })),
    body: push.body,
  };
  return encodePush(sent, push.forms);
}

const isNumber = (text: string): boolean => /^(?:0x[0-9a-f]{1,8}|\d{1,9})$/i.test(text);

function applicationIdOf(text: string): NonNullable<PushToEncode['applicationId']> | null {
  if (/^none$/i.test(text)) return null;
  return isNumber(text) ? { code: Number(text) } : { uri: text };
}

/** Push-Flag is a list of names; digits are a number where the header can hold one, else text. */
function headerValue(name: string, value: string): string | number | readonly string[] {
  if (/^push-flag$/i.test(name) && !isNumber(value)) return value.split(/\s*,\s*/);
  return isNumber(value) && canHold(name, Number(value)) ? Number(value) : value;
}

function canHold(name: string, value: number): boolean {
  try {
    encodePush({ transactionId: 0, contentType: { code: 0 }, headers: [{ name, value }], body: new Uint8Array() });
    return true;
  } catch (cause) {
    if (cause instanceof EncodeError) return false;
    throw cause;
  }
}
