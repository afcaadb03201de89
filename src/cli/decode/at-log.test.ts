import { describe, expect, test } from 'vitest';
import { AtLogReader, type FoundPdu } from './at-log.js';

// Made by hand from 3GPP TS 23.040 9.2.2: "hello", 8-bit data to port 2948, and the report of a message with reference 42.
const deliver = '07911326040000F0040B911346610089F60000208062917314080CC8329BFD06DDDF723619';
const submit = '0051000B915155550521F30004A70F0B05040B8423F000032A02010106AB';
const report = '00062A0B915155550521F36211227024000A6211227024900A00';
const length = (pdu: string) => pdu.length / 2 - 1 - Number.parseInt(pdu.slice(0, 2), 16);

function find(log: string): FoundPdu[] {
  const reader = new AtLogReader();
  const found = log.split('\n').flatMap((line, index) => reader.read(index + 1, line.replace(/\r$/, '')));
  return [...found, ...reader.end()];
}
const brief = (log: string) => find(log).map(({ line, hex, direction, form }) => [line, hex, direction, form]);

describe('a log of what a modem said', () => {
  test('PDUs stand after +CMT, +CDS, +CMGR and +CMGL', () => {
    const log = `\r
+CMT: ,${length(deliver)}\r
${deliver}\r
\r
+CDS: ${length(report)}\r
${report}\r
AT+CMGR=3\r
\r
+CMGR: 0,,${length(deliver)}\r
${deliver}\r
\r
OK\r
AT+CMGL=4\r
+CMGL: 1,1,,${length(deliver)}\r
${deliver}\r
+CMGL: 2,3,"",${length(submit)}\r
${submit}\r
\r
OK`;
    expect(brief(log)).toEqual([
      [3, deliver, 'from-modem', 'pdu-mode'],
      [6, report, 'from-modem', 'pdu-mode'],
      [10, deliver, 'from-modem', 'pdu-mode'],
      [15, deliver, 'from-modem', 'pdu-mode'],
      [17, submit, 'to-modem', 'pdu-mode'],
    ]);
  });

  test('a PDU after a prompt goes to the modem, and one written to storage as received does not', () => {
    expect(brief(`AT+CMGS=${length(submit)}\n> ${submit}\u001A\n+CMGS: 5\nOK`)).toEqual([[2, submit, 'to-modem', 'pdu-mode']]);
    expect(brief(`AT+CMGS=${length(submit)}\n> \n${submit}\n`)).toEqual([[3, submit, 'to-modem', 'pdu-mode']]);
    expect(brief(`AT+CMGW=${length(deliver)},1\n> ${deliver}^Z`)).toEqual([[2, deliver, 'from-modem', 'pdu-mode']]);
    expect(brief(`> ${submit}\u001A`)).toEqual([[1, submit, 'to-modem', 'pdu-mode']]);
  });

  test('the announced length tells a PDU from other digits, with other talk in between', () => {
    const log = `+CMGR: 0,,${length(deliver)}\n^RSSI:3\n89441000304278123456\n+CREG: 1,"00A1","0F2B"\n${deliver}\nOK`;
    expect(find(log)).toEqual([
      { line: 5, hex: deliver, direction: 'from-modem', form: 'pdu-mode', announced: length(deliver), fits: true },
    ]);
    expect(find(`AT+CCID\n89441000304278123456\nOK\nAT+CGSN\n350000000000006\nOK\n${deliver}\n`)).toEqual([]);
  });

  test('a PDU that is shorter than announced is still found, and said not to fit', () => {
    expect(find(`+CMT: ,${length(deliver)}\n${deliver.slice(0, -4)}\nOK`)).toEqual([
      { line: 2, hex: deliver.slice(0, -4), direction: 'from-modem', form: 'pdu-mode', announced: length(deliver), fits: false },
    ]);
  });

  test('a PDU wrapped over lines is joined', () => {
    const wrapped = deliver.replace(/(.{30})/g, '$1\n');
    expect(brief(`+CMT: ,${length(deliver)}\n${wrapped}\n`)).toEqual([[2, deliver, 'from-modem', 'pdu-mode']]);
  });

  test('a PDU wrapped in the middle of an octet is joined as well', () => {
    const wrapped = deliver.replace(/(.{31})/g, '$1\n');
    expect(brief(`+CMT: ,${length(deliver)}\n${wrapped}\nOK`)).toEqual([[2, deliver, 'from-modem', 'pdu-mode']]);
  });

  test('what stands where a stored PDU should is given out, also when it is none', () => {
    const cut = deliver.slice(0, -1);
    const spoiled = deliver.replace('0089', '0=8p');
    for (const line of [cut, spoiled, '91947122982661']) {
      expect(find(`+CMGR: 1,,${length(deliver)}\n${line}\nOK`)).toEqual([
        expect.objectContaining({ line: 2, hex: line, direction: 'from-modem', announced: length(deliver), fits: line === spoiled }),
      ]);
    }
    expect(find(`+CMGR: 1,,${length(deliver)}\n^RSSI:3\nOK`)).toEqual([]);
  });

  test('a TPDU without the service centre address is told by its length', () => {
    expect(brief(`+CDS: ${length(report)}\n${report.slice(2)}`)).toEqual([[2, report.slice(2), 'from-modem', 'tpdu']]);
  });

  test('a page of a cell broadcast is known as one', () => {
    const page = `0010003201${'11'.repeat(83)}`;
    expect(brief(`+CBM: 88\n${page}`)).toEqual([[2, page, 'from-modem', 'cell-broadcast']]);
  });

  test.each([
    ['no name', `+CMGR: 0,${length(deliver)}`],
    ['the length alone', `+CMGR: ${length(deliver)}`],
    ['no status', `+CMGR: ,,${length(deliver)}`],
    ['the index before the status', `+CMGR: 4,1,,${length(deliver)}`],
    ['a name', `+CMGR: 1,"Bench, the other",${length(deliver)}`],
    ['an entry without a name', `+CMGL: 2,1,${length(deliver)}`],
    ['a comma in a name without quotes', `+CMGL: 3,0,Bench, the other,${length(deliver)}`],
    ['an entry with a name', `+CMGL: 3,0,Bench,${length(deliver)}`],
  ])('a memory is read whatever its answer leaves out: %s', (_name, header) => {
    expect(brief(`${header}\n${deliver}\nOK`)).toEqual([[2, deliver, 'from-modem', 'pdu-mode']]);
  });

  // Made by hand from 3GPP TS 23.040 9.2.2.4: a command to delete message 7.
  const command = '0002010002070891555555050100';
  test.each([
    ['received, and shown as sent', 3, deliver, 'from-modem'],
    ['composed, and shown as received', 1, submit, 'to-modem'],
    ['a status report shown as sent', 3, report, 'from-modem'],
    ['a command', 2, command, 'to-modem'],
    ['a status report', 1, report, 'from-modem'],
  ])('the type of a stored message tells which way it went, whatever status the modem gives it: %s', (_name, status, pdu, direction) => {
    expect(brief(`+CMGR: ${status},,${length(pdu)}\n${pdu}\nOK`)).toEqual([[2, pdu, direction, 'pdu-mode']]);
    expect(brief(`+CMGL: 9,${status},,${length(pdu)}\n${pdu.slice(0, -4)}\nOK`).map(([, , way]) => way)).toEqual([
      pdu === command ? 'from-modem' : direction,
    ]);
  });

  test('text mode holds no PDUs', () => {
    const text = '4F6D612044656C69766572792074657874';
    for (const header of [
      '+CMGR: "REC READ","+15550000001",,"26/11/22,19:38:50+00",145,4,0,0,"+15550000000",145,17',
      '+CMGR: "STO UNSENT","15550",,145,17,0,0,167,"+15550000000",145,17',
      '+CMGL: 1,"REC UNREAD","+15550000001",,"26/11/22,19:38:50+00",145,17',
      '+CMGL: 1,REC READ,+15550000001,145',
    ])
      expect(find(`${header}\n${text}\nOK`)).toEqual([]);
    expect(find('+CMT: "+15550000001",,"26/11/22,19:38:50+00"\n4F6D612044656C69766572792074657874\nOK')).toEqual([]);
  });
});

