export { reached } from '../runtime/index.js';
export { Bridge, type BridgeOptions, withheldSinks } from './bridge.js';
export {
  type ControlConnection,
  type ControlHandler,
  type ControlHandlers,
  type ControlObject,
  connectToHolder,
  listenForRequests,
} from './control.js';
export { type DmContent, type DmSecrets, presentNotification, type ReadBodyOptions, readDmContent } from './dm-content.js';
export { type DmPolicy, openDmPolicy } from './dm-policy.js';
export type { DrivenModem } from './driven-modems.js';
export { previewOf } from './endpoint-carriers.js';
export { type EndpointSettings, type ListenersAsked, listenersOf, senderOf } from './endpoint-plan.js';
export type * from './events.js';
export { type Judgement, judge } from './message.js';
export type { ModemToDrive } from './modem-loop.js';
export { expiredSets, heldMessages, type PartialMessage, waitingSets } from './open-sets.js';
export {
  leftOutOf,
  type Presented,
  type PresentedError,
  presentConcatenation,
  presentDatagram,
  presentDiagnostics,
  presentError,
  presentPorts,
  presentPush,
  presentVerdict,
} from './present.js';
export { presentHeader, presentTpdu } from './present-tpdu.js';
export { type Routable, type Route, sinksFor } from './routes.js';
export { type SendWait, sendControlRequest } from './send-requests.js';
export { defaultSetLimits, type SetLimits } from './sets.js';
export { openSinks, type SinkSurroundings } from './sinks.js';
