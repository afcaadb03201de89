import { decodeNotification, decodeWbxml, type ElementNode, parseXml } from '../dm/index.js';
import { DecodeError, type Diagnostic } from '../octets/index.js';
import type { PushType } from './compose.js';

/** What is odd about a body that is said to be of a type: it cannot be read as one, or does not begin as one. Null where nothing is. */
export function checkBody(type: PushType, body: Uint8Array): Diagnostic | null {
  try {
    switch (type) {
      case 'dm+wbxml':
        return rootComplaint(decodeWbxml(body).root, 'WBXML');
      case 'dm+xml':
        return rootComplaint(parseXml(body).root, 'XML');
      case 'notification':
        decodeNotification(body);
        return null;
    }
  } catch (cause) {
    if (!(cause instanceof DecodeError)) throw cause;
    return { code: 'sending/odd-body', message: `the body is no ${type}: ${cause.message}`, offset: cause.offset };
  }
}

function rootComplaint(root: ElementNode, form: string): Diagnostic | null {
  if (root.name === 'SyncML') return null;
  return { code: 'sending/odd-body', message: `the body is ${form}, but begins with <${root.name}> and not with <SyncML>`, offset: 0 };
}
