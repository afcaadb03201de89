export { AtEngine, type AtEngineListeners, type CommandOptions, type LineOddity } from './at-engine.js';
export { type DiscoveredModem, type DiscoveredPort, type DiscoverOptions, discoverModems } from './discovery.js';
export { AtError, ModemError, PortClosedError, PortError, TimeoutError, TraceError } from './errors.js';
export { Modem } from './modem.js';
export type { ModemOptions } from './modem-options.js';
export { type OpenModemOptions, openModem } from './open-modem.js';
export { type RememberedPinOptions, rememberedPin } from './pin-memory.js';
export { closePort, type OpenPortOptions, openPort } from './port.js';
export { findPortHolders, type PortHolder } from './port-holder.js';
export { type PortName, parsePortName } from './port-name.js';
export { ReplayPort } from './replay-port.js';
export type { LockedSim, PinSource } from './sim.js';
export type { MemoryUse, ModemStatus } from './status.js';
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
export { TracingPort } from './tracing-port.js';
export type * from './types.js';
