export type * from './events.js';
export {
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
