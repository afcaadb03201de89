import { describe, expect, test } from 'vitest';
import { TestBench } from './bench.testing.js';

/** Made by hand from 23.040 9.2.2.1: from +15550000009, 8-bit data, ports 2948 from 9200, three octets. */
const deliver = '440B915155000090F9000462112291830500' + '0A' + '0605040B8423F0010601';
const centre = '03915155';
const length = deliver.length / 2;
/** Made by hand from 23.040 9.2.2.2: to +15550000002, validity 24 hours, as {@link deliver}. */
const submit = '51000B915155000000F20004A70A0605040B8423F0010601';

const armDirect = async (bench: TestBench): Promise<void> => {
  expect(await bench.first.command('AT+CMEE=1;+CSMS=1;+CNMI=2,2,0,1,0')).toEqual(['+CSMS: 1,1,1', 'OK']);
};

describe('the command line', () => {
  test.each([1, 2, 3, Number.POSITIVE_INFINITY])('a dialogue is the same when it arrives in pieces of %d octets', async (chunk) => {
    const bench = await TestBench.open({ echo: true });
    const said = await bench.first.say(
      `ATE0\rAT+CMEE=1\rAT+CSMS=1;+CNMI=2,1\rAT+CMGS=${submit.length / 2}\r00${submit}\x1AAT+NOSUCH\rAT+CMGD=999\r`,
      chunk,
    );
    expect(said).toBe(
      'ATE0\r\r\nOK\r\n\r\nOK\r\n\r\n+CSMS: 1,1,1\r\n\r\nOK\r\n\r\n> \r\n+CMGS: 0\r\n\r\nOK\r\n\r\nERROR\r\n\r\n+CMS ERROR: 321\r\n',
    );
  });

  test.each([
    ['at', 'OK'],
    ['\nAT', 'OK'],
    ['\x1B', ''],
    ['noise', ''],
    ['', ''],
    ['AT + C M E E ?', '+CMEE: 0|OK'],
    ['ATE0V1Q0', 'OK'],
    ['ATE0+CMEE=1;+CMEE?', '+CMEE: 1|OK'],
    ['AT+CMEE=1;+NOSUCH;+CMEE=2', 'ERROR'],
    ['AT+CMEX\bE?', '+CMEE: 0|OK'],
    ['ATS3?', '013|OK'],
    ['AT^CURC=0', 'ERROR'],
    ['AT+CGSN=?', 'OK'],
    ['ATD*99#;', 'NO CARRIER'],
    ['AT+CPMS="XX"', 'ERROR'],
    ['AT+CMGF=1', 'ERROR'],
  ])('%j is answered with %j', async (command, answer) => {
    const bench = await TestBench.open();
    expect((await bench.first.command(command)).join('|')).toBe(answer);
  });

  test('A/ repeats the last command line without waiting for its end', async () => {
    const bench = await TestBench.open();
    await bench.first.command('AT+CMEE?');
    expect(await bench.first.say('A/')).toBe('\r\n+CMEE: 0\r\n\r\nOK\r\n');
  });

  test('ATV0 answers with numbers, ATQ1 not at all', async () => {
    const bench = await TestBench.open();
    expect(await bench.first.say('ATV0\r')).toBe('0\r');
    expect(await bench.first.say('AT+CMEE?;+NOSUCH\r')).toBe('+CMEE: 0\r\n4\r');
    expect(await bench.first.say('ATQ1\rAT\r')).toBe('');
  });

  test('errors are bare, numbers or words as +CMEE says', async () => {
    const bench = await TestBench.open();
    expect(await bench.first.command('AT+CMGR=1')).toEqual(['ERROR']);
    expect(await bench.first.command('AT+CMEE=1;+CMGR=1')).toEqual(['+CMS ERROR: 321']);
    expect(await bench.first.command('AT+CMEE=2;+CMGR=1')).toEqual(['+CMS ERROR: invalid memory index']);
    expect(await bench.first.command('AT+CMEE=1;+CSCS="X"')).toEqual(['+CME ERROR: 50']);
  });

  test('a line without end is bounded and answered once with ERROR', async () => {
    const bench = await TestBench.open();
    expect(await bench.first.say('AT')).toBe('');
    for (let piece = 0; piece < 20; piece += 1) expect(await bench.first.say('+'.repeat(10_000))).toBe('');
    expect(await bench.first.command('')).toEqual(['ERROR']);
    expect(await bench.first.command('AT')).toEqual(['OK']);
  });
});

