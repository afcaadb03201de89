import type { PushMessage } from '../../push/index.js';
import { EndpointError } from '../errors.js';
import { isToken, octetsOf, quoted } from '../header-grammar.js';
import { hmacHeader } from './credentials.js';
import type { HttpHeader } from './types.js';

/** A push as a POST carries it. */
export interface PushRequest {
  readonly headers: readonly HttpHeader[];
  readonly entity: Uint8Array;
}

/** Header fields that belong to the connection, to the credentials or to what is written here anyway. */
const notForwarded = new Set([
  'content-type',
  'content-length',
  'content-encoding',
  'x-wap-application-id',
  'x-wap-cpitag',
  'x-wap-push-ota-version',
  'x-wap-push-status',
  'host',
  'connection',
  'keep-alive',
  'proxy-connection',
  'transfer-encoding',
  'te',
  'trailer',
  'upgrade',
  'expect',
  'authorization',
  'proxy-authorization',
  'cookie',
  hmacHeader,
]);

/**
 * Writes a push as OTA-HTTP has it: its header fields on the request itself, or inside an HTTP response that is the entity.
 * @throws EndpointError `endpoints/refused` where a header field cannot be written as text
 * @see OMA-TS-DM_PushBinding-V1_3 5.3; WAP-235-PushOTA
 */
export function pushRequest(push: PushMessage, { envelope }: { readonly envelope: boolean }): PushRequest {
  const headers = pushHeaders(push);
  const { body } = push;
  if (!envelope) return { headers: [...headers, ['Content-Length', String(body.length)]], entity: body };
  const lines = [...headers, ['Content-Length', String(body.length)] as const].map(([name, value]) => `${name}: ${value}\r\n`);
  const entity = Buffer.concat([Buffer.from(`HTTP/1.1 200 OK\r\n${lines.join('')}\r\n`, 'latin1'), body]);
  return {
    headers: [
      ['Content-Type', 'application/http'],
      ['Content-Length', String(entity.length)],
    ],
    entity,
  };
}

function pushHeaders({ contentType, applicationId, headers }: PushMessage): readonly HttpHeader[] {
  const parameters = contentType.parameters.map(({ name, value }) => `; ${name}=${parameterText(String(value))}`);
  const written: HttpHeader[] = [['Content-Type', octetsOf(`${contentType.name ?? 'application/octet-stream'}${parameters.join('')}`)]];
  if (applicationId !== null && applicationId.present !== false) {
    written.push(['X-Wap-Application-Id', octetsOf(applicationId.uri ?? String(applicationId.code))]);
  }
  for (const { name, value, raw } of headers) {
    if (raw === true || !isToken(name) || notForwarded.has(name.toLowerCase())) continue;
    const text = octetsOf(typeof value === 'object' ? value.join(', ') : dateOf(String(value)));
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
    if (/[\u0000-\u0008\u000a-\u001f\u007f]/.test(text)) {
      throw new EndpointError('endpoints/refused', `the header field ${name} cannot be written as a line of text`, {
        advice: 'leave it out',
      });
    }
    written.push([name, text]);
  }
  return written;
}

function parameterText(value: string): string {
  return isToken(value) ? value : quoted(value);
}

/** A time as HTTP writes it; any other text as it stands. @see RFC 9110 5.6.7 */
function dateOf(text: string): string {
  return /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(text) ? new Date(text).toUTCString() : text;
}
