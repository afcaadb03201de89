export { type CapturedPacket, pcapngPacket, pcapngPrologue, writePcapng } from './pcapng.js';
export { redactTrace } from './redact-trace.js';
