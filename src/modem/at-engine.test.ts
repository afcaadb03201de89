import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ManualClock } from '../runtime/index.js';
import { AtEngine, type LineOddity } from './at-engine.js';
import { PortClosedError } from './errors.js';
import { deliverPdu, information, ok, passUntil, ScriptedModem } from './scripted-modem.testing.js';

function bench(chunkOctets = 0) {
  const clock = new ManualClock();
  const modem = new ScriptedModem({ chunkOctets });
  const unsolicited: (readonly [string, string | null])[] = [];
  const oddities: LineOddity[] = [];
  const lost: PortClosedError[] = [];
  const engine = new AtEngine(modem.port, clock, {
    onUnsolicited: (line, pdu) => unsolicited.push([line, pdu]),
    onLost: (reason) => lost.push(reason),
    onOddity: (oddity) => oddities.push(oddity),
  });
  const run = <Result>(promise: Promise<Result>) => passUntil(clock, promise);
  return { clock, modem, engine, unsolicited, oddities, lost, run };
}

const pdu = deliverPdu(1);

describe.each([0, 1, 2, 3])('in chunks of %i octets', (chunkOctets) => {
  test('information and a final result answer a command', async () => {
    const { modem, engine, run } = bench(chunkOctets);
    modem.answers.set('AT+CSQ', information('+CSQ: 20,99'));
    expect(await run(engine.command('AT+CSQ'))).toEqual(['+CSQ: 20,99']);
  });

  test('an echo is recognised, also one that comes glued to noise', async () => {
    const { modem, engine, run, unsolicited, oddities } = bench(chunkOctets);
    modem.echo = true;
    modem.answers.set('AT+CSQ', information('+CSQ: 20,99'));
    expect(await run(engine.command('AT+CSQ'))).toEqual(['+CSQ: 20,99']);
    modem.answers.set('AT+CGMI', `\0AT+CGMI\r\r\n${information('Maker')}`);
    expect(await run(engine.command('AT+CGMI'))).toEqual(['Maker']);
    expect([unsolicited, oddities.filter(({ what }) => what !== 'echo')]).toEqual([[], []]);
  });

  test('an unsolicited pair in the middle of an answer, even before the PDU of +CMGR, is told apart', async () => {
    const { modem, engine, run, unsolicited } = bench(chunkOctets);
    modem.answers.set('AT+CMGR=1', `\r\n^RSSI:3\r\n\r\n+CMGR: 0,,22\r\n+CMT: ,22\r\n${deliverPdu(9)}\r\n${pdu}\r\n+CMTI: "SM",4\r\n${ok}`);
    expect(await run(engine.command('AT+CMGR=1'))).toEqual(['+CMGR: 0,,22', pdu]);
    expect(unsolicited).toEqual([
      ['^RSSI:3', null],
      ['+CMT: ,22', deliverPdu(9)],
      ['+CMTI: "SM",4', null],
    ]);
  });

  test('a message goes out at the prompt, with its echo behind it', async () => {
    const { modem, engine, run } = bench(chunkOctets);
    modem.echo = true;
    expect(await run(engine.command('AT+CMGS=14', { payload: '0011AB' }))).toEqual(['+CMGS: 7']);
    expect(modem.payloads).toEqual(['0011AB']);
  });

  test('a pair whose second line is another known line is broken, and that line keeps its meaning', async () => {
    const { modem, engine, run, unsolicited, oddities } = bench(chunkOctets);
    modem.answers.set('AT', `\r\n+CMT: ,22\r\n${ok}`);
    await run(engine.command('AT'));
    expect(oddities).toEqual([{ what: 'broken-unsolicited', line: '+CMT: ,22' }]);
    modem.send(`\r\n${pdu}\r\n`);
    await run(Promise.resolve());
    expect(unsolicited).toEqual([['+CMT: ,22', pdu]]);
  });
});

