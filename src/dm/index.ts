export { type DecodeWbxmlOptions, decodeWbxml } from './decode-wbxml.js';
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
export { type FormatXmlOptions, formatXml } from './format-xml.js';
export { type DocumentLimits, receivedLimits } from './limits.js';
