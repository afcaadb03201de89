export type { WdpDatagram } from '../sms/index.js';
export type { ApplicationId, ContentType, HeaderField, Parameter, WspPush, WspValue } from '../wsp/index.js';
export { type FromWdpOptions, fromWdp } from './from-wdp.js';
export { type NotPushFacts, notPush } from './not-push.js';
export type * from './types.js';