test.each([
  ['\r\n+CMS ERROR: 321\r\n', { code: 'at/cms-error', family: 'cms', number: 321 }],
  ['\r\n+CME ERROR: SIM not inserted\r\n', { code: 'at/cme-error', family: 'cme', number: 10 }],
  ['\r\n+CMS ERROR: (U)SIM busy.\r\n', { code: 'at/cms-error', family: 'cms', number: 314 }],
  ['\r\n+CMS ERROR: something of its own\r\n', { code: 'at/cms-error', family: 'cms', number: null }],
  ['\r\n+cms error: 500 (unknown)\r\n', { code: 'at/cms-error', family: 'cms', number: 500 }],
  ['\r\nerror\r\n', { code: 'at/error', family: 'final' }],
  ['\r\n+CMS ERROR: \r\n', { code: 'at/cms-error', number: null }],
  ['\r\n+CMS ERROR: Network timeout\r\n', { code: 'at/cms-error', number: 332 }],
  ['\r\n+CMS ERROR: congestion\r\n', { code: 'at/cms-error', number: 42 }],
  ['\r\n+CMS ERROR: oops\r\n', { code: 'at/cms-error', number: null }],
  ['\r\nERROR\r\n', { code: 'at/error', family: 'final' }],
  ['\r\nCOMMAND NOT SUPPORT\r\n', { code: 'at/error' }],
  ['\r\n+EXT ERROR: 5\r\n', { code: 'at/error' }],
  ['4\r', { code: 'at/error' }],
  ['\r\nNO CARRIER\r\n', { code: 'at/error' }],
  ['\r\nCONNECT 9600\r\n', { code: 'at/error' }],
])('the final result %j refuses a command', async (answer, facts) => {
  const { modem, engine, run } = bench();
  modem.answers.set('AT+CMGD=1', answer);
  await expect(run(engine.command('AT+CMGD=1'))).rejects.toMatchObject(facts);
});

test('a numeric OK is an OK, and an OK within a line is none', async () => {
  const { modem, engine, run } = bench();
  modem.answers.set('AT+CMGF=0', '0\r');
  expect(await run(engine.command('AT+CMGF=0'))).toEqual([]);
  modem.answers.set('AT+COPS?', information('+COPS: 0,0,"OK"', 'NOT OK'));
  expect(await run(engine.command('AT+COPS?'))).toEqual(['+COPS: 0,0,"OK"']);
});

test('an urgent command goes before all that wait, one in flight at a time', async () => {
  const { modem, engine, run } = bench();
  const done = Promise.all([engine.command('AT+ONE'), engine.command('AT+TWO'), engine.command('AT+CNMA', { urgent: true })]);
  await run(done);
  expect(modem.commands).toEqual(['AT+ONE', 'AT+CNMA', 'AT+TWO']);
});

test('a command without an answer fails, and the line is in order for the next', async () => {
  const { modem, engine, run, oddities } = bench();
  modem.answers.set('AT+COPS?', null);
  await expect(run(engine.command('AT+COPS?'))).rejects.toMatchObject({ code: 'at/timeout' });
  expect(oddities).toEqual([{ what: 'resync', command: 'AT+COPS?' }]);
  modem.send('\r\n+COPS: 0\r\n\r\nOK\r\n');
  modem.answers.set('AT+CSQ', information('+CSQ: 1,1'));
  expect(await run(engine.command('AT+CSQ'))).toEqual(['+CSQ: 1,1']);
});

test('a message whose answer does not come has an unknown outcome, one without a prompt was not sent', async () => {
  const { modem, engine, run } = bench();
  modem.answers.set('payload', null);
  await expect(run(engine.command('AT+CMGS=9', { payload: 'AA' }))).rejects.toMatchObject({ code: 'at/outcome-unknown' });
  modem.answers.set('AT+CMGS=8', null);
  await expect(run(engine.command('AT+CMGS=8', { payload: 'AA' }))).rejects.toMatchObject({ code: 'at/timeout' });
  expect(modem.payloads).toEqual(['AA']);
});

test('a message that is refused without a number may have left, but not where that stood in place of the prompt', async () => {
  const { modem, engine, run } = bench();
  modem.answers.set('payload', '\r\nERROR\r\n');
  await expect(run(engine.command('AT+CMGS=9', { payload: 'AA' }))).rejects.toMatchObject({ code: 'at/outcome-unknown', family: 'final' });
  modem.answers.set('AT+CMGS=8', '\r\nERROR\r\n');
  await expect(run(engine.command('AT+CMGS=8', { payload: 'AA' }))).rejects.toMatchObject({ code: 'at/error' });
});