describe('direct delivery', () => {
  test('waits for an acknowledgement before the next message', async () => {
    const bench = await TestBench.open();
    await armDirect(bench);
    const one = bench.deliver(0, deliver);
    const two = bench.deliver(0, deliver);
    expect(await bench.first.heard()).toBe(`\r\n+CMT: ,${length}\r\n${centre}${deliver}\r\n`);
    expect(await bench.first.command('AT+CNMA')).toEqual(['OK', `+CMT: ,${length}`, `${centre}${deliver}`]);
    expect([one.outcome, two.outcome]).toEqual(['acknowledged', null]);
    expect(await bench.first.say('AT+CNMA=1,2\r')).toBe('\r\n> ');
    expect(await bench.first.say('0000\x1A')).toBe('\r\nOK\r\n');
    expect(two.outcome).toBe('acknowledged');
    expect(await bench.first.command('AT+CNMA')).toEqual(['+CMS ERROR: 340']);
  });

  test('a missed acknowledgement switches indications off, and the message comes again when they are on again', async () => {
    const bench = await TestBench.open();
    await armDirect(bench);
    const one = bench.deliver(0, deliver);
    await bench.clock.step(16_900);
    expect(one.outcome).toBeNull();
    await bench.clock.step(200);
    expect(one.outcome).toBe('unacknowledged');
    expect(await bench.first.heardLines()).toHaveLength(2);
    expect(await bench.first.command('AT+CNMI?')).toEqual(['+CNMI: 2,0,0,0,0', 'OK']);
    await bench.clock.step(60_000);
    expect(await bench.first.heard()).toBe('');
    expect(await bench.first.command('AT+CNMI=2,2,0,1,0')).toEqual(['OK', `+CMT: ,${length}`, `${centre}${deliver}`]);
  });

  test('what waited behind a message that was not acknowledged comes after it', async () => {
    const bench = await TestBench.open();
    await armDirect(bench);
    const other = deliver.replace(/0601$/, '0602');
    bench.deliver(0, deliver);
    bench.deliver(0, other);
    await bench.clock.step(17_000);
    await bench.first.heard();
    expect(await bench.first.command('AT+CNMI=2,2,0,1,0')).toEqual(['OK', `+CMT: ,${length}`, `${centre}${deliver}`]);
    expect(await bench.first.command('AT+CNMA')).toEqual(['OK', `+CMT: ,${length}`, `${centre}${other}`]);
  });

  test('a refused message comes again by the schedule, and others pass it', async () => {
    const bench = await TestBench.open();
    await armDirect(bench);
    const one = bench.deliver(0, deliver);
    const other = deliver.replace(/0601$/, '0602');
    const two = bench.deliver(0, other);
    await bench.first.heard();
    expect(await bench.first.command('AT+CNMA=2')).toEqual(['OK', `+CMT: ,${length}`, `${centre}${other}`]);
    await bench.first.command('AT+CNMA');
    expect([one.outcome, two.outcome]).toEqual(['refused', 'acknowledged']);
    await bench.clock.step(5_000);
    expect(await bench.first.heardLines()).toEqual([`+CMT: ,${length}`, `${centre}${deliver}`]);
  });

  test('class 2 goes to the SIM even then', async () => {
    const bench = await TestBench.open();
    await armDirect(bench);
    const one = bench.deliver(0, deliver.replace('0004', '00F6'));
    await bench.clock.settle();
    expect(await bench.first.heardLines()).toEqual(['+CMTI: "SM",1']);
    expect(one.outcome).toBe('stored');
  });

  test('the network keeps a message until a host has armed the modem', async () => {
    const bench = await TestBench.open();
    const one = bench.deliver(0, deliver);
    await bench.clock.step(120_000);
    expect([one.outcome, await bench.first.heard()]).toEqual([null, '']);
    expect(await bench.first.command('AT+CSMS=1;+CNMI=2,2')).toEqual(['+CSMS: 1,1,1', 'OK', `+CMT: ,${length}`, `${centre}${deliver}`]);
  });
});

