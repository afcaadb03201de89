// The least that can receive: opens a port with serialport, acknowledges every +CMT, stores nothing, understands nothing.
// The benchmark measures `listen` against it. usage: minimal-reader.mjs PORT
import { ReadlineParser } from '@serialport/parser-readline';
import { SerialPort } from 'serialport';

const port = new SerialPort({ path: process.argv[2], baudRate: 115200 });
const lines = port.pipe(new ReadlineParser({ delimiter: '\r\n' }));
const commands = ['ATE0', 'AT+CMGF=0', 'AT+CSMS=1', 'AT+CNMI=2,2,0,0,0'];
let pduFollows = false;

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
  } else if (settingUp && (line === 'OK' || line === 'ERROR')) {
    settingUp = commands.length > 0;
    next();
  }
});
port.once('open', next);
process.on('SIGTERM', () => process.exit(0));
