// The least that can receive, on many ports: acknowledges every +CMT, stores nothing, understands nothing. usage: minimal-reader.mjs PORT...
import { ReadlineParser } from '@serialport/parser-readline';
import { SerialPort } from 'serialport';

for (const path of process.argv.slice(2)) {
  const port = new SerialPort({ path, baudRate: 115200 });
  const commands = ['ATE0', 'AT+CMGF=0', 'AT+CSMS=1', 'AT+CNMI=2,2,0,0,0'];
  let settingUp = true;
  let pduFollows = false;
  const next = () => {
    const command = commands.shift();
    if (command !== undefined) return port.write(`${command}\r`);
    settingUp = false;
    console.log(`{"state":"ready","port":${JSON.stringify(path)}}`);
  };
  port.pipe(new ReadlineParser({ delimiter: '\r\n' })).on('data', (line) => {
    if (pduFollows) {
      pduFollows = false;
      port.write('AT+CNMA\r');
    } else if (line.startsWith('+CMT:')) pduFollows = true;
    else if (settingUp && (line === 'OK' || line === 'ERROR')) next();
  });
  port.once('open', next);
}
process.on('SIGTERM', () => process.exit(0));