test('an error instead of the prompt is the answer', async () => {
  const { modem, engine, run } = bench();
  modem.answers.set('AT+CMGS=9', '\r\n+CMS ERROR: 302\r\n');
  await expect(run(engine.command('AT+CMGS=9', { payload: 'AA' }))).rejects.toMatchObject({ number: 302 });
});

test('a modem left at a prompt by someone else is brought back', async () => {
  const { modem, engine, run } = bench();
  modem.atPrompt = true;
  await run(engine.resync());
  modem.answers.set('AT+CSQ', information('+CSQ: 1,1'));
  expect(await run(engine.command('AT+CSQ'))).toEqual(['+CSQ: 1,1']);
  expect(modem.payloads).toEqual([]);
});

test('cancelling a command under way rejects with its reason and leaves the line in order', async () => {
  const { modem, engine, run, clock } = bench();
  modem.answers.set('AT+COPS=?', null);
  const controller = new AbortController();
  const cancelled = engine.command('AT+COPS=?', { signal: controller.signal });
  const next = engine.command('AT+CSQ');
  await clock.step(10);
  const reason = new RangeError('enough');
  controller.abort(reason);
  await expect(cancelled).rejects.toBe(reason);
  expect(modem.commands).toEqual(['AT+COPS=?']);
  modem.send('\r\n+COPS: late\r\n\r\nOK\r\n');
  expect(await run(next)).toEqual([]);
});

test('cancelling at the prompt sends ESC and no message', async () => {
  const { modem, engine, run, clock } = bench();
  modem.answers.set('AT+CMGS=9', () => {
    modem.atPrompt = true;
    return null;
  });
  const controller = new AbortController();
  const cancelled = engine.command('AT+CMGS=9', { payload: 'AA', signal: controller.signal });
  await clock.step(10);
  controller.abort();
  await expect(cancelled).rejects.toBe(controller.signal.reason);
  expect(await run(engine.command('AT'))).toEqual([]);
  expect([modem.atPrompt, modem.payloads]).toEqual([false, []]);
});

test('a modem that stops answering is given up after the line could not be brought back', async () => {
  const { modem, engine, run, lost } = bench();
  for (const silent of ['AT+CSQ', 'AT', 'ATQ0V1E0']) modem.answers.set(silent, null);
  await expect(run(engine.command('AT+CSQ'))).rejects.toMatchObject({ code: 'at/timeout' });
  await expect(run(engine.command('AT+CSQ'))).rejects.toBeInstanceOf(PortClosedError);
  expect(lost).toHaveLength(1);
});

test.each(['hangUp', 'end'] as const)('commands fail when the port goes (%s)', async (how) => {
  const { modem, engine, run, lost } = bench();
  modem.answers.set('AT+CSQ', null);
  const waiting = [engine.command('AT+CSQ'), engine.command('AT')];
  modem[how]();
  const outcomes = await run(Promise.allSettled(waiting));
  expect(outcomes).toMatchObject([{ reason: { code: 'modem/port-lost' } }, { reason: { code: 'modem/port-lost' } }]);
  expect(lost).toHaveLength(1);
});

test('a port that takes no octets is lost', async () => {
  const { modem, engine, run, lost } = bench();
  modem.port.write = () => true;
  await expect(run(engine.command('AT'))).rejects.toBeInstanceOf(PortClosedError);
  expect(lost[0]?.message).toContain('takes no more octets');
});

