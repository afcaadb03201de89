import type { WspPush } from './types.js';

/** Octets and where they stand, counted from the start of the outermost input. */
export interface OctetRange {
  readonly offset: number;
  readonly octets: Uint8Array;
}

/** The octets by which a push is routed: the content type's value, and the header field with the application id where there is one. */
export interface ConditionOctets {
  readonly contentType: OctetRange;
  readonly applicationId: OctetRange | null;
}

/** Says which octets of a PDU decide whom it is for. @see OMA-TS-DM_PushBinding-V1_3 5.1.3 */
export function conditionOctets(push: WspPush): ConditionOctets {
  const { contentType } = push;
  const header =
    push.applicationIdHeader === undefined || push.applicationIdHeader === null ? undefined : push.headers[push.applicationIdHeader];
  return {
    contentType: { offset: contentType.offset ?? 0, octets: contentType.octets },
    applicationId: header === undefined ? null : { offset: header.offset ?? 0, octets: header.octets },
  };
}
