export * from './authenticate.js';
export { base64, base64Octets } from './base64.js';
export { type DecodeWbxmlOptions, decodeWbxml } from './decode-wbxml.js';
export { type DmCommand, type DmItem, type DmMessageContext, type DmMessageSummary, describeDmMessage } from './describe.js';
export type {
  Attribute,
  BinaryNode,
  DocumentNode,
  ElementNode,
  EmbeddedNode,
  OpaqueTextNode,
  TextNode,
  WbxmlDocument,
} from './document.js';
export { type DocumentType, documentTypes, provisioning10, syncMl12 } from './document-type.js';
export { documentTypeOfRoot, type EncodeWbxmlOptions, encodeWbxml } from './encode-wbxml.js';
export { type FormatXmlOptions, formatXml } from './format-xml.js';
export { type DocumentLimits, receivedLimits } from './limits.js';
export { decodeMms, type MmsHeader, type MmsMessage } from './mms.js';
export { type DmNotification, decodeNotification, encodeTrigger, type NotificationTrigger, type UiMode } from './notification.js';
export { type ParseXmlOptions, parseXml, type XmlDocument } from './parse-xml.js';
export { decodeSuplInit, type QualityOfPosition, type SuplInit, type SuplRequestor } from './supl-init.js';
