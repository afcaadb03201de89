import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createWriteStream, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { seededRandom } from '../../dist/runtime/index.js';
import { EndpointTraffic, endpointBindings, listenWords } from './endpoint-traffic.mjs';
import { examine, isSettled, placesOf, recordsIn, storedBodies } from './examine.mjs';
import { bodyLeast, bodyRoom, pushParts, verdicts } from './messages.mjs';
import { closingPoints, firstPoints, pointsOf } from './points.mjs';

const here = (name) => fileURLToPath(new URL(name, import.meta.url));
const main = here('../../dist/cli/main.js');
export const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
/** Parts on their way to a lane while its `listen` is being killed. */
const stock = 24;
const drainMs = 120_000;
/** Kills after which a state folder is drained, examined and left. */
export const killsPerFolder = 40;

/** One `listen` with a state folder, two modems, other bindings and a consumer, killed again and again. */
export class Lane {
  /** @param modems none where short messages are left out */
  constructor({ number, folder, seed, bench, modems, bindings, consumerFaults, onKill }) {
    Object.assign(this, { number, folder, bench, modems, bindings, consumerFaults, onKill });
    this.points = pointsOf(bindings);
    this.endpoints = bindings.filter((binding) => endpointBindings.includes(binding));
    this.random = seededRandom(seed);
    this.messages = new Map();
    this.history = [];
    this.sent = 0;
    this.startMs = 1000;
  }

  chance(share) {
    return this.random.fraction() < share;
  }

  below(count) {
    return Math.floor(this.random.fraction() * count);
  }

  /** So many kills on a fresh state folder, then everything is waited for and examined. */
  async round(number, kills) {
    this.messages = new Map();
    this.history = [];
    this.traffic = new EndpointTraffic({
      below: (count) => this.below(count),
      compose: (binding, verdict) => this.composeFor(binding, verdict),
      accepted: (message) => {
        message.told = true;
        message.believed = true;
      },
    });
    this.place = join(this.folder, `${this.number}-${number}`);
    mkdirSync(this.place, { recursive: true });
    this.record = join(this.place, 'record');
    this.pointsFile = join(this.place, 'points');
    for (const file of [this.record, this.pointsFile]) writeFileSync(file, '');
    this.sockets = ['dm', 'all'].map((name) => join(this.place, name));
    const sink = (path, more) =>
      `{ kind: unix, path: ${path}, timeout-s: 1, retry: { first-delay-s: 0.05, max-delay-s: 0.5, give-up-after-s: 604800 }${more} }`;
    // keep-mib is as small as it goes, so that retention has work while the program is killed.
    writeFileSync(
      join(this.place, 'config.yaml'),
      `sinks:\n  dm-application: ${sink(this.sockets[0], '')}\n  all: ${sink(this.sockets[1], ', ordered: false')}\nroutes:\n  - to: [all]\nlimits: { keep-mib: 1 }\n`,
    );
    this.ending = false;
    const consuming = this.consume();
    await this.consumerReady;
    try {
      for (let kill = 0; kill < kills; kill += 1) await this.killOnce(kill === 0);
      await this.drain();
      this.ending = true;
      this.consumer.kill('SIGTERM');
      await consuming;
      return examine(this);
    } finally {
      this.ending = true;
      this.consumer.kill('SIGKILL');
    }
  }

