export { type Item, type ItemId, scrItems } from './items.js';
export { type HttpProcedure, httpProcedures } from './procedures/http.js';
export { type ObexProcedure, obexProcedures } from './procedures/obex.js';
export { ownProcedures } from './procedures/own.js';
export { type SipProcedure, sipProcedures } from './procedures/sip.js';
export { wspProcedures } from './procedures/wsp.js';
export { type ConformanceOptions, type Evidence, notAskedFor, runConformance, type StatedItem, type Statement, state } from './run.js';
export { statementHtml } from './statement-html.js';
export type { Procedure } from './types.js';
