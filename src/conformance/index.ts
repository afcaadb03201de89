export { type HttpProcedure, httpProcedures } from './procedures/http.js';
export { type SipProcedure, sipProcedures } from './procedures/sip.js';
