import { createHmac } from 'node:crypto';
import { describe } from './described.js';
import type { Handover } from './types.js';

/** A message as a CloudEvent: attributes, and the push's body as data. @see CloudEvents 1.0.2 */
export interface CloudEvent {
  readonly attributes: Readonly<Record<string, string>>;
  readonly data: Uint8Array | null;
}

/** Longest facts that travel as one attribute in a header; longer ones only in structured mode. */
const factsHeaderOctets = 6000;

/** The same message gives the same event, whatever the attempt. `source` and `id` together are unique among all benches. */
export function toCloudEvent(handover: Handover, source: string): CloudEvent {
  const { verdict, binding, modem, from, receivedAt, contentType, applicationId } = describe(handover);
  const optional: readonly (readonly [string, string | null])[] = [
    ['time', receivedAt],
    ['subject', from === '' ? null : from],
    ['datacontenttype', handover.body === null ? null : mediaType(contentType)],
    ['verdict', verdict],
    ['binding', binding],
    ['modem', modem],
    ['applicationid', applicationId],
    ['facts', JSON.stringify(handover.facts)],
  ];
  return {
    attributes: {
      specversion: '1.0',
      id: handover.id,
      source,
      type: `wapbridge.message.${verdict ?? 'unknown'}`,
      ...Object.fromEntries(optional.flatMap(([name, value]) => (value === null ? [] : [[name, value]]))),
    },
    data: handover.body,
  };
}

/** Structured mode: one JSON document. @see CloudEvents JSON Event Format 1.0.2, 3.1 */
export function structuredRequest({ attributes, data }: CloudEvent): { headers: Record<string, string>; body: Uint8Array } {
  const document = data === null ? attributes : { ...attributes, data_base64: Buffer.from(data).toString('base64') };
  return { headers: { 'content-type': 'application/cloudevents+json; charset=UTF-8' }, body: Buffer.from(JSON.stringify(document)) };
}

/** Binary mode: the body as it is, attributes as headers. @see CloudEvents HTTP Protocol Binding 1.0.2, 3.1 */
export function binaryRequest({ attributes, data }: CloudEvent): { headers: Record<string, string>; body: Uint8Array } {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(attributes)) {
    const encoded = percentEncoded(value);
    if (name === 'datacontenttype') headers['content-type'] = value;
    else if (name !== 'facts' || encoded.length <= factsHeaderOctets) headers[`ce-${name}`] = encoded;
  }
  return { headers, body: data ?? new Uint8Array() };
}

/** Headers that let the receiver check who sent this and when. @see Standard Webhooks 1.0, Signature scheme */
export function signatureHeaders(secret: string, id: string, atMs: number, body: Uint8Array): Record<string, string> {
  const key = secret.startsWith('whsec_') ? Buffer.from(secret.slice(6), 'base64') : Buffer.from(secret);
  const timestamp = String(Math.floor(atMs / 1000));
  const signature = createHmac('sha256', key).update(`${id}.${timestamp}.`).update(body).digest('base64');
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': `v1,${signature}` };
}

/** A type sent as text may be anything; what is no media type must not become a header. */
function mediaType(contentType: string | null): string {
  return contentType !== null && /^[\w.+-]{1,127}\/[\w.+*-]{1,127}$/.test(contentType) ? contentType : 'application/octet-stream';
}

/** Everything but printable ASCII without space, double quote and percent. @see CloudEvents HTTP Protocol Binding 1.0.2, 3.1.3.2 */
function percentEncoded(value: string): string {
  return value.replace(/[^!#$&-~]/gu, (character) =>
    [...Buffer.from(character)].map((octet) => `%${octet.toString(16).toUpperCase().padStart(2, '0')}`).join(''),
  );
}
