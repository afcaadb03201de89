import { headerList, type SipResponse } from './message.js';
import { parseSipAddress, parseSipUri, type SipUri } from './uri.js';

/** Where an answer of 3xx sends whoever asked: its first Contact; null where it names none that can be followed. @see RFC 3261 8.1.3.4 */
export function redirectOf(response: SipResponse): SipUri | null {
  if (response.status < 300 || response.status >= 400) return null;
  const [first] = headerList(response, 'contact');
  return parseSipUri(parseSipAddress(first ?? '')?.uri ?? '');
}
