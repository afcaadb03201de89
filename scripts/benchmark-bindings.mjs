// Prints how many pushes a second go through each binding on loopback, from a sender to "accepted" after the disk (over UDP, which says
// nothing, to the line of the message), with 1 and with 32 senders, beside what the same senders reach with a receiver that stores nothing;
// and the memory that an idle connection takes. usage: node scripts/benchmark-bindings.mjs [--only NAME] [--seconds N] [--connections N] [--json]
import { spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { closeSync, fdatasyncSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { createServer } from 'node:http';
import { connect, createServer as createTcpServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { obexConnect, obexConnection, obexPacket, obexPacketLength, obexPut } from './obex-packets.mjs';

const main = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url));
const word = (name, standard) => {
  const at = process.argv.indexOf(name);
  return at < 0 ? standard : process.argv[at + 1];
};
const seconds = Number(word('--seconds', 3));
const connections = Number(word('--connections', 1000));
const only = word('--only', null);
const json = process.argv.includes('--json');
const warmUpSeconds = 1;

/** A DM message of 160 octets, up to the four that tell it from every other. */
const head = Buffer.from(
  '02A4016A006D6C7103312E3200017203444D2F312E3300016503324600015B033100016E5703494D45493A303034343031303133323433353436000101675703687474703A2F2F646D2E62656E63682E696E76616C69642F646D000101016B604B03310001546E57032E2F44657644657461696C2F4578742F42656E63682F466C61670001015A00014703696E7400010100004FC304',
  'hex',
);
const tail = Buffer.from('010101120101', 'hex');
let serial = 0;
function nextBody() {
  serial += 1;
  const number = Buffer.alloc(4);
  number.writeUInt32BE(serial);
  return Buffer.concat([head, number, tail]);
}

/** A running listener, its messages counted and, where somebody waits for one, told by their bodies. */
class Listener {
  static async start(parameters, configuration = null) {
    const folder = mkdtempSync(join(tmpdir(), 'wb-'));
    const file = join(folder, 'wapbridge.yaml');
    writeFileSync(file, JSON.stringify(configuration ?? {}));
    const words = [main, 'listen', ...parameters, '--json', '--config', file, '--state-dir', join(folder, 'state')];
    const listener = new Listener(spawn(process.execPath, words, { stdio: ['ignore', 'pipe', 'inherit'] }), folder);
    await listener.listening;
    return listener;
  }

  constructor(child, folder) {
    this.child = child;
    this.folder = folder;
    this.messages = 0;
    this.waiting = new Map();
    this.port = 0;
    this.listening = new Promise((resolve) => {
      createInterface({ input: child.stdout }).on('line', (line) => {
        if (line.startsWith('{"event":"message"')) {
          this.messages += 1;
          if (this.waiting.size > 0) this.#tell(line);
        } else if (line.startsWith('{"event":"listening"')) {
          this.port = JSON.parse(line).port;
          resolve();
        }
      });
    });
  }

  /** Resolves when the message with this body is handed on. */
  message(body) {
    return new Promise((resolve) => this.waiting.set(body.toString('hex').toUpperCase(), resolve));
  }

  #tell(line) {
    const [, body] = /"body":"([0-9A-F]*)"/.exec(line) ?? [];
    this.waiting.get(body)?.();
    this.waiting.delete(body);
  }

  residentKib() {
    return Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${this.child.pid}/status`, 'utf8'))?.[1]);
  }

  async stop() {
    const ended = once(this.child, 'close');
    this.child.kill('SIGTERM');
    await ended;
    rmSync(this.folder, { recursive: true, force: true });
  }
}

async function openTcp(port) {
  const socket = connect(port, '127.0.0.1');
  socket.setNoDelay(true);
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  return socket;
}

/** A sender of HTTP with one connection; answers come in the order of the POSTs. */
async function httpSender(port) {
  const socket = await openTcp(port);
  const waiting = [];
  let held = '';
  socket.on('data', (chunk) => {
    const answers = (held + chunk.toString('latin1')).split('\r\n\r\n');
    held = answers.pop();
    for (const answer of answers) {
      if (!answer.startsWith('HTTP/1.1 204')) throw new Error(answer);
      waiting.shift()();
    }
  });
  return {
    send(body) {
      const fields = `Content-Type: application/vnd.syncml.dm+wbxml\r\nContent-Length: ${body.length}\r\n`;
      socket.write(Buffer.concat([Buffer.from(`POST /wappush HTTP/1.1\r\nHost: localhost\r\n${fields}\r\n`), body]));
      return new Promise((resolve) => waiting.push(resolve));
    },
    close: () => socket.destroy(),
  };
}

const sipHead = (call, transport) =>
  `Via: SIP/2.0/${transport} 127.0.0.1:9;branch=z9hG4bK${call};rport\r\nFrom: <sip:dms@bench.invalid>;tag=1\r\nTo: <sip:dev@bench.invalid>\r\nCall-ID: ${call}\r\nCSeq: 1 MESSAGE\r\n`;

/** A sender of SIP over a way that is opened, which gives its answers to `heard`; they are told apart by Call-ID. */
async function sipSender(transport, open) {
  const waiting = new Map();
  serial += 1;
  const own = `${process.pid}-${serial}`;
  let sent = 0;
  const way = await open((answer) => {
    if (!answer.startsWith('SIP/2.0 200 ')) throw new Error(answer);
    const [, call] = /^Call-ID: (.*)\r$/m.exec(answer) ?? [];
    waiting.get(call)?.();
    waiting.delete(call);
  });
  return {
    send(body) {
      sent += 1;
      const call = `${own}-${sent}`;
      const fields = `Max-Forwards: 70\r\nContent-Type: application/vnd.syncml.dm+wbxml\r\nContent-Length: ${body.length}\r\n`;
      const head = `MESSAGE sip:dev@bench.invalid SIP/2.0\r\n${sipHead(call, transport)}${fields}\r\n`;
      way.write(Buffer.concat([Buffer.from(head), body]));
      return new Promise((resolve) => waiting.set(call, resolve));
    },
    close: () => way.close(),
  };
}

const sipByUdp = (port) =>
  sipSender('UDP', async (heard) => {
    const socket = createSocket('udp4');
    socket.on('message', (octets) => heard(octets.toString('latin1')));
    socket.connect(port, '127.0.0.1');
    await once(socket, 'connect');
    return { write: (octets) => socket.send(octets), close: () => socket.close() };
  });

const sipByTcp = (port) =>
  sipSender('TCP', async (heard) => {
    const socket = await openTcp(port);
    let held = '';
    socket.on('data', (chunk) => {
      const answers = (held + chunk.toString('latin1')).split('\r\n\r\n');
      held = answers.pop();
      for (const answer of answers) heard(`${answer}\r\n`);
    });
    return { write: (octets) => socket.write(octets), close: () => socket.destroy() };
  });

/**
 * The bindings. A sender's `send` resolves when the receiver has said that it has the push; `loads` are how many senders, and how many
 * pushes each lets wait at one time; `bare` is a receiver of the same kind that stores nothing; `idle` opens a connection and leaves it.
 */
const bindings = {
  http: {
    parameters: ['--http', '0'],
    loads: [
      { senders: 1, waiting: 1 },
      { senders: 1, waiting: 32 },
      { senders: 32, waiting: 1 },
    ],
    sender: (listener) => httpSender(listener.port),
    idle: (port) => openTcp(port),
    async bare() {
      const server = createServer((request, response) => {
        request.resume();
        request.once('end', () => response.writeHead(204).end());
      });
      server.listen(0, '127.0.0.1');
      await once(server, 'listening');
      return { port: server.address().port, stop: () => server.close() };
    },
  },
  udp: {
    parameters: ['--udp', '0'],
    loads: [
      { senders: 1, waiting: 64 },
      { senders: 32, waiting: 4 },
    ],
    async sender(listener) {
      const socket = createSocket('udp4');
      return {
        send(body) {
          const told = listener.message(body);
          socket.send(Buffer.concat([Buffer.from('010603C2AF87', 'hex'), body]), listener.port, '127.0.0.1');
          return told;
        },
        close: () => socket.close(),
      };
    },
  },
};

const sipLoads = [
  { senders: 1, waiting: 1 },
  { senders: 1, waiting: 32 },
  { senders: 32, waiting: 1 },
];
bindings.sip = {
  parameters: ['--sip', 'sip:dev@127.0.0.1:0'],
  loads: sipLoads,
  sender: (receiver) => sipByUdp(receiver.port),
  async bare() {
    const socket = createSocket('udp4');
    socket.on('message', (octets, from) => {
      const [, kept] = /^.*\r\n((?:Via|From|To|Call-ID|CSeq): [\s\S]*?)Max-Forwards/m.exec(octets.toString('latin1')) ?? [];
      socket.send(`SIP/2.0 200 OK\r\n${kept}Content-Length: 0\r\n\r\n`, from.port, from.address);
    });
    socket.bind(0, '127.0.0.1');
    await once(socket, 'listening');
    return { port: socket.address().port, stop: () => socket.close() };
  },
};
bindings['sip tcp'] = {
  parameters: bindings.sip.parameters,
  loads: sipLoads,
  sender: (receiver) => sipByTcp(receiver.port),
  idle: (port) => openTcp(port),
};

/** A sender of OBEX with one connection: the next PUT waits for the answer to the one before. */
async function obexSender(port) {
  const socket = await openTcp(port);
  const waiting = [];
  let held = Buffer.alloc(0);
  socket.on('data', (chunk) => {
    held = held.length === 0 ? chunk : Buffer.concat([held, chunk]);
    for (let length = obexPacketLength(held); length > 0; length = obexPacketLength(held)) {
      waiting.shift()(held.subarray(0, length));
      held = held.subarray(length);
    }
  });
  const ask = (packet) => {
    socket.write(packet);
    return new Promise((resolve) => waiting.push(resolve));
  };
  const connection = obexConnection(await ask(obexConnect()));
  return {
    async send(body) {
      const answer = await ask(obexPut(connection, 'application/vnd.syncml.dm+wbxml', body));
      if (answer[0] !== 0xa0) throw new Error(`a PUT was answered with ${answer[0].toString(16)}`);
    },
    close: () => socket.destroy(),
  };
}

bindings.obex = {
  parameters: ['--obex', '0'],
  loads: [
    { senders: 1, waiting: 1 },
    { senders: 32, waiting: 1 },
  ],
  sender: (receiver) => obexSender(receiver.port),
  idle: (port) => openTcp(port),
  async bare() {
    const server = createTcpServer((socket) => {
      let held = Buffer.alloc(0);
      socket.on('error', () => undefined);
      socket.on('data', (chunk) => {
        held = held.length === 0 ? chunk : Buffer.concat([held, chunk]);
        for (let length = obexPacketLength(held); length > 0; length = obexPacketLength(held)) {
          socket.write(held[0] === 0x80 ? obexPacket(0xa0, Buffer.of(0x10, 0, 0xff, 0xff)) : obexPacket(0xa0));
          held = held.subarray(length);
        }
      });
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return { port: server.address().port, stop: () => server.close() };
  },
};

/** Pushes a second that so many senders get through. */
async function rateOf(binding, receiver, { senders, waiting }) {
  const all = [];
  for (let index = 0; index < senders; index += 1) all.push(await binding.sender(receiver));
  let accepted = 0;
  let until = performance.now() + 1000 * warmUpSeconds;
  const work = async (sender) => {
    while (performance.now() < until) {
      await sender.send(nextBody());
      accepted += 1;
    }
  };
  const run = () => Promise.all(all.flatMap((sender) => Array.from({ length: waiting }, () => work(sender))));
  await run();
  accepted = 0;
  const began = performance.now();
  until = began + 1000 * seconds;
  await run();
  const rate = (1000 * accepted) / (performance.now() - began);
  for (const sender of all) sender.close();
  return Math.round(rate);
}

async function measure(name, binding) {
  const found = { binding: name, loads: [] };
  for (const load of binding.loads) {
    const listener = await Listener.start(binding.parameters, binding.configuration);
    const durable = await rateOf(binding, listener, load);
    await listener.stop();
    const bare = await binding.bare?.();
    found.loads.push({ ...load, perSecond: durable, barePerSecond: bare === undefined ? null : await rateOf(binding, bare, load) });
    await bare?.stop();
  }
  if (binding.idle !== undefined) {
    const listener = await Listener.start(binding.parameters, binding.configuration);
    // What the first connections make grow is not what each takes.
    const first = await Promise.all(Array.from({ length: 100 }, () => binding.idle(listener.port)));
    await new Promise((resolve) => setTimeout(resolve, 500));
    const before = listener.residentKib();
    const held = [];
    for (let index = 0; index < connections; index += 1) held.push(await binding.idle(listener.port));
    await new Promise((resolve) => setTimeout(resolve, 1000));
    found.kibPerIdleConnection = Number(((listener.residentKib() - before) / connections).toFixed(1));
    for (const socket of [...first, ...held]) socket.destroy();
    await listener.stop();
  }
  return found;
}

/** Times a second that a line can be put on the disk one after the other: what a single sender that waits cannot exceed by itself. */
function syncsPerSecond() {
  const folder = mkdtempSync(join(tmpdir(), 'wb-'));
  const descriptor = openSync(join(folder, 'file'), 'w');
  const began = performance.now();
  let count = 0;
  while (performance.now() - began < 1000) {
    writeSync(descriptor, 'x'.repeat(512));
    fdatasyncSync(descriptor);
    count += 1;
  }
  closeSync(descriptor);
  rmSync(folder, { recursive: true, force: true });
  return count;
}

const syncs = syncsPerSecond();
const results = [];
for (const [name, binding] of Object.entries(bindings)) if (only === null || only === name) results.push(await measure(name, binding));
if (json) console.log(JSON.stringify({ syncsPerSecond: syncs, bindings: results }));
else {
  console.log(`durable pushes a second on loopback; this disk syncs ${syncs} times a second`);
  for (const { binding, loads, kibPerIdleConnection } of results) {
    for (const { senders, waiting, perSecond, barePerSecond } of loads) {
      const who = `${senders} sender${senders === 1 ? '' : 's'}, ${waiting} waiting`.padEnd(24);
      const share =
        barePerSecond === null ? '' : `, ${Math.round((100 * perSecond) / barePerSecond)} % of what a receiver takes that stores nothing`;
      console.log(`  ${binding.padEnd(7)} ${who} ${String(perSecond).padStart(6)}/s${share}`);
    }
    if (kibPerIdleConnection !== undefined) console.log(`  ${binding.padEnd(7)} an idle connection takes ${kibPerIdleConnection} KiB`);
  }
}
