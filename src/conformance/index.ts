export { type SipProcedure, sipProcedures } from './procedures/sip.js';
