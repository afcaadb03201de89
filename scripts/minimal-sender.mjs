// The least that can send: opens a port with serialport, keeps the link, writes each PDU at its prompt, stores nothing, understands
// nothing. The benchmark measures `send` against it. usage: minimal-sender.mjs PORT < lines of TPDU octets, a blank and the PDU
import { readFileSync } from 'node:fs';
import { ReadlineParser } from '@serialport/parser-readline';
import { SerialPort } from 'serialport';

const pdus = readFileSync(0, 'utf8')
  .split('\n')
  .filter((line) => line !== '')
  .map((line) => line.split(' '));
const port = new SerialPort({ path: process.argv[2], baudRate: 115200 });
const setUp = ['ATE0', 'AT+CMGF=0', 'AT+CMMS=1'];
let at = 0;

function next() {
  const command = setUp.shift() ?? (at < pdus.length ? `AT+CMGS=${pdus[at][0]}` : undefined);
  if (command === undefined) process.exit(0);
  port.write(`${command}\r`);
}

port.on('data', (octets) => {
  if (octets.includes('> ')) port.write(`${pdus[at++][1]}\x1A`);
});
port.pipe(new ReadlineParser({ delimiter: '\r\n' })).on('data', (line) => {
  if (line === 'OK') next();
  else if (line.includes('ERROR')) process.exit(1);
});
port.once('open', next);
