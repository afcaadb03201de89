import { once } from 'node:events';
import { SerialPort } from 'serialport';
import { eventually } from './files.js';

/** A terminal on a modem's port, for what a test has to say to a modem by hand. */
export class Terminal {
  #heard = '';

  private constructor(readonly port: SerialPort) {
    port.on('data', (octets: Buffer) => {
      this.#heard += octets.toString('latin1');
    });
  }

  static async open(path: string): Promise<Terminal> {
    const port = new SerialPort({ path, baudRate: 115200, autoOpen: false });
    await new Promise<void>((resolve, reject) => port.open((error) => (error ? reject(error) : resolve())));
    return new Terminal(port);
  }

  /** Sends a command line and gives what the modem said up to its final result, which must be OK. */
  async command(line: string): Promise<string> {
    this.#heard = '';
    this.port.write(`${line}\r`);
    const answer = await eventually(
      `the final result of ${line}`,
      () => (/\r\n(OK|ERROR|\+CM[ES] ERROR: .*)\r\n$/.test(this.#heard) ? this.#heard : null),
      { timeoutMs: 5_000, describe: () => JSON.stringify(this.#heard) },
    );
    if (!answer.endsWith('\r\nOK\r\n')) throw new Error(`${line} was answered ${JSON.stringify(answer)}`);
    return answer;
  }

  async close(): Promise<void> {
    const closed = once(this.port, 'close');
    this.port.close();
    await closed;
  }
}