describe('stored delivery', () => {
  test('announces, shows, marks as read and deletes', async () => {
    const bench = await TestBench.open();
    await bench.first.command('AT+CMEE=1;+CPMS="ME","ME","ME";+CNMI=2,1');
    const one = bench.deliver(0, deliver);
    expect(await bench.first.heardLines()).toEqual(['+CMTI: "ME",1']);
    expect(one.outcome).toBe('stored');
    const shown = [`${length}`, `${centre}${deliver}`];
    expect(await bench.first.command('AT+CMGL=0')).toEqual([`+CMGL: 1,0,,${shown[0]}`, shown[1], 'OK']);
    expect(await bench.first.command('AT+CMGL=0')).toEqual(['OK']);
    expect(await bench.first.command('AT+CMGR=1')).toEqual([`+CMGR: 1,,${shown[0]}`, shown[1], 'OK']);
    expect(await bench.first.command('AT+CMGD=?')).toEqual(['+CMGD: (1),(0-4)', 'OK']);
    expect(await bench.first.command('AT+CMGD=1')).toEqual(['OK']);
    expect(await bench.first.command('AT+CMGR=1')).toEqual(['+CMS ERROR: 321']);
  });

  test('a full memory makes the network wait until a place is free', async () => {
    const bench = await TestBench.open();
    await bench.first.command('AT+CPMS="SM","SM","SM";+CNMI=2,1');
    for (let message = 0; message < 20; message += 1) bench.deliver(0, deliver);
    await bench.first.heard();
    const late = bench.deliver(0, deliver);
    await bench.clock.step(1000);
    expect([late.outcome, await bench.first.heard()]).toEqual([null, '']);
    expect(await bench.first.command('AT+CPMS?')).toEqual(['+CPMS: "SM",20,20,"SM",20,20,"SM",20,20', 'OK']);
    expect(await bench.first.command('AT+CMGD=7')).toEqual(['OK', '+CMTI: "SM",7']);
    expect(late.outcome).toBe('stored');
  });

  test('a host that polls without asking for indications finds the message in the memory', async () => {
    const bench = await TestBench.open();
    bench.deliver(0, deliver);
    expect(await bench.first.command('AT+CMGL=4')).toEqual([`+CMGL: 1,0,,${length}`, `${centre}${deliver}`, 'OK']);
  });
});

