// The least that can receive: opens a port with serialport, acknowledges every +CMT, stores nothing, understands nothing; with `stored` it reads
// and deletes what +CMTI announces, and says `part` for each. The benchmark measures `listen` against it. usage: minimal-reader.mjs PORT [stored]
import { ReadlineParser } from '@serialport/parser-readline';
import { SerialPort } from 'serialport';

const port = new SerialPort({ path: process.argv[2], baudRate: 115200 });
const lines = port.pipe(new ReadlineParser({ delimiter: '\r\n' }));
const stored = process.argv[3] === 'stored';
const commands = ['ATE0', 'AT+CMGF=0', 'AT+CSMS=1', stored ? 'AT+CNMI=2,1,0,0,0' : 'AT+CNMI=2,2,0,0,0'];
let pduFollows = false;
/** Indexes announced and not yet read; the first one is being read, and deleted where `reading` is false. */
const announced = [];
let reading = true;

function next() {
  const command = commands.shift();
  if (command === undefined) console.log('ready');
  else port.write(`${command}\r`);
}

let settingUp = true;
lines.on('data', (line) => {
  if (pduFollows) {
    pduFollows = false;
    port.write('AT+CNMA\r');
  } else if (line.startsWith('+CMT:')) {
    pduFollows = true;
  } else if (line.startsWith('+CMTI:')) {
    announced.push(line.slice(line.lastIndexOf(',') + 1));
    if (announced.length === 1) port.write(`AT+CMGR=${announced[0]}\r`);
  } else if (!settingUp && stored && line === 'OK') {
    reading = !reading;
    if (reading) {
      announced.shift();
      console.log('part');
    }
    if (announced.length > 0) port.write(`AT+${reading ? 'CMGR' : 'CMGD'}=${announced[0]}\r`);
  } else if (settingUp && (line === 'OK' || line === 'ERROR')) {
    settingUp = commands.length > 0;
    next();
  }
});
port.once('open', next);
process.on('SIGTERM', () => process.exit(0));
