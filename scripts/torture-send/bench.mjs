import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

/** A `wapbridge bench` that is asked by NDJSON, and what its network took from each modem. */
export class Bench {
  #answers = new Map();
  #next = 1;
  #seen = 0;
  #asking = Promise.resolve();
  /** By name: port and number. */
  modems = new Map();
  /** By sender's name: TPDUs as the network took them, in order. */
  taken = new Map();

  constructor(main, modems, parameters) {
    this.child = spawn(process.execPath, [main, 'bench', '--json', '--modems', String(modems), ...parameters], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    this.ready = new Promise((resolve, reject) => {
      this.child.once('close', (code) => reject(new Error(`the bench ended with code ${code}`)));
      createInterface({ input: this.child.stdout }).on('line', (line) => {
        const object = JSON.parse(line);
        if (object.event === 'virtual-modem') this.modems.set(object.name, object);
        if (this.modems.size === modems) resolve();
        if ('ref' in object) {
          this.#answers.get(object.ref)?.(object);
          this.#answers.delete(object.ref);
        }
      });
    });
    this.ready.catch(() => undefined);
  }

  ask(command) {
    const ref = this.#next;
    this.#next += 1;
    return new Promise((resolve) => {
      this.#answers.set(ref, resolve);
      this.child.stdin.write(`${JSON.stringify({ ref, ...command })}\n`);
    });
  }

  fault(to, fault, numbers = {}) {
    return this.ask({ do: 'fault', to, fault, ...numbers });
  }

  /** Notes what the network took since it was last asked; the log forgets after 10,000 entries. */
  look() {
    this.#asking = this.#asking.then(async () => {
      const { events } = await this.ask({ do: 'log', after: this.#seen });
      for (const { sequence, kind, from, tpdu } of events) {
        this.#seen = Math.max(this.#seen, sequence);
        if (kind === 'submitted') this.taken.set(from, [...(this.taken.get(from) ?? []), tpdu]);
      }
    });
    return this.#asking;
  }

  stop() {
    this.child.kill('SIGTERM');
  }
}
