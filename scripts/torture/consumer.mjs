// The recording consumer of the torture, a process of its own: unix sockets as the sink `unix` speaks to them.
// usage: consumer.mjs RECORD SEED FAULTS SOCKET...; it notes every message it has seen in the file RECORD before it answers.
import { createHash } from 'node:crypto';
import { openSync, rmSync, writeSync } from 'node:fs';
import { createServer } from 'node:net';
import { basename } from 'node:path';
import { seededRandom } from '../../dist/runtime/index.js';

const [record, seed, faults, ...sockets] = process.argv.slice(2);
const random = seededRandom(Number(seed));
const file = openSync(record, 'a');
const share = Number(faults);

function answer(socket, line, place) {
  const message = JSON.parse(line);
  const body = message.bodyBase64 === null ? '' : createHash('sha256').update(Buffer.from(message.bodyBase64, 'base64')).digest('hex');
  const note = {
    place,
    id: message.id,
    body,
    binding: message.binding,
    verdict: message.verdict.verdict,
    parts: message.parts,
    from: message.from,
  };
  const fault = random.fraction() < share ? Math.floor(random.fraction() * 6) : -1;
  if (fault === 0) return; // hangs: no answer ever
  if (fault === 1) return socket.end('I have no idea\n');
  if (fault === 2) return socket.end(`${JSON.stringify({ id: message.id, outcome: 'later', reason: 'not now', retryAfterMs: 50 })}\n`);
  if (fault === 3) return socket.destroy();
  // Taken, and the answer does not arrive: the same id must come again.
  const told = fault !== 4;
  writeSync(file, `${JSON.stringify({ ...note, told })}\n`);
  if (!told) return socket.destroy();
  if (fault === 5) process.kill(process.pid, 'SIGKILL');
  socket.end(`${JSON.stringify({ id: message.id, outcome: 'taken' })}\n`);
}

let open = sockets.length;
for (const path of sockets) {
  rmSync(path, { force: true });
  createServer((socket) => {
    let text = '';
    socket.setEncoding('utf8');
    socket.on('error', () => socket.destroy());
    socket.on('data', (chunk) => {
      text += chunk;
      const end = text.indexOf('\n');
      if (end >= 0) answer(socket, text.slice(0, end), basename(path));
    });
  }).listen(path, () => {
    open -= 1;
    if (open === 0) process.stdout.write('ready\n');
  });
}
