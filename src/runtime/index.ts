export type { Cancel, Clock, Random } from './clock.js';
export { createLogger, type LogFields, type Logger, type LogLevel, silentLogger } from './log.js';
export { Mailbox } from './mailbox.js';
export { makeFolder } from './make-folder.js';
export { ManualClock } from './manual-clock.js';
export { reached } from './points.js';
export { seededRandom, systemRandom } from './random.js';
export { systemClock } from './system-clock.js';
export { keepYoungHeapSmall } from './young-heap.js';
