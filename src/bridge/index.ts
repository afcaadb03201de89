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
