#!/usr/bin/env node
// Pulls a virtual modem out again and again while messages arrive: npm run hotplug -- --unplugs N --seed S [--profile ID] [--json]
// The whole `listen` runs as a process of its own. Each time the port hangs up and comes back under a tty name that it never had before: at an
// octet of chance in what the modem says, or as soon as a command of chance has come and before anything is said to it.
// Ends with 0 when every message was handed on, once, each name was new, and half of the times the modem was armed again within a second and a half.
import { spawn } from 'node:child_process';
import { closeSync, constants, mkdtempSync, openSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { seededRandom, systemClock } from '../dist/runtime/index.js';
import { openVirtualBench } from '../dist/virtual-bench/index.js';

const { values } = parseArgs({
  options: {
    unplugs: { type: 'string', default: '50' },
    seed: { type: 'string', default: '1' },
    profile: { type: 'string', default: 'plain-27005' },
    json: { type: 'boolean', default: false },
  },
});
const unplugs = Number(values.unplugs);
const seed = Number(values.seed);
if (!Number.isInteger(unplugs) || unplugs < 1 || !Number.isInteger(seed)) {
  process.stderr.write('usage: npm run hotplug -- --unplugs N --seed S [--profile ID] [--json]\n');
  process.exit(2);
}
const armedWithinMs = 1_500;
/** A median of fewer says little on a machine that does other things too. */
const enoughForMedian = 20;
const random = seededRandom(seed);
const below = (limit) => Math.floor(random.fraction() * limit);
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

const folder = mkdtempSync(join(tmpdir(), 'wb-hotplug-'));
const names = new Set();
/** Slaves of the names had before: the system gives no number out again while anybody holds it. */
const held = [];
let pluggedAt = 0;
/** After how many octets from the modem, or after how many commands to it, the port hangs up; null where nothing is planned. */
let plan = null;
const bench = await openVirtualBench({
  modems: 1,
  transport: 'pty',
  clock: systemClock,
  random,
  profile: values.profile,
  link: folder,
  onPluggedIn: (modem) => {
    pluggedAt = performance.now();
    if (names.has(modem.port)) throw new Error(`${modem.port} was had before`);
    names.add(modem.port);
    tap(modem.modem.line);
  },
});
const [modem] = bench.modems;
let pending = 0;
overhear(modem.modem);
/** Takes the modem off its port, whose name nobody can have again. */
async function unplug() {
  held.push(openSync(modem.modem.line.port, constants.O_RDWR | constants.O_NOCTTY | constants.O_NONBLOCK));
  await modem.unplug();
}
// The first line was plugged in before anything could be overheard.
await unplug();
await modem.plugIn();

/** Cuts what the modem says at the octet that was planned, and says nothing from the command on that was planned. */
function tap(line) {
  const write = line.write.bind(line);
  line.write = (octets) => {
    if (plan?.mute) return;
    if (plan === null || octets.length < plan.octets) {
      if (plan !== null) plan.octets -= octets.length;
      write(octets);
      return;
    }
    if (plan.octets > 0) write(octets.subarray(0, plan.octets));
    plan.octets = 0;
    plan.reached();
  };
}

/** Counts the commands that come, and lets the planned one go unanswered for ever: the port hangs up while it is pending. */
function overhear(virtual) {
  const plugIn = virtual.plugIn.bind(virtual);
  virtual.plugIn = (line) => {
    const start = line.start.bind(line);
    line.start = (handlers) =>
      start({
        ...handlers,
        data: (octets) => {
          if (plan?.commands > 0 && octets.includes(0x0d)) {
            plan.commands -= 1;
            if (plan.commands === 0) {
              plan.mute = true;
              pending += 1;
              plan.reached();
            }
          }
          if (plan?.mute !== true) handlers.data(octets);
        },
      });
    plugIn(line);
  };
}

/** What `listen` has said. */
const seen = { ready: 0, readyAt: 0, lost: 0, messages: [], complaints: [] };
let tell = () => {};
const listen = spawn(
  process.execPath,
  [
    fileURLToPath(new URL('../dist/cli/main.js', import.meta.url)),
    'listen',
    '--json',
    '--modem',
    join(folder, 'modem-1'),
    '--state-dir',
    join(folder, 'state'),
  ],
  { stdio: ['ignore', 'pipe', 'pipe'] },
);
createInterface({ input: listen.stdout }).on('line', (line) => {
  const event = JSON.parse(line);
  if (event.event === 'modem' && event.state === 'ready') {
    seen.ready += 1;
    seen.readyAt = performance.now();
  }
  if (event.event === 'modem' && event.state === 'lost') seen.lost += 1;
  if (event.event === 'message') seen.messages.push({ id: event.id, body: event.push?.body ?? '' });
  if (event.event === 'error') seen.complaints.push(line);
  tell();
});
let errors = '';
listen.stderr.on('data', (chunk) => {
  errors = `${errors}${chunk}`.slice(-4_000);
});
const ended = new Promise((resolve) => listen.once('exit', (code, signal) => resolve({ code, signal })));

/** Waits until a condition holds; false when time was up. */
async function until(holds, ms) {
  const end = performance.now() + ms;
  while (!holds()) {
    const left = end - performance.now();
    if (left <= 0 || listen.exitCode !== null) return false;
    await Promise.race([
      new Promise((resolve) => {
        tell = resolve;
      }),
      pause(Math.min(left, 20)),
    ]);
  }
  return true;
}

/** A DM push in two parts, written octet by octet; the number makes it like no other. @see 3GPP TS 23.040 9.2.2.1, WAP-230-WSP 8.2.4.1 */
function message(number) {
  const body = number.toString(16).toUpperCase().padStart(8, '0') + 'A5'.repeat(150);
  const push = `010603C2AF87${body}`;
  const cut = 256;
  const stamp = [26, 11, 22, 19, Math.floor(number / 60) % 60, number % 60]
    .map((value) =>
      String(value)
        .padStart(2, '0')
        .replace(/(.)(.)/, '$2$1'),
    )
    .join('');
  const part = (sequence, octets) => {
    const userData = `0B05040B8423F00003${(number % 256).toString(16).toUpperCase().padStart(2, '0')}02${sequence}${octets}`;
    return `440B915155000000F90004${stamp}00${(userData.length / 2).toString(16).toUpperCase().padStart(2, '0')}${userData}`;
  };
  return { body, parts: [part('01', push.slice(0, cut)), part('02', push.slice(cut))] };
}

const sent = new Set();
const armed = [];
let early = 0;
const startedAt = performance.now();
if (!(await until(() => seen.ready > 0, 20_000))) throw new Error(`listen did not become ready: ${errors}`);
for (let round = 0; round < unplugs; round += 1) {
  const waits = random.fraction() < 0.75;
  if (waits) {
    const plugged = pluggedAt;
    if (!(await until(() => seen.readyAt > plugged, 30_000))) throw new Error(`round ${round}: not armed again in 30 s: ${errors}`);
    if (round > 0) armed.push(seen.readyAt - plugged);
  } else early += 1;
  const { body, parts } = message(round);
  sent.add(body);
  const inOrder = random.fraction() < 0.5 ? parts : [...parts].reverse();
  await new Promise((resolve) => {
    // A message of two parts is some 800 octets on the line, setting a modem up some 1500.
    const atCommand = random.fraction() < 0.25;
    plan = {
      octets: atCommand ? Number.POSITIVE_INFINITY : 1 + below(waits ? 800 : 1_500),
      commands: atCommand ? 1 + below(waits ? 2 : 30) : 0,
      mute: false,
      reached: resolve,
    };
    for (const tpdu of inOrder) modem.deliver(tpdu).catch(() => {});
    setTimeout(resolve, 50 + below(250));
  });
  await unplug();
  plan = null;
  await pause(below(30));
  await modem.plugIn();
}
if (await until(() => seen.readyAt > pluggedAt, 30_000)) armed.push(seen.readyAt - pluggedAt);
const all = await until(() => new Set(seen.messages.map(({ body }) => body)).size >= sent.size && modem.state().waiting === 0, 60_000);
// What would be handed on a second time is so within this time.
await pause(1_000);
const { waiting } = modem.state();
listen.kill('SIGTERM');
const exit = await ended;
await bench.close();
for (const slave of held) closeSync(slave);
rmSync(folder, { recursive: true, force: true });

const times = new Map();
for (const { body } of seen.messages) times.set(body, (times.get(body) ?? 0) + 1);
const sorted = armed.sort((left, right) => left - right);
const median = sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
const result = {
  unplugs,
  seed,
  profile: values.profile,
  ttyNames: names.size,
  duringSetUp: early,
  whileCommandPending: pending,
  messages: sent.size,
  lost: [...sent].filter((body) => !times.has(body)).length,
  handedOnTwice: [...times.values()].filter((count) => count > 1).length,
  invented: [...times.keys()].filter((body) => !sent.has(body)).length,
  stillWaiting: waiting,
  armedMedianMs: Math.round(median),
  armed95Ms: Math.round(sorted[Math.floor(sorted.length * 0.95)] ?? Number.NaN),
  armedMostMs: Math.round(sorted.at(-1) ?? Number.NaN),
  seconds: Math.round((performance.now() - startedAt) / 1000),
  exitCode: exit.code,
};
const good =
  all &&
  result.lost === 0 &&
  result.handedOnTwice === 0 &&
  result.invented === 0 &&
  waiting === 0 &&
  names.size > unplugs &&
  exit.code === 0 &&
  (armed.length < enoughForMedian || result.armedMedianMs < armedWithinMs);
if (values.json) process.stdout.write(`${JSON.stringify(result)}\n`);
else {
  process.stdout.write(
    `${unplugs} unplugs at random octets (seed ${seed}, ${values.profile}), ${early} of them before the modem was set up, ${pending} with a command unanswered; ${names.size} tty names\n` +
      `${sent.size} messages of two parts: ${result.lost} lost, ${result.handedOnTwice} handed on twice, ${result.invented} invented\n` +
      `armed again: median ${result.armedMedianMs} ms, 95 % ${result.armed95Ms} ms, most ${result.armedMostMs} ms; ${result.seconds} s in all\n`,
  );
}
if (!good) process.stderr.write(`${seen.complaints.slice(-5).join('\n')}\n${errors}\n`);
process.exitCode = good ? 0 : 1;