test('random lines and octets never break the engine, and it stays usable', async () => {
  const fragments = fc.oneof(
    fc.constantFrom(
      '\r\n',
      'OK',
      'ERROR',
      '+CMT: ,22',
      '+CMT: "",22',
      pdu,
      '> ',
      '>',
      '+CMGR: 0,,22',
      '+CMS ERROR: 500',
      'AT+CMGR=1',
      '+CMTI: "SM",1',
      '\0',
      '0',
      '4',
      '+CDS: 5',
      'RING',
    ),
    fc.string({ maxLength: 20 }),
    fc.uint8Array({ maxLength: 20 }).map((octets) => Buffer.from(octets).toString('latin1')),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(fragments, { maxLength: 40 }), fc.constantFrom(0, 1, 3), async (parts, chunkOctets) => {
      const { modem, engine, run } = bench(chunkOctets);
      modem.answers.set('AT+CMGR=1', parts.join(''));
      await run(engine.command('AT+CMGR=1').catch(() => []));
      modem.send('\r\n');
      modem.answers.set('AT+CSQ', information('+CSQ: 1,1'));
      await run(engine.resync());
      expect(await run(engine.command('AT+CSQ'))).toContain('+CSQ: 1,1');
    }),
    { numRuns: 60 },
  );
});

test('a port that goes after the message was handed over leaves it unknown whether it left, and before that certain that it did not', async () => {
  const after = bench();
  after.modem.answers.set('payload', null);
  const handedOver = after.engine.command('AT+CMGS=14', { payload: '0011AB' });
  const waiting = after.engine.command('AT+CMGS=14', { payload: '0011AC' });
  const outcomes = after.run(Promise.allSettled([handedOver, waiting]));
  while (after.modem.payloads.length === 0) await after.clock.settle();
  after.modem.hangUp();
  expect(await outcomes).toMatchObject([{ reason: { code: 'at/outcome-unknown' } }, { reason: { code: 'modem/port-lost' } }]);
});

describe('a modem that answers late', () => {
  /** Has every command answered in its turn, each so long after it came. */
  function answerAfter(modem: ScriptedModem, clock: ManualClock, lateMs: number, answers: Readonly<Record<string, string>>): void {
    for (const [text, answer] of Object.entries({ ATQ0V1E0: ok, AT: ok, ...answers })) {
      modem.answers.set(text, () => {
        clock.after(lateMs, () => modem.send(answer));
        return null;
      });
    }
  }
  const answers = { 'AT+CGMI': information('Maker'), 'AT+CSQ': information('+CSQ: 20,99'), 'AT+CPMS=?': information('+CPMS: ("SM","ME")') };

  test.each([900, 1_400, 2_700, 4_800])(
    'by %i ms is brought to order, and no answer is taken for that of the next command',
    async (lateMs) => {
      const { clock, modem, engine, run, oddities } = bench();
      answerAfter(modem, clock, lateMs, answers);
      await run(engine.resync({ attempts: 12 }));
      expect(await run(engine.command('AT+CGMI'))).toEqual(['Maker']);
      expect(await run(engine.command('AT+CPMS=?'))).toEqual(['+CPMS: ("SM","ME")']);
      expect(await run(engine.command('AT+CSQ'))).toEqual(['+CSQ: 20,99']);
      expect(oddities.filter(({ what }) => what === 'stray-line')).toEqual([]);
    },
  );

  test('once, after its time was up, does not shift the answers of what follows', async () => {
    const { clock, modem, engine, run } = bench();
    answerAfter(modem, clock, 10, answers);
    modem.answers.set('AT+CGMR', () => {
      // The modem is busy with it, and what came meanwhile is answered behind it.
      answerAfter(modem, clock, 700, answers);
      clock.after(5_400, () => modem.send(information('1.0')));
      return null;
    });
    await expect(run(engine.command('AT+CGMR'))).rejects.toMatchObject({ code: 'at/timeout' });
    expect(await run(engine.command('AT+CGMI'))).toEqual(['Maker']);
    expect(await run(engine.command('AT+CSQ'))).toEqual(['+CSQ: 20,99']);
  });

  test('or dropped what it was asked before is waited for no longer than an answer may take', async () => {
    const { clock, modem, engine, run } = bench();
    let asked = 0;
    for (const text of ['ATQ0V1E0', 'AT']) modem.answers.set(text, () => (++asked < 4 ? null : ok));
    const began = clock.monotonic();
    await run(engine.resync({ attempts: 12 }));
    expect([asked, clock.monotonic() - began]).toEqual([4, 4 * 250 + 3 * 1_000 + 3_000]);
    modem.answers.set('AT+CSQ', information('+CSQ: 20,99'));
    expect(await run(engine.command('AT+CSQ'))).toEqual(['+CSQ: 20,99']);
  });
});