describe('sending', () => {
  test('carries a message to the other modem with its header, PID, DCS and octets, and a report back', async () => {
    const bench = await TestBench.open();
    await bench.first.command('AT+CSMS=1;+CNMI=2,1,0,1');
    await bench.second.command('AT+CSMS=1;+CNMI=2,2');
    const withReport = submit.replace(/^51/, '71');
    expect(await bench.first.say(`AT+CMGS=${withReport.length / 2}\r`)).toBe('\r\n> ');
    expect(await bench.first.say(`00${withReport}\x1A`)).toBe('\r\n+CMGS: 0\r\n\r\nOK\r\n');
    expect(await bench.second.heardLines()).toEqual(['+CMT: ,29', `${centre}440B915155000000F10004621122918305000A0605040B8423F0010601`]);
    await bench.clock.step(2000);
    await bench.second.command('AT+CNMA');
    // Made by hand from 23.040 9.2.2.3: reference 0, recipient, submitted at 19:38:50, received at 19:38:52.
    expect(await bench.first.heardLines()).toEqual(['+CDS: 25', `${centre}06000B915155000000F2621122918305006211229183250000`]);
    expect(await bench.first.command('AT+CNMA')).toEqual(['OK']);
  });

  test('says by TP-MMS whether more messages wait', async () => {
    const bench = await TestBench.open();
    for (let message = 0; message < 2; message += 1) await bench.first.say(`AT+CMGS=${submit.length / 2}\r00${submit}\x1A`);
    const [, first] = await bench.second.command('AT+CSMS=1;+CNMI=2,2').then((said) => said.slice(2));
    const [, , second] = await bench.second.command('AT+CNMA');
    expect([first?.slice(8, 10), second?.slice(8, 10)]).toEqual(['40', '44']);
  });

  test('the same message sent again within the second has the next second as its time stamp, so that nobody takes it for one that came twice', async () => {
    const bench = await TestBench.open();
    const send = (): Promise<string> => bench.first.say(`AT+CMGS=${submit.length / 2}\r00${submit}\x1A`);
    const stamp = (lines: readonly string[]): string | undefined => lines.at(-1)?.slice(-36, -22);
    for (let message = 0; message < 3; message += 1) await send();
    const stamps = [stamp(await bench.second.command('AT+CSMS=1;+CNMI=2,2'))];
    for (let message = 1; message < 3; message += 1) stamps.push(stamp(await bench.second.command('AT+CNMA')));
    expect(stamps).toEqual(['62112291830500', '62112291831500', '62112291832500']);
    await bench.clock.step(5000);
    await send();
    expect(stamp(await bench.second.command('AT+CNMA'))).toBe('62112291835500');
  });

  test('two status reports for one reference within the second are told apart by their time stamps', async () => {
    const bench = await TestBench.open();
    await bench.first.command('AT+CSMS=1;+CNMI=2,1,0,1');
    await bench.second.command('AT+CSMS=1;+CNMI=2,2');
    const reports: string[] = [];
    // The reference of a modem has eight bits: the 257th message of the second has that of the first.
    for (let message = 0; message < 257; message += 1) {
      const pdu = submit.replace(/^51/, '71').replace(/01$/, (message % 256).toString(16).toUpperCase().padStart(2, '0'));
      await bench.first.say(`AT+CMGS=${submit.length / 2}\r00${pdu}\x1A`);
      await bench.second.command('AT+CNMA');
      reports.push((await bench.first.heardLines()).at(-1) ?? '');
      await bench.first.command('AT+CNMA');
    }
    expect(new Set(reports).size).toBe(257);
  });

  test('ESC at the prompt ends the command without sending', async () => {
    const bench = await TestBench.open();
    await bench.first.say('AT+CMGS=24\r');
    expect(await bench.first.say('0051\x1B')).toBe('\r\nOK\r\n');
    expect(bench.bench.network.log()).toEqual([]);
  });

  test.each([
    ['a number nobody has', submit.replace('F2', 'F9'), 1],
    ['a length that does not fit', `${submit}00`, 304],
    ['user data cut short', submit.slice(0, -2), 304],
    ['no hexadecimal digits', submit.replace('5', 'X'), 304],
  ])('%s is refused', async (_what, pdu, error) => {
    const bench = await TestBench.open();
    await bench.first.command('AT+CMEE=1');
    expect(await bench.first.say(`AT+CMGS=${submit.length / 2}\r00${pdu}\x1A`)).toBe(`\r\n> \r\n+CMS ERROR: ${error}\r\n`);
  });

  test('a stored message is sent from its place', async () => {
    const bench = await TestBench.open();
    await bench.second.command('AT+CNMI=2,1');
    expect(await bench.first.say(`AT+CMGW=${submit.length / 2}\r00${submit}\x1A`)).toBe('\r\n> \r\n+CMGW: 1\r\n\r\nOK\r\n');
    expect(await bench.first.command('AT+CMSS=1')).toEqual(['+CMSS: 0', 'OK']);
    expect(await bench.second.heardLines()).toEqual(['+CMTI: "SM",1']);
  });
});
