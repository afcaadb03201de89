import { base64, decodeWbxml, type ElementNode, parseXml, syncMl12 } from '../dm/index.js';
import type { EnclosedCredential } from '../endpoints/index.js';
import { DecodeError } from '../octets/index.js';

/**
 * The credential in the header of a DM message; null where there is none that is known, or the message cannot be read.
 * @see OMA-TS-SyncML_RepPro-V1_2, Cred; OMA-TS-DM_Security-V1_2_1 5.3
 */
export function enclosedCredential(contentType: string, body: Uint8Array): EnclosedCredential | null {
  const header = headerOf(contentType, body);
  const cred = child(header, 'Cred');
  if (cred === null) return null;
  const type = text(descendant(cred, 'Type')) ?? 'syncml:auth-basic';
  const kind = type === 'syncml:auth-md5' ? 'md5' : type === 'syncml:auth-basic' ? 'basic' : null;
  const data = text(child(cred, 'Data'));
  if (kind === null || data === null) return null;
  return { kind, user: text(child(child(header, 'Source'), 'LocName')), text: data };
}

function headerOf(contentType: string, body: Uint8Array): ElementNode | null {
  const [name = ''] = contentType.split(';', 1);
  try {
    switch (name.trim().toLowerCase()) {
      case 'application/vnd.syncml.dm+wbxml':
        return child(decodeWbxml(body, { fallbackType: syncMl12 }).root, 'SyncHdr');
      case 'application/vnd.syncml.dm+xml':
        return child(parseXml(body).root, 'SyncHdr');
      default:
        return null;
    }
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    return null;
  }
}

function child(element: ElementNode | null, name: string): ElementNode | null {
  return element?.children.find((node): node is ElementNode => node.kind === 'element' && node.name === name) ?? null;
}

/** Type stands in Meta, with or without MetInf around it. */
function descendant(element: ElementNode, name: string): ElementNode | null {
  const meta = child(element, 'Meta');
  return child(meta, name) ?? child(child(meta, 'MetInf'), name);
}

function text(element: ElementNode | null): string | null {
  if (element === null) return null;
  const words = element.children
    .map((node) => (node.kind === 'text' || node.kind === 'opaque-text' ? node.text : node.kind === 'binary' ? base64(node.octets) : ''))
    .join('')
    .trim();
  return words === '' ? null : words;
}
