import { Agent as HttpAgent, request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import type { Clock } from '../runtime/index.js';
import { trustedCertificates } from './certificates.js';
import { binaryRequest, signatureHeaders, structuredRequest, toCloudEvent } from './cloud-event.js';
import { defaultSource } from './described.js';
import { oneLine, reasonOf, SinkError } from './errors.js';
import type { DeliveryReceipt, Sink } from './types.js';

/** Octets of an answer that are looked at, for the reason. */
const answerOctets = 2048;

export interface HttpSinkOptions {
  readonly name: string;
  readonly url: string;
  /** CloudEvents content mode; structured unless given. */
  readonly mode?: 'structured' | 'binary';
  readonly clock: Clock;
  /** Shared secret of the signature headers. */
  readonly secret?: string;
  /** PEM file with certificates that are trusted beside those of the system. */
  readonly caFile?: string;
  /** `source` of the events; unless given it is made of this machine's name. */
  readonly source?: string;
}

/**
 * Posts each message as a CloudEvent. 2xx is taken; 4xx is refused but for 408 and 429; all else is later. Redirects are not followed.
 * @throws SinkError `delivery/bad-target`
 */
export function httpSink({ name, url, mode = 'structured', clock, secret, caFile, source = defaultSource() }: HttpSinkOptions): Sink {
  const target = parseTarget(name, url);
  const secure = target.protocol === 'https:';
  const agent = secure
    ? new HttpsAgent({ keepAlive: true, ...(caFile === undefined ? {} : { ca: trustedCertificates(name, caFile) }) })
    : new HttpAgent({ keepAlive: true });
  return {
    name,
    kind: 'http',
    accept(handover, { signal }): Promise<DeliveryReceipt> {
      const event = toCloudEvent(handover, source);
      const { headers, body } = mode === 'binary' ? binaryRequest(event) : structuredRequest(event);
      const signed = secret === undefined ? {} : signatureHeaders(secret, handover.id, clock.now(), body);
      return new Promise((resolve) => {
        const later = (caught: unknown): void => resolve({ outcome: 'later', reason: reasonOf(caught) });
        const request = (secure ? httpsRequest : httpRequest)(target, {
          method: 'POST',
          agent,
          signal,
          headers: { ...headers, ...signed, 'content-length': body.length, 'user-agent': 'wapbridge' },
        });
        request.on('error', later);
        request.on('response', (response) => {
          let text = '';
          response.on('data', (chunk) => {
            if (text.length < answerOctets) text += String(chunk).slice(0, answerOctets);
          });
          response.on('error', later);
          response.on('end', () => resolve(receiptFor(response.statusCode ?? 0, response.headers, text, clock.now())));
          response.on('close', () => later(new SinkError('delivery/bad-answer', 'the answer broke off', name)));
        });
        request.end(body);
      });
    },
    close(): Promise<void> {
      agent.destroy();
      return Promise.resolve();
    },
  };
}

function receiptFor(status: number, headers: IncomingHttpHeaders, text: string, now: number): DeliveryReceipt {
  if (status >= 200 && status < 300) return { outcome: 'taken' };
  const said = oneLine(text);
  const reason = `status ${status}${said === '' ? '' : `: ${said}`}`;
  if (status >= 400 && status < 500 && status !== 408 && status !== 429) return { outcome: 'refused', reason };
  const retryAfterMs = parseRetryAfterMs(headers['retry-after'], now);
  return retryAfterMs === null ? { outcome: 'later', reason } : { outcome: 'later', reason, retryAfterMs };
}

/** Seconds or a date. @see RFC 9110 10.2.3 */
function parseRetryAfterMs(value: string | undefined, now: number): number | null {
  if (value === undefined) return null;
  if (/^\d{1,9}$/.test(value)) return Number(value) * 1000;
  const date = Date.parse(value);
  return Number.isNaN(date) ? null : Math.max(0, date - now);
}

function parseTarget(name: string, url: string): URL {
  const target = URL.canParse(url) ? new URL(url) : null;
  if (target === null || !['http:', 'https:'].includes(target.protocol) || target.username !== '' || target.password !== '')
    throw new SinkError('delivery/bad-target', `the sink ${name} has no usable URL`, name, {
      advice: 'write http://HOST[:PORT]/PATH or https://…, without user or password',
    });
  return target;
}