describe('ways in which programs show the same', () => {
  const cmt = `+CMT: ,${length(deliver)}`;
  test.each([
    ['time stamps before each line', `[2026-11-22 19:38:50.123] ${cmt}\n[2026-11-22 19:38:50.124] ${deliver}`, 2],
    ['syslog', `Nov 22 19:38:50 bench prog[123]: RX: ${cmt}\nNov 22 19:38:50 bench prog[123]: RX: ${deliver}`, 2],
    ['quoted with escapes on one line', `read "\\r\\n${cmt}\\r\\n${deliver}\\r\\n"`, 1],
    ['Kannel', `2026-11-22 19:38:50 [7] [4] DEBUG: AT2[m1]: <-- ${cmt}\n2026-11-22 19:38:50 [7] [4] DEBUG: AT2[m1]: <-- ${deliver}`, 2],
    ['control characters by name', `< <CR><LF>${cmt}<CR><LF>${deliver}<CR><LF>`, 1],
    ['control characters with carets', `${cmt}^M^J${deliver}^M^J`, 1],
    ['octets with blanks', `${cmt}\n${deliver.replace(/(..)/g, '$1 ')}`, 2],
    ['lower case', `${cmt}\n${deliver.toLowerCase()}`, 2],
  ])('%s', (_name, log, line) => {
    expect(brief(log).map(([at, hex, ...rest]) => [at, String(hex).toUpperCase(), ...rest])).toEqual([
      [line, deliver, 'from-modem', 'pdu-mode'],
    ]);
  });

  test('Kannel sending, with its carets and arrows', () => {
    const at = '2026-11-22 19:38:50 [7] [4] DEBUG: AT2[m1]:';
    const log = `${at} --> AT+CMGS=${length(submit)}^M\n${at} <-- >\n${at} --> ${submit}\n${at} --> ^Z\n${at} <-- ${submit}\n${at} <-- +CMGS: 9\n${at} <-- OK`;
    expect(brief(log)).toEqual([[3, submit, 'to-modem', 'pdu-mode']]);
  });

  const columns = (text: string, format: (octets: number[], offset: number) => string, width = 16): string => {
    const octets = [...Buffer.from(text, 'latin1')];
    const rows: string[] = [];
    for (let at = 0; at < octets.length; at += width) rows.push(format(octets.slice(at, at + width), at));
    return rows.join('\n');
  };
  const hex = (octet: number, digits = 2) => octet.toString(16).toUpperCase().padStart(digits, '0');
  const shown = (octet: number) => (octet > 32 && octet < 127 ? String.fromCharCode(octet) : ' ');
  const stream = `\r\n${cmt}\r\n${deliver}\r\n`;

  test('a dump with offsets and characters', () => {
    const dump = columns(
      stream,
      (octets, at) =>
        `${hex(at, 8)}  ${octets
          .map((octet) => hex(octet))
          .join(' ')
          .padEnd(48)} |${octets.map(shown).join('')}|`,
    );
    expect(brief(dump)).toEqual([[1, deliver, 'from-modem', 'pdu-mode']]);
  });

  test('a dump by socat, its pieces anyhow', () => {
    const dump = ['> 2026/11/22 19:38:50.000001  length=7 from=0 to=6', ' 41 54 2b 43 53 51 0d'];
    for (const part of [stream.slice(0, 9), stream.slice(9, 40), stream.slice(40)]) {
      dump.push(`< 2026/11/22 19:38:50.000002  length=${part.length} from=0 to=9`);
      dump.push(columns(part, (octets) => octets.map((octet) => ` ${hex(octet).toLowerCase()}`).join('')));
    }
    expect(brief(dump.join('\n'))).toMatchObject([[expect.any(Number), deliver, 'from-modem', 'pdu-mode']]);
  });

  test('a log of gammu, which tells everything in words and again as a dump', () => {
    const dump = (text: string) =>
      columns(
        text,
        (octets) =>
          `${octets
            .map((octet) => `${hex(octet)}${shown(octet)}`)
            .join('|')
            .padEnd(64)}${octets.map(shown).join('')}`,
      );
    const answer = `AT+CMGR=1\r\r\n+CMGR: 0,,${length(deliver)}\r\n${deliver}\r\n\r\nOK\r\n`;
    const log = `SENDING frame type 0x00/length 0x0A/10
${dump('AT+CMGR=1\r')}
1 "AT+CMGR=1"
2 "+CMGR: 0,,${length(deliver)}"
3 "${deliver}"
4 "OK"
Checking line: OK
RECEIVED frame type 0x00/length 0x00/${answer.length}
${dump(answer)}
Parsing +CMGR: 0,,${length(deliver)} with +CMGR: @i, @0
Getting message from cache
${deliver}
SENDING frame type 0x00/length 0x00/${submit.length + 1}
${dump(`${submit}\u001A`)}`;
    expect(brief(log)).toEqual([[5, deliver, 'from-modem', 'pdu-mode']]);
    const dated = log
      .split('\n')
      .map((line) => `Mon 2026/11/23 00:10:31: ${line}`)
      .join('\n');
    expect(brief(dated)).toEqual([[5, deliver, 'from-modem', 'pdu-mode']]);
    const sent = log.replace(
      /^/,
      `SENDING frame type 0x00/length 0x0B/${`AT+CMGS=${length(submit)}\r`.length}\n${dump(`AT+CMGS=${length(submit)}\r`)}\n1 "> "\nSENDING frame type 0x00/length 0x01/${submit.length + 1}\n${dump(`${submit}\u001A`)}\n`,
    );
    expect(brief(sent).map(([, pdu, direction]) => [pdu, direction])).toEqual([
      [submit, 'to-modem'],
      [deliver, 'from-modem'],
    ]);
  });

  test('our own traces, with the echo of what went out', () => {
    const log = `# profile: generic   firmware: 1   redacted: yes
+0.000 > "AT+CMGS=${length(submit)}\\r"
+0.010 < "AT+CMGS=${length(submit)}\\r"
+0.038 < "\\r\\n> "
+0.040 > "${submit}\\u001a"
+0.050 < "${submit}"
+0.060 < "\\r\\n+CMGS: 7\\r\\n\\r\\nOK\\r\\n"
+1.000 < "\\r\\n+CMT: ,${length(deliver)}\\r"
+1.001 < "\\n${deliver.slice(0, 20)}"
+1.002 < "${deliver.slice(20)}\\r\\n"
+4.120 ! "port closed"`;
    expect(brief(log)).toEqual([
      [5, submit, 'to-modem', 'pdu-mode'],
      [9, deliver, 'from-modem', 'pdu-mode'],
    ]);
  });
});

test('hostile logs are read in time that grows with their length', () => {
  for (const line of [
    '>'.repeat(60_000),
    `+CMT: ${' '.repeat(60_000)}x`,
    '0'.repeat(60_001),
    '41A|'.repeat(15_000),
    '"\\'.repeat(30_000),
    '07 '.repeat(20_000),
  ]) {
    expect(find(`+CMGR: 0,,9\n${line}\nAT+CMGS=5\n${line}x`).length).toBeLessThanOrEqual(2);
  }
}, 2000);
