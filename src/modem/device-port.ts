import { readSync, writeSync } from 'node:fs';
import { SerialPort } from 'serialport';
import type { Clock } from '../runtime/index.js';
import { PortClosedError } from './errors.js';

type DoneCallback = (cause: Error | null) => void;

const poolOctets = 65_536;
const leastPoolOctets = 512;
const fullRetryMs = 2;
const tryAgain = new Set(['EAGAIN', 'EWOULDBLOCK', 'EINTR']);

/**
 * A serial device that notices when it is pulled out. The library's own reading takes the end of the line, which the kernel reports as a
 * read of nothing, for silence, and asks again for ever with a processor to itself; and each of its reads and writes goes through the thread
 * pool. Here the library opens, locks, sets up and waits, and octets are moved when the kernel says that there are some.
 * @see docs/decisions/serial-reading.md
 */
export class DevicePort extends SerialPort {
  readonly #clock: Clock;
  #pool = Buffer.allocUnsafe(poolOctets);
  #used = 0;
  #waiting = false;

  constructor(path: string, { clock, baudRate }: { readonly clock: Clock; readonly baudRate: number }) {
    super({ path, baudRate, autoOpen: false, lock: true, hupcl: false });
    this.#clock = clock;
  }

  override _read(size: number): void {
    const device = this.#device();
    if (device === null) {
      super._read(size);
      return;
    }
    if (this.#waiting) return;
    this.#waiting = true;
    device.poller.once('readable', (cause) => {
      this.#waiting = false;
      if (cause !== null && cause !== undefined) this.#hangUp(cause);
      else this.#pull(size);
    });
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: DoneCallback): void {
    const device = this.#device();
    if (device === null) {
      done(new PortClosedError('modem/port-lost', 'The device is closed'));
      return;
    }
    let written = 0;
    try {
      written = writeSync(device.fd, chunk);
    } catch (cause) {
      if (!isRetry(cause)) {
        this.#hangUp(cause);
        done(asError(cause));
        return;
      }
    }
    // Waiting for room with the library's poller would stop reading meanwhile, and the other side may wait for just that.
    if (written < chunk.length) this.#clock.after(fullRetryMs, () => this._write(chunk.subarray(written), 'latin1', done));
    else done(null);
  }

  override _writev(chunks: { readonly chunk: Buffer; readonly encoding: BufferEncoding }[], done: DoneCallback): void {
    this._write(Buffer.concat(chunks.map(({ chunk }) => chunk)), 'latin1', done);
  }

  #pull(size: number): void {
    const device = this.#device();
    if (device === null) return;
    if (this.#pool.length - this.#used < leastPoolOctets) {
      this.#pool = Buffer.allocUnsafe(poolOctets);
      this.#used = 0;
    }
    let length: number;
    try {
      length = readSync(device.fd, this.#pool, this.#used, Math.min(size, this.#pool.length - this.#used), null);
    } catch (cause) {
      if (isRetry(cause)) this._read(size);
      else this.#hangUp(cause);
      return;
    }
    if (length === 0) {
      this.#hangUp(new PortClosedError('modem/port-lost', 'the device hung up'));
      return;
    }
    const from = this.#used;
    this.#used += length;
    this.push(this.#pool.subarray(from, this.#used));
  }

  #hangUp(cause: unknown): void {
    if (this.isOpen) this.close(undefined, asError(cause));
  }

  #device() {
    const device = this.port;
    if (!this.isOpen || device === undefined || !('poller' in device) || !('fd' in device) || typeof device.fd !== 'number') return null;
    return { fd: device.fd, poller: device.poller };
  }
}

function isRetry(cause: unknown): boolean {
  return cause instanceof Error && 'code' in cause && typeof cause.code === 'string' && tryAgain.has(cause.code);
}

function asError(cause: unknown): Error {
  return cause instanceof Error ? cause : new PortClosedError('modem/port-lost', String(cause));
}
