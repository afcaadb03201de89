import { EndpointError } from '../errors.js';
import type { HttpHeader } from './types.js';

/** An answer, of whose content nothing counts. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers: readonly HttpHeader[];
}

/** All values of a header field, by its name in lower case. */
export function answerValues({ headers }: HttpAnswer, wanted: string): readonly string[] {
  return headers.flatMap(([name, value]) => (name.toLowerCase() === wanted ? [value] : []));
}

/** The number that X-Wap-Push-Status begins with; null where there is none. */
export function pushStatusOf(answer: HttpAnswer): number | null {
  const [, digits] = /^\s*(\d{1,5})/.exec(answerValues(answer, 'x-wap-push-status')[0] ?? '') ?? [];
  return digits === undefined ? null : Number(digits);
}

/** What a terminal says that declines a push: the abort reasons of OTA-WSP in decimal. @see WAP-235-PushOTA */
const declined: Readonly<Record<number, string>> = {
  235: 'it does not want it',
  236: 'it cannot be given to the application',
  237: 'it lacks the resources',
  238: 'it cannot process the content type',
  256: 'it has other capabilities than those that were registered',
};

/** What an answer means for the push; null where it was accepted. @see RFC 9110 15; WAP-235-PushOTA */
export function judgeAnswer(answer: HttpAnswer): EndpointError | null {
  const { status } = answer;
  if (status >= 200 && status < 300) {
    const pushStatus = pushStatusOf(answer);
    if (pushStatus === null || pushStatus === 400) return null;
    const message = `the terminal answered with push status ${pushStatus}: ${declined[pushStatus] ?? 'no status that is known'}`;
    if (pushStatus === 237) return new EndpointError('endpoints/try-later', message);
    return new EndpointError('endpoints/refused', message, { advice: 'see what the terminal accepts, or leave it out' });
  }
  const message = `it was answered with ${status}`;
  if (status === 429 || status === 503) return new EndpointError('endpoints/try-later', message);
  // 408 says that the request never came whole; a gateway that waited in vain, or a server that broke down, says nothing of the push.
  if (status === 408) return new EndpointError('endpoints/try-later', message);
  if (status === 500 || status === 502 || status === 504) {
    return new EndpointError('endpoints/no-answer', message, { advice: 'ask the receiver whether it has it before sending it again' });
  }
  return new EndpointError('endpoints/refused', message, { advice: adviceFor(status) });
}

function adviceFor(status: number): string {
  if (status >= 300 && status < 400) return 'redirections are not followed: name the place itself';
  if (status === 401) return 'give user, password and, where one was agreed, nonces in endpoints.http';
  if (status === 404) return 'check the path; a terminal has /wappush';
  if (status === 413) return 'send less';
  if (status === 415) return 'look at --type';
  return 'look at what the receiver logs';
}
