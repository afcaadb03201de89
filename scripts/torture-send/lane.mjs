import { spawn } from 'node:child_process';
import { mkdirSync, openSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { openJournalReader } from '../../dist/journal/index.js';
import { seededRandom } from '../../dist/runtime/index.js';
import { examine } from './examine.mjs';
import { points, weighed } from './points.mjs';

const main = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
const preload = `--import=${new URL('../torture/kill-at.mjs', import.meta.url).href}`;
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
/** Refusals that are worth no long wait; 332 leaves it open whether the message left. */
const refusals = [1, 28, 41, 96, 198, 304, 332];
const mostParts = 40;
const drainMs = 120_000;

/** One modem that sends, with its state folder; `send` or a `listen` that sends for it is struck again and again. */
export class Lane {
  constructor({ number, folder, seed, bench, sender, receiver }) {
    Object.assign(this, { number, folder, bench, sender, receiver });
    this.random = seededRandom(seed);
    this.counts = new Map();
    this.startMs = 1000;
  }

  below(count) {
    return Math.floor(this.random.fraction() * count);
  }

  chance(share) {
    return this.random.fraction() < share;
  }

  count(what) {
    this.counts.set(what, (this.counts.get(what) ?? 0) + 1);
  }

  get port() {
    return this.bench.modems.get(this.sender).port;
  }

  /** So many sends on a fresh state folder; then whatever is still queued leaves, and everything is examined. */
  async round(number, sends) {
    this.place = join(this.folder, `${this.number}-${number}`);
    mkdirSync(this.place, { recursive: true });
    this.state = join(this.place, 'state');
    this.said = [];
    await this.bench.look();
    const before = this.bench.taken.get(this.sender)?.length ?? 0;
    for (let left = sends; left > 0; ) {
      const together = this.chance(0.3) ? Math.min(left, 1 + this.below(4)) : 0;
      if (together > 0) await this.throughListen(together);
      else await this.alone();
      left -= Math.max(1, together);
      await this.calm();
    }
    await this.drain();
    await this.bench.look();
    const taken = (this.bench.taken.get(this.sender) ?? []).slice(before);
    const reader = openJournalReader(this.state);
    try {
      return examine(reader.sends({ limit: 100_000 }), taken, this.said);
    } finally {
      reader.close();
    }
  }

  run(words, killAt) {
    const child = spawn(process.execPath, [main, ...words], {
      env: {
        ...process.env,
        NODE_OPTIONS: preload,
        TORTURE_KILL_AT: killAt ?? '',
        TORTURE_AFTER_READY: '',
        TORTURE_POINTS: join(this.place, 'points'),
      },
      stdio: ['ignore', 'pipe', openSync(join(this.place, 'stderr'), 'a')],
    });
    const events = [];
    const watchers = new Set();
    createInterface({ input: child.stdout }).on('line', (line) => {
      const event = JSON.parse(line);
      events.push(event);
      for (const watcher of watchers) watcher(event);
    });
    const ended = new Promise((resolve) => child.once('close', (code, signal) => resolve({ code, signal })));
    return { child, events, watchers, ended };
  }

  send(words, killAt) {
    const parts = 1 + this.below(this.chance(0.5) ? 4 : mostParts);
    const body = Buffer.from(Array.from({ length: parts === 1 ? 60 : 128 * parts - 60 }, () => this.below(256)));
    const file = join(this.place, `body-${this.said.length}`);
    writeFileSync(file, body);
    const leave = this.chance(0.1) ? ['--allow-duplicates'] : [];
    const all = ['send', '--json', '--quiet', '--to', this.bench.modems.get(this.receiver).number, '--type', 'dm+wbxml', '--body', file];
    const run = this.run([...all, '--state-dir', this.state, ...leave, ...words], killAt);
    this.said.push(run);
    run.ended.then((exit) => {
      run.exit = exit;
    });
    return { run, parts };
  }

  /** Strikes at a moment of chance: from the first instruction on, or once so many parts have left. */
  async moment({ watchers, ended }, parts) {
    if (this.chance(0.4)) return Promise.race([pause(this.below(1.4 * this.startMs)), ended]);
    let seen = 0;
    const wanted = 1 + this.below(parts);
    await Promise.race([
      new Promise((resolve) => {
        watchers.add((event) => {
          if (event.event === 'part') seen += 1;
          if (seen >= wanted) resolve();
        });
      }),
      ended,
      pause(15_000),
    ]);
    await pause(this.below(4));
  }

  /** What is to befall a program and its modem; the answer is where the program kills itself, or null. */
  plan() {
    const kind = ['point', 'point', 'instant', 'instant', 'unplug', 'unplug', 'reboot', 'dead', 'refuse', 'none'][this.below(10)];
    const point = kind === 'point' ? weighed[this.below(weighed.length)] : null;
    // Half of the sends have four parts at most, so half of the blows are early ones.
    const most = point === null ? 0 : this.chance(0.5) ? Math.min(4, points[point]) : points[point];
    return { kind, killAt: point === null ? null : `${point}#${1 + this.below(most)}` };
  }

  async befall(kind, run, parts) {
    const { child, ended } = run;
    if (kind === 'refuse') {
      const error = refusals[this.below(refusals.length)];
      await this.bench.fault(this.sender, 'refuse-submit', { share: 0.2, count: 0, error, seconds: 20 });
    } else if (kind === 'instant') {
      await this.moment(run, parts);
      child.kill('SIGKILL');
    } else if (kind === 'unplug') {
      await this.moment(run, parts);
      await this.bench.fault(this.sender, 'unplug', { seconds: 0.3 + this.random.fraction() });
    } else if (kind === 'reboot') {
      await this.moment(run, parts);
      await this.bench.fault(this.sender, 'reboot');
    } else if (kind === 'dead') {
      // A modem that falls silent for good would be waited for for minutes: the program is killed while it waits, or the modem goes.
      await this.moment(run, parts);
      await this.bench.fault(this.sender, this.chance(0.5) ? 'hang' : 'prompt-stuck');
      await Promise.race([pause(this.below(1200)), ended]);
      if (this.chance(0.5)) child.kill('SIGKILL');
      else await this.bench.fault(this.sender, 'unplug', { seconds: 1 });
    }
  }

  /** One `send` with the modem to itself. */
  async alone() {
    const { kind, killAt } = this.plan();
    const { run, parts } = this.send(['--modem', this.port], killAt);
    const began = performance.now();
    run.watchers.add(() => {
      if (run.events.length === 1) this.startMs = 0.8 * this.startMs + 0.2 * (performance.now() - began);
    });
    await Promise.all([this.befall(kind, run, parts), this.end(run)]);
    this.count(this.struck(kind, run));
  }

  struck(kind, { exit }) {
    if (kind === 'point') return exit?.signal === 'SIGKILL' ? 'killed at a point' : 'point not reached';
    return exit?.signal === 'SIGKILL' ? 'killed at an instant' : kind;
  }

  /** Several `send` at once, by a `listen` that drives the modem; the blow strikes it, one of them, or the modem. */
  async throughListen(together) {
    const { kind, killAt } = this.plan();
    const listen = this.run(['listen', '--json', '--modem', this.port, '--state-dir', this.state], killAt);
    await Promise.race([
      new Promise((resolve) => listen.watchers.add((event) => event.state === 'ready' && resolve())),
      listen.ended,
      pause(15_000),
    ]);
    const sends = Array.from({ length: together }, () => this.send(listen.child.exitCode === null ? [] : ['--modem', this.port]));
    const [first] = sends;
    const target = kind === 'instant' && this.chance(0.4) ? first.run : listen;
    await Promise.all([
      this.befall(kind, { ...target, watchers: first.run.watchers, ended: target.ended }, first.parts),
      ...sends.map(({ run }) => this.end(run)),
    ]);
    listen.child.kill('SIGTERM');
    const hard = setTimeout(() => listen.child.kill('SIGKILL'), 10_000);
    const exit = await listen.ended;
    clearTimeout(hard);
    for (const { run } of sends) this.count(this.struck(kind, { exit: run.exit?.signal === 'SIGKILL' ? run.exit : exit }));
  }

  /** What goes on for too long is killed too: a modem that takes a message and says nothing is waited for for minutes. */
  async end(run) {
    const hard = setTimeout(() => run.child.kill('SIGKILL'), 25_000);
    await run.ended;
    clearTimeout(hard);
  }

  /** Ends whatever lasts. */
  async calm() {
    await this.bench.fault(this.sender, 'clear');
    await this.bench.look();
  }

  /** A `listen` without any blow sends what is still queued, and ends in order. */
  async drain() {
    await this.calm();
    const listen = this.run(['listen', '--json', '--modem', this.port, '--state-dir', this.state], null);
    const until = performance.now() + drainMs;
    const isReady = () => listen.events.some(({ state }) => state === 'ready');
    while (performance.now() < until && !(isReady() && this.nothingOpen())) {
      await Promise.race([pause(50), listen.ended]);
      if (listen.child.exitCode !== null || listen.child.signalCode !== null) break;
    }
    listen.child.kill('SIGTERM');
    const { code, signal } = await listen.ended;
    if (code !== 0) throw new Error(`listen ended with ${signal ?? `code ${code}`} after SIGTERM`);
  }

  nothingOpen() {
    const reader = openJournalReader(this.state);
    try {
      return reader.openSends().length === 0;
    } finally {
      reader.close();
    }
  }
}
