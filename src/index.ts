/**
 * wapbridge as a library: what its commands do, without them.
 * @packageDocumentation
 */
export { Bridge, type BridgeEvent, type BridgeOptions, type ModemToDrive } from './bridge/index.js';
export { BridgeError, type BridgeErrorOptions, type ErrorCode } from './errors.js';
export { type Journal, type JournalOptions, openJournal } from './journal/index.js';
export { type Clock, type Logger, type Random, silentLogger, systemClock, systemRandom } from './runtime/index.js';
export {
  checkBody,
  composePush,
  Outbox,
  type OutboxOptions,
  type OutboxStore,
  type PartArrangement,
  type PartError,
  type PartFate,
  type PlannedPart,
  type PlanOptions,
  type PushToCompose,
  type PushType,
  planParts,
  type Receipt,
  receiptOf,
  SendError,
  type SendEvent,
  type SendingModem,
  type SendOptions,
  type SendPolicy,
  type SendRequest,
  secureBootstrap,
  sendPush,
} from './sending/index.js';
