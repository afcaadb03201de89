import { describe, expect, test } from 'vitest';
import { TestBench } from './bench.testing.js';
import { faultTable } from './fault-table.js';

/** Made by hand from 23.040 9.2.2.1, the last octet left out. */
const deliver = (octet: string): string => `440B915155000090F900046211229183050009` + `0605040B8423F001${octet}`;
const submit = '51000B915155000000F20004A70A0605040B8423F0010601';

const direct = 'AT+CMEE=1;+CSMS=1;+CNMI=2,2,0,1,0';
const octetsOf = (lines: readonly string[]): string[] => lines.filter((line) => line.startsWith('0391')).map((line) => line.slice(-2));

/** A host that acknowledges at once; the last octets of what it was shown. */
async function takeAll(bench: TestBench): Promise<string[]> {
  const seen: string[] = [];
  for (let lines = await bench.first.heardLines(); lines.length > 0; ) {
    seen.push(...octetsOf(lines));
    lines = octetsOf(lines).length > 0 ? await bench.first.command('AT+CNMA') : [];
  }
  return seen;
}

describe('faults', () => {
  test('each has a name of its own, one sentence, and bounds that hold its initial numbers', () => {
    expect(new Set(faultTable.map(({ name }) => name)).size).toBe(faultTable.length);
    expect(faultTable.filter(({ sentence }) => !/^[A-Z].*[^.]\.$/.test(sentence)).map(({ name }) => name)).toEqual([]);
    for (const { parameters } of faultTable) {
      for (const { initial, lowest, highest } of parameters) expect(lowest <= initial && initial <= highest).toBe(true);
    }
  });

  test('an unknown name and a number out of bounds are refused', async () => {
    const bench = await TestBench.open();
    await expect(bench.modem(0).fault('nonsense')).rejects.toMatchObject({ code: 'virtual-bench/no-such-fault' });
    await expect(bench.modem(0).fault('hang', { seconds: -1 })).rejects.toMatchObject({ code: 'virtual-bench/bad-fault' });
    await expect(bench.modem(0).fault('reboot', { count: 1 })).rejects.toMatchObject({ code: 'virtual-bench/bad-fault' });
  });

  test('unplug ends the host, keeps what was not acknowledged, and the modem comes back with factory settings', async () => {
    const bench = await TestBench.open();
    await bench.first.command(direct);
    const one = bench.deliver(0, deliver('01'));
    await bench.first.heard();
    await bench.modem(0).fault('unplug', { seconds: 3 });
    await bench.clock.settle();
    expect([one.outcome, bench.modem(0).state().port, bench.modem(0).state().faults]).toEqual(['unacknowledged', null, ['unplug']]);
    await bench.clock.step(3000);
    bench.first.reopen(bench.modem(0).host());
    expect(await bench.first.command('AT+CNMI?')).toEqual(['+CNMI: 0,0,0,0,0', 'OK']);
    expect(octetsOf(await bench.first.command(direct))).toEqual(['01']);
  });

  test('a host that hangs up leaves its message with the network until it is back', async () => {
    const bench = await TestBench.open();
    await bench.first.command(direct);
    const one = bench.deliver(0, deliver('01'));
    await bench.first.heard();
    await bench.first.hangUp();
    expect(one.outcome).toBe('unacknowledged');
    bench.first.reopen(bench.modem(0).host());
    expect(await bench.first.command('AT')).toEqual(['OK', '+CMT: ,28', `03915155${deliver('01')}`]);
  });

  test('hang answers nothing and takes nothing, and then goes on', async () => {
    const bench = await TestBench.open();
    await bench.first.command(direct);
    await bench.modem(0).fault('hang', { seconds: 10 });
    const one = bench.deliver(0, deliver('01'));
    expect(await bench.first.command('AT')).toEqual([]);
    await bench.clock.step(10_000);
    expect([one.outcome, octetsOf(await bench.first.heardLines())]).toEqual([null, ['01']]);
  });

  test('no-answer still brings unsolicited lines', async () => {
    const bench = await TestBench.open();
    await bench.first.command('AT+CNMI=2,1');
    await bench.modem(0).fault('no-answer');
    bench.deliver(0, deliver('01'));
    expect(await bench.first.command('AT')).toEqual(['+CMTI: "SM",1']);
    await bench.modem(0).fault('clear');
    expect(await bench.first.command('AT')).toEqual(['OK']);
  });

  test('reboot forgets the settings and is silent for a while', async () => {
    const bench = await TestBench.open();
    await bench.first.command(direct);
    await bench.modem(0).fault('reboot');
    expect(await bench.first.command('AT')).toEqual([]);
    await bench.clock.step(500);
    expect(await bench.first.command('AT+CSMS?')).toEqual(['+CSMS: 0,1,1,1', 'OK']);
  });

  test('AT+CFUN=1,1 does the same by command, after its OK', async () => {
    const bench = await TestBench.open();
    expect(await bench.first.command('AT+CFUN=1,1')).toEqual(['OK']);
    expect(await bench.first.command('AT')).toEqual([]);
    await bench.clock.step(500);
    expect(await bench.first.command('AT')).toEqual(['OK']);
  });

  test('garbage, lines without end and floods go out, bounded by what the host takes', async () => {
    const bench = await TestBench.open();
    await bench.first.command('AT');
    await bench.modem(0).fault('garbage', { octets: 300 });
    expect(await bench.first.heard()).toHaveLength(300);
    await bench.modem(0).fault('no-line-end', { octets: 50_000 });
    await bench.clock.step(200);
    expect(await bench.first.heard()).toBe('A'.repeat(50_000));
    await bench.modem(0).fault('urc-flood', { rate: 100, seconds: 1 });
    await bench.clock.step(2000);
    const lines = await bench.first.heardLines();
    expect([lines.length, lines.every((line) => /^\^RSSI: \d+$/.test(line))]).toEqual([100, true]);
  });

  test('echo-forever gives back every octet', async () => {
    const bench = await TestBench.open();
    await bench.modem(0).fault('echo-forever');
    expect(await bench.first.say('AT+CGMI\r')).toBe('AT+CGMI\r');
  });

  test('prompt-stuck swallows Ctrl-Z until ESC', async () => {
    const bench = await TestBench.open();
    await bench.modem(0).fault('prompt-stuck');
    expect(await bench.first.say(`AT+CMGS=24\r00${submit}\x1AAT\r`)).toBe('\r\n> ');
    expect(await bench.first.say('\x1B')).toBe('\r\nOK\r\n');
    expect(await bench.first.command('AT')).toEqual(['OK']);
  });

  test('slow-line takes ten bits an octet', async () => {
    const bench = await TestBench.open();
    await bench.modem(0).fault('slow-line', { baud: 1000 });
    expect(await bench.first.command('AT')).toEqual([]);
    await bench.clock.step(89);
    expect(await bench.first.heard()).toBe('\r\nOK\r');
    await bench.clock.step(2);
    expect(await bench.first.heard()).toBe('\n');
  });

  test('reset-cnmi stops messages without a word', async () => {
    const bench = await TestBench.open();
    await bench.first.command(direct);
    await bench.modem(0).fault('reset-cnmi');
    bench.deliver(0, deliver('01'));
    expect(await bench.first.heard()).toBe('');
    expect(octetsOf(await bench.first.command('AT+CNMI=2,2'))).toEqual(['01']);
  });

  test('sim-locked asks for the PIN, counts attempts, and lets the right one in', async () => {
    const bench = await TestBench.open();
    await bench.first.command('AT+CMEE=1');
    await bench.modem(0).fault('sim-locked');
    expect(await bench.first.command('AT+CPIN?')).toEqual(['+CPIN: SIM PIN', 'OK']);
    expect(await bench.first.command('AT+CPMS?')).toEqual(['+CMS ERROR: 311']);
    expect(await bench.first.command('AT+CPIN="0000"')).toEqual(['+CME ERROR: 16']);
    expect(await bench.first.command('AT+CPINR="SIM PIN"')).toEqual(['+CPINR: SIM PIN,2,3', 'OK']);
    expect(await bench.first.command('AT+CPIN="1234"')).toEqual(['OK']);
    expect(await bench.first.command('AT+CREG?')).toEqual(['+CREG: 0,1', 'OK']);
  });

  test('no-service is told where it was asked for, and refuses sending', async () => {
    const bench = await TestBench.open();
    await bench.first.command('AT+CMEE=1;+CEREG=1');
    await bench.modem(0).fault('no-service', { seconds: 5 });
    expect(await bench.first.heardLines()).toEqual(['+CEREG: 0']);
    expect(await bench.first.say(`AT+CMGS=24\r00${submit}\x1A`)).toBe('\r\n> \r\n+CMS ERROR: 331\r\n');
    await bench.clock.step(5000);
    expect(await bench.first.heardLines()).toEqual(['+CEREG: 1']);
  });

  test('memory-full holds messages back until it ends', async () => {
    const bench = await TestBench.open();
    await bench.first.command('AT+CNMI=2,1');
    await bench.modem(0).fault('memory-full');
    const one = bench.deliver(0, deliver('01'));
    await bench.clock.settle();
    expect([one.outcome, bench.modem(0).state().refusal]).toEqual([null, 'memory-full']);
    await bench.modem(0).fault('clear');
    expect(await bench.first.heardLines()).toEqual(['+CMTI: "SM",1']);
  });

  test('refuse-submit refuses as many as it is told', async () => {
    const bench = await TestBench.open();
    await bench.first.command('AT+CMEE=1');
    await bench.modem(0).fault('refuse-submit', { error: 42, count: 1 });
    expect(await bench.first.say(`AT+CMGS=24\r00${submit}\x1A`)).toBe('\r\n> \r\n+CMS ERROR: 42\r\n');
    expect(await bench.first.say(`AT+CMGS=24\r00${submit}\x1A`)).toContain('+CMGS: 1');
  });

  test('lose and duplicate strike as often as they are told', async () => {
    const bench = await TestBench.open();
    await bench.first.command(direct);
    await bench.modem(0).fault('lose', { count: 1 });
    const lost = bench.deliver(0, deliver('01'));
    await bench.modem(0).fault('duplicate', { count: 1 });
    bench.deliver(0, deliver('02'));
    bench.deliver(0, deliver('03'));
    expect([await takeAll(bench), lost.outcome]).toEqual([['02', '02', '03'], 'lost']);
  });

  test('reorder shuffles by the seed, the same way each time', async () => {
    const order = async (seed: number): Promise<string> => {
      const bench = await TestBench.open({ seed });
      await bench.first.command(direct);
      await bench.modem(0).fault('reorder', { count: 5 });
      for (const octet of ['01', '02', '03', '04', '05']) bench.deliver(0, deliver(octet));
      return (await takeAll(bench)).join(' ');
    };
    expect(await order(3)).toBe(await order(3));
    expect((await order(3)).split(' ').sort().join(' ')).toBe('01 02 03 04 05');
    expect(new Set([await order(3), await order(4), await order(5)]).size).toBeGreaterThan(1);
  });

  test('delay and late-reports hold back for as long as they are told', async () => {
    const bench = await TestBench.open();
    await bench.first.command(direct);
    await bench.second.command('AT+CNMI=2,1');
    await bench.modem(1).fault('delay', { delaySeconds: 10 });
    await bench.modem(0).fault('late-reports', { delaySeconds: 30 });
    await bench.first.say(`AT+CMGS=24\r00${submit.replace(/^51/, '71')}\x1A`);
    await bench.clock.step(9_900);
    expect(await bench.second.heard()).toBe('');
    await bench.clock.step(200);
    expect(await bench.second.heardLines()).toEqual(['+CMTI: "SM",1']);
    await bench.clock.step(29_800);
    expect(await bench.first.heard()).toBe('');
    await bench.clock.step(200);
    expect((await bench.first.heardLines())[0]).toBe('+CDS: 25');
  });

  test('lost-ack brings the same message again', async () => {
    const bench = await TestBench.open();
    await bench.first.command(direct);
    await bench.modem(0).fault('lost-ack');
    const one = bench.deliver(0, deliver('01'));
    expect(await takeAll(bench)).toEqual(['01']);
    expect(one.outcome).toBe('unacknowledged');
    await bench.clock.step(5000);
    expect(await takeAll(bench)).toEqual(['01']);
    await bench.clock.step(600_000);
    expect(await takeAll(bench)).toEqual([]);
  });

  test('a message whose validity has passed is given up, and the sender is told', async () => {
    const bench = await TestBench.open();
    await bench.first.command(direct);
    // Validity 00: five minutes.
    await bench.first.say(`AT+CMGS=24\r00${submit.replace(/^51/, '71').replace('04A7', '0400')}\x1A`);
    await bench.clock.step(301_000);
    const [, report] = await bench.first.heardLines();
    expect(report?.slice(-2)).toBe('46');
    expect(octetsOf(await bench.second.command(direct))).toEqual([]);
  });
});
