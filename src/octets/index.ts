export { newOctets } from './block.js';
export { type CodeTable, codeTable } from './code-table.js';
export { type Annotate, type Annotation, Cursor, type CursorOptions } from './cursor.js';
export type { Diagnostic } from './diagnostic.js';
export { DecodeError, EncodeError } from './errors.js';
export { fromHex, toHex } from './hex.js';
export { viewOf } from './view.js';
export { OctetWriter } from './writer.js';