  /** Keeps a consumer running, whoever kills it. */
  async consume() {
    while (!this.ending) {
      const faults = this.draining ? '0' : String(this.consumerFaults);
      const child = spawn(process.execPath, [here('consumer.mjs'), this.record, String(this.below(2 ** 31)), faults, ...this.sockets], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      this.consumer = child;
      this.consumerReady = new Promise((resolve) => child.stdout.once('data', resolve));
      await new Promise((resolve) => child.once('close', resolve));
    }
  }

  /** Puts new messages on the way, parts shuffled and some of them twice, until enough parts are. */
  fill() {
    if (this.modems.length === 0) return;
    const waiting = [];
    for (const message of this.messages.values()) if (!message.believed) waiting.push(...message.parts.filter(({ taken }) => !taken));
    const fresh = [];
    for (let count = waiting.length; count < stock; ) {
      const message = this.compose();
      if (message === null) break;
      count += message.parts.length;
      fresh.push(...message.parts);
    }
    const order = [...fresh, ...fresh.filter(() => this.chance(0.05))];
    while (order.length > 0) {
      const [part] = order.splice(this.below(order.length), 1);
      this.bench.send({ do: 'deliver', to: part.to, key: part.key, tpdu: part.tpdu });
    }
  }

  /** A message nobody has sent yet, under a key that no message still on its way has. */
  compose() {
    const total = 1 + this.below(12);
    const wide = this.chance(0.25);
    const sender = `1555000${String(this.below(40)).padStart(4, '0')}`;
    const reference = this.below(3);
    const to = this.modems[this.below(this.modems.length)];
    const key = `${to}/${sender}/${reference}/${total}/${wide}`;
    for (const message of this.messages.values()) if (message.setKey === key && !message.recorded) return null;
    const least = bodyLeast(total);
    const length = least + this.below(bodyRoom(total, wide) - least + 1);
    const body = Buffer.from(Array.from({ length }, () => this.below(256)));
    const verdict = verdicts[this.below(verdicts.length)];
    const digest = createHash('sha256').update(body).digest('hex');
    this.sent += 1;
    const tpdus = pushParts({
      verdict,
      body: body.toString('hex').toUpperCase(),
      total,
      sender,
      reference,
      wide,
      transaction: this.below(256),
      number: this.sent,
      onCard: this.chance(0.2),
    });
    const message = { digest, binding: 'sms', verdict, total, from: `+${sender}`, setKey: key, believed: false, recorded: false };
    message.parts = tpdus.map((tpdu, index) => ({ to, tpdu, key: `${this.number}/${digest}/${index}`, taken: false, message }));
    this.messages.set(digest, message);
    return message;
  }

  /** A push for a binding without a modem. Who sent it is an address that nobody chose. */
  composeFor(binding, verdict) {
    const body = Buffer.from(Array.from({ length: 16 + this.below(600) }, () => this.below(256)));
    const digest = createHash('sha256').update(body).digest('hex');
    const message = { digest, binding, verdict, body, total: 1, from: null, parts: [], told: false, believed: false, recorded: false };
    this.messages.set(digest, message);
    return message;
  }

  /** The network's word on an attempt. */
  outcome(digest, index, outcome) {
    const message = this.messages.get(digest);
    if (message === undefined || (outcome !== 'acknowledged' && outcome !== 'stored')) return;
    message.parts[index].taken = true;
    message.believed = message.parts.every(({ taken }) => taken);
  }

  listen(killAt, afterReady) {
    const preload = `--import=${new URL('kill-at.mjs', import.meta.url).href}`;
    const ports = [...this.modems.flatMap((place) => ['--modem', this.bench.ports[place]]), ...listenWords(this.endpoints)];
    const log = openSync(join(this.place, 'stderr'), 'a');
    const child = spawn(
      process.execPath,
      [main, 'listen', '--json', ...ports, '--state-dir', join(this.place, 'state'), '--config', join(this.place, 'config.yaml')],
      {
        env: {
          ...process.env,
          NODE_OPTIONS: preload,
          TORTURE_KILL_AT: killAt ?? '',
          TORTURE_READY_AT: this.modems.length > 0 ? 'modem:ready' : 'bridge:recovered',
          TORTURE_AFTER_READY: afterReady,
          TORTURE_POINTS: this.pointsFile,
        },
        stdio: ['ignore', 'pipe', log],
      },
    );
    // Every other run is left to the modems alone: what comes faster would pass the points first that both pass.
    const busy = this.modems.length === 0 || this.chance(0.5);
    const events = createWriteStream(join(this.place, 'events'), { flags: 'a' });
    createInterface({ input: child.stdout }).on('line', (line) => {
      events.write(`${line}\n`);
      // While all is to come to an end nothing new is sent.
      if (this.draining || !busy || !line.startsWith('{"event":"listening"')) return;
      const { binding, port } = JSON.parse(line);
      this.traffic.begin(binding, port);
    });
    const ended = new Promise((resolve) => child.once('close', (code, signal) => resolve({ code, signal }))).then(async (exit) => {
      events.end();
      await this.traffic.stop();
      return exit;
    });
    return { child, ended };
  }

  async killOnce(first) {
    this.noteRecords();
    this.fill();
    this.disturb();
    const names = Object.keys(this.points);
    let point = null;
    if (first && this.chance(0.6)) point = firstPoints[this.below(firstPoints.length)];
    else if (this.chance(0.7)) point = names[this.below(names.length)];
    const killAt = point === null ? null : `${point}#${1 + this.below(this.points[point])}`;
    const began = performance.now();
    writeFileSync(this.pointsFile, '');
    const closing = point !== null && closingPoints.has(point);
    const afterReady = point === null ? '' : `${closing ? 'SIGTERM' : 'SIGKILL'}:${closing ? this.below(600) : 1500}`;
    const { child, ended } = this.listen(killAt, afterReady);
    // At a random instant: from the first instruction to well into its work.
    const killer = setTimeout(() => child.kill('SIGKILL'), point === null ? this.below(this.startMs * 1.5 + 700) : 15_000);
    const exit = await ended;
    clearTimeout(killer);
    const endedWell = closing && (exit.code === 0 || exit.signal === 'SIGTERM');
    if (exit.signal !== 'SIGKILL' && !endedWell)
      throw new Error(`listen ended by itself with ${exit.signal ?? `code ${exit.code}`} (${killAt ?? 'no point'}): see ${this.place}`);
    const noted = readFileSync(this.pointsFile, 'utf8');
    const readyMs = /^ready (\d+)$/m.exec(noted)?.[1];
    if (readyMs !== undefined) this.startMs = 0.8 * this.startMs + 0.2 * Number(readyMs);
    const atPoint = noted.includes('killed ');
    this.history.push(atPoint ? killAt : `${Math.round(performance.now() - began)} ms`);
    if (exit.signal === 'SIGKILL') this.onKill(atPoint ? point : null);
    // What is on disk is to be handed on, whether or not somebody was told so; over UDP nobody ever is.
    for (const body of this.endpoints.length === 0 ? [] : storedBodies(this)) {
      const message = this.messages.get(body);
      if (message !== undefined && message.binding !== 'sms') message.believed = true;
    }
  }

  /** Faults of the modem and of the consumer, now and then. */
  disturb() {
    if (this.chance(0.1)) setTimeout(() => this.consumer.kill('SIGKILL'), this.below(1500));
    if (this.modems.length === 0) return;
    const to = this.modems[this.below(this.modems.length)];
    if (this.chance(0.1)) this.bench.send({ do: 'lose-answers', to, count: 1 });
    if (this.chance(0.05)) this.bench.send({ do: 'reboot', to });
    if (this.chance(0.05)) this.bench.send({ do: 'silent', to, ms: 300 + this.below(700) });
    if (this.chance(0.1)) this.bench.send({ do: 'babble', to, text: '\r\n+CMT: ,20\r\nRING\r\n\x00\xff+CM' });
  }

  /** Without kills until all that was sent has arrived; then a clean end. */
  async drain() {
    this.draining = true;
    this.consumer.kill('SIGKILL');
    for (const to of this.modems) this.bench.send({ do: 'lose-answers', to, count: 0 });
    writeFileSync(this.pointsFile, '');
    const { child, ended } = this.listen(null, '');
    let over = null;
    ended.then((exit) => {
      over = exit;
    });
    const until = performance.now() + drainMs;
    while (performance.now() < until && over === null) {
      this.noteRecords();
      const ready = readFileSync(this.pointsFile, 'utf8').includes('ready ');
      if (ready && [...this.messages.values()].every(isDone) && isSettled(this)) break;
      await pause(50);
    }
    // What is handed on a second time is so within this time.
    await pause(300);
    child.kill('SIGTERM');
    const hard = setTimeout(() => child.kill('SIGKILL'), 15_000);
    const exit = await ended;
    clearTimeout(hard);
    this.draining = false;
    if (exit.code !== 0) throw new Error(`listen ended with ${exit.signal ?? `code ${exit.code}`} after SIGTERM: see ${this.place}`);
  }

  noteRecords() {
    const at = new Map();
    for (const { body, place } of recordsIn(this)) at.set(body, (at.get(body) ?? new Set()).add(place));
    for (const message of this.messages.values()) {
      const places = at.get(message.digest);
      message.recorded = places !== undefined && placesOf(message).every((place) => places.has(place));
    }
  }
}

/** What a modem was given is taken by it sooner or later; elsewhere nothing is owed to who was told nothing. */
const isDone = ({ binding, believed, recorded }) => (binding === 'sms' ? believed && recorded : recorded || !believed);
