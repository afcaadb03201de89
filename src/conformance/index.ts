export { type Item, type ItemId, scrItems } from './items.js';
export { httpProcedures } from './procedures/http.js';
export { obexProcedures } from './procedures/obex.js';
export { ownProcedures } from './procedures/own.js';
export { sipProcedures } from './procedures/sip.js';
export { wspProcedures } from './procedures/wsp.js';
export { type ConformanceOptions, type Evidence, notAskedFor, runConformance, type StatedItem, type Statement, state } from './run.js';
export { statementHtml } from './statement-html.js';
export type { Procedure } from './types.js';
