export { type CapturedPacket, pcapngPacket, pcapngPrologue, writePcapng } from './pcapng.js';
