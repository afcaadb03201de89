export { AtEngine, type AtEngineListeners, type CommandOptions, type LineOddity } from './at-engine.js';
export { type DiscoveredModem, type DiscoveredPort, type DiscoverOptions, discoverModems } from './discovery.js';
export { AtError, ModemError, PortClosedError, PortError, TimeoutError, TraceError } from './errors.js';
export { type InspectOptions, inspectModem, type ModemInspection, type SilentPort } from './inspect.js';
export { Modem } from './modem.js';
export type { ModemOptions } from './modem-options.js';
export { type OpenModemOptions, openModem } from './open-modem.js';
export type { PinAttempts } from './pin-attempts.js';
export { type RememberedPinOptions, rememberedPin } from './pin-memory.js';
export { closePort, type OpenPortOptions, openPort } from './port.js';
export { findPortHolders, type PortHolder, programName } from './port-holder.js';
export { type PortName, parsePortName } from './port-name.js';
export { ReplayPort } from './replay-port.js';
export { type ReplayResult, replayTrace } from './replay-trace.js';
export type { LockedSim, PinSource } from './sim.js';
export type { MemoryUse, ModemStatus, NetworkRegistration } from './status.js';
export { type SuperviseOptions, supervise } from './supervise.js';
export {
  formatTrace,
  formatTraceEntry,
  formatTraceHeader,
  maskPin,
  parseTrace,
  type Trace,
  type TraceEntry,
  type TraceHeader,
} from './trace.js';
export { openTraceFile, type TraceFile } from './trace-file.js';
export { TracingPort } from './tracing-port.js';
export type * from './types.js';
