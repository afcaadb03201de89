export type { WdpDatagram } from '../sms/index.js';
export type {
  ApplicationId,
  ConditionOctets,
  ContentType,
  EncodePushOptions,
  HeaderField,
  Parameter,
  PushToEncode,
  WspPush,
  WspValue,
} from '../wsp/index.js';
export { conditionOctets } from '../wsp/index.js';
export { dmMessageTypes } from './dm-types.js';
export { type EndpointBinding, fromEndpoint, fromHeaders, type HeaderLine, hopsHeader, type MessageEnvelope } from './envelope.js';
export { decodeEnvelope, fromHttpRequest, type HttpPush } from './from-http.js';
export { type FromWdpOptions, fromWdp } from './from-wdp.js';
export { type NotPushFacts, notPush } from './not-push.js';
export { type ToWdpOptions, toWdp } from './to-wdp.js';
export type * from './types.js';
