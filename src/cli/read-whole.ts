import { createReadStream } from 'node:fs';
import type { Readable } from 'node:stream';
import { BridgeError } from '../errors.js';
import { standardInput } from './standard-input.js';

/**
 * A file whole, or standard input where it is `-`; never more than `mostOctets`.
 * @param tooLong makes the error for more
 * @throws BridgeError `cli/unreadable`, `cli/not-permitted`, or what `tooLong` makes
 */
export async function readWhole(file: string, stdin: Readable, mostOctets: number, tooLong: () => BridgeError): Promise<Uint8Array> {
  // yargs hands a lone hyphen over as empty text.
  const fromInput = file === '-' || file === '';
  const stream = fromInput ? standardInput(stdin) : createReadStream(file);
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    for await (const chunk of stream) {
      const octets = Buffer.isBuffer(chunk) ? chunk : Buffer.from(String(chunk));
      chunks.push(octets);
      length += octets.length;
      if (length > mostOctets) throw tooLong();
    }
  } catch (cause) {
    throw cause instanceof BridgeError ? cause : unreadable(fromInput ? 'standard input' : file, cause);
  }
  return Buffer.concat(chunks);
}

function unreadable(file: string, cause: unknown): BridgeError {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  if (code === 'EACCES' || code === 'EPERM') {
    return new BridgeError('cli/not-permitted', `${file} may not be read`, { cause, advice: 'check who owns it' });
  }
  const what = code === 'ENOENT' ? 'does not exist' : code === 'EISDIR' ? 'is a folder' : `cannot be read (${code})`;
  return new BridgeError('cli/unreadable', `${file} ${what}`, { cause, advice: 'check the path' });
}
