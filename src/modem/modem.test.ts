import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ManualClock } from '../runtime/index.js';
import { PortClosedError } from './errors.js';
import { Modem } from './modem.js';
import type { ModemOptions } from './modem-options.js';
import { announced, deliverPdu, information, ok, passUntil, type ScriptedAnswer, ScriptedModem } from './scripted-modem.testing.js';
import { supervise } from './supervise.js';
import type { ModemEvent, ReceivedPdu } from './types.js';

function bench({ chunkOctets = 0, ...options }: Partial<ModemOptions> & { readonly chunkOctets?: number } = {}) {
  const clock = new ManualClock();
  const far = new ScriptedModem({ chunkOctets });
  const events: ModemEvent[] = [];
  const run = <Result>(promise: Promise<Result>) => passUntil(clock, promise);
  const open = async () => {
    const modem = await run(Modem.open(far.port, { clock, portName: 'scripted', onEvent: (event) => events.push(event), ...options }));
    const inbox = modem.received()[Symbol.asyncIterator]();
    const take = async (): Promise<ReceivedPdu> => {
      const { value, done } = await run(inbox.next());
      expect(done).toBe(false);
      return value;
    };
    return { modem, inbox, take };
  };
  const notes = () => events.flatMap((event) => (event.kind === 'note' ? [event.note] : []));
  return { clock, far, events, notes, run, open };
}

const refuse = '\r\nERROR\r\n';
const acknowledgementForms = ['AT+CNMA=0', 'AT+CNMA', 'AT+CNMA=1', 'AT+CNMA=1,2'];

describe.each([0, 1])('in chunks of %i octets', (chunkOctets) => {
  test('a direct message is handed over, waits, and is acknowledged', async () => {
    const { far, open, run } = bench({ chunkOctets });
    const { modem, take } = await open();
    expect([far.indications, far.service, modem.reception]).toEqual(['2,2,0,1,0', 1, 'direct']);
    expect(modem.identity).toEqual({
      manufacturer: 'Maker',
      model: 'Model 1',
      firmware: '1.0',
      imei: '490154203237518',
      imsi: '001010123456789',
      profile: 'plain-27005',
    });
    far.send(`\r\n+CMT: ,${announced(deliverPdu(1))}\r\n${deliverPdu(1).toLowerCase()}\r\n`);
    const received = await take();
    expect(received).toMatchObject({ kind: 'deliver', pdu: deliverPdu(1), tpduOctets: announced(deliverPdu(1)), storage: null });
    expect(far.count(/CNMA(=[01])?$/)).toBe(0);
    await run(modem.acknowledge(received));
    expect(far.count(/^AT\+CNMA$/)).toBe(1);
  });

  test('a stored message is read from the memory it was announced in, and deleted there only when it is on disk', async () => {
    const { far, open, run } = bench({ chunkOctets });
    const { modem, take } = await open();
    far.memories.get('SM')?.set(4, { status: 0, pdu: deliverPdu(2) });
    far.memories.get('ME')?.set(4, { status: 0, pdu: deliverPdu(3) });
    far.send('\r\n+CMTI: "SM",4\r\n');
    const received = await take();
    expect(received).toMatchObject({ pdu: deliverPdu(2), storage: { memory: 'SM', index: 4 } });
    expect(far.memories.get('SM')?.size).toBe(1);
    await run(modem.acknowledge(received));
    expect([far.memories.get('SM')?.size, far.memories.get('ME')?.size]).toEqual([0, 1]);
  });
});

test('a modem in any state is brought to a known one: mid-prompt, with echo, with stale settings', async () => {
  const { far, open } = bench({ chunkOctets: 1 });
  far.echo = true;
  far.atPrompt = true;
  far.indications = '1,1,0,0,0';
  const { modem } = await open();
  expect([far.echo, far.atPrompt, far.indications, modem.reception, far.payloads]).toEqual([false, false, '2,2,0,1,0', 'direct', []]);
});

test('what was stored while nobody listened is found in every memory, status reports by their type, drafts left alone', async () => {
  const { far, open } = bench();
  const draft = `0011000B915155550521F30004AA01AB`;
  far.memories
    .get('ME')
    ?.set(0, { status: 1, pdu: deliverPdu(1) })
    .set(3, { status: 2, pdu: draft });
  far.memories.get('SM')?.set(9, { status: 0, pdu: '00062A0B915155550521F36211227024000A6211227024900A00' });
  const { take } = await open();
  const found = [await take(), await take()];
  expect(found.map(({ kind, storage }) => [kind, storage])).toEqual([
    ['deliver', { memory: 'ME', index: 0 }],
    ['status-report', { memory: 'SM', index: 9 }],
  ]);
});

test('a message that waits for its acknowledgement is not handed over again by the next sweep', async () => {
  const { far, open, clock, run } = bench();
  far.memories.get('ME')?.set(1, { status: 0, pdu: deliverPdu(1) });
  const { modem, take } = await open();
  const first = await take();
  await clock.step(61_000);
  far.memories.get('ME')?.set(2, { status: 0, pdu: deliverPdu(2) });
  await clock.step(61_000);
  expect((await take()).pdu).toBe(deliverPdu(2));
  await run(modem.acknowledge(first));
  expect([...(far.memories.get('ME')?.keys() ?? [])]).toEqual([2]);
});

test('a slot that holds another message by now is not deleted, and that message is handed over', async () => {
  const { far, open, clock, run } = bench();
  far.memories.get('ME')?.set(1, { status: 0, pdu: deliverPdu(1) });
  const { modem, take } = await open();
  const first = await take();
  far.memories.get('ME')?.set(1, { status: 0, pdu: deliverPdu(2) });
  await clock.step(11_000);
  await run(modem.acknowledge(first));
  expect(far.memories.get('ME')?.get(1)?.pdu).toBe(deliverPdu(2));
  expect((await take()).pdu).toBe(deliverPdu(2));
  await run(modem.acknowledge(first));
  expect(far.memories.get('ME')?.size).toBe(1);
});

test('a refused direct message is refused to the network, a refused stored one comes again', async () => {
  const { far, open, clock, run } = bench();
  far.memories.get('ME')?.set(1, { status: 0, pdu: deliverPdu(1) });
  const { modem, take } = await open();
  await run(modem.acknowledge(await take(), 'refused'));
  far.send(`\r\n+CMT: ,22\r\n${deliverPdu(5)}\r\n`);
  await run(modem.acknowledge(await take(), 'refused'));
  // One at opening, for what a host before may have left, and one for this message.
  expect(far.count(/CNMA=2/)).toBe(2);
  await clock.step(61_000);
  expect(await take()).toMatchObject({ pdu: deliverPdu(1), storage: { index: 1 } });
});

test('what a host that went away left unanswered is refused before messages are let in, so that the network sends it again', async () => {
  const { far, open } = bench();
  far.answers.set('AT+CNMA=2', '\r\n+CMS ERROR: 340\r\n');
  await open();
  const order = far.commands.filter((command) => /^AT\+(?:CNMA|CNMI=\d)/.test(command));
  expect(order[0]).toBe('AT+CNMA=2');
  expect(far.count(/CNMA/)).toBe(1);
});

test('a message that crosses the refusal at opening is forgotten, since the network sends it again, and what follows is kept', async () => {
  const { far, open } = bench();
  const cmt = (last: number): string => `\r\n+CMT: ,${announced(deliverPdu(last))}\r\n${deliverPdu(last)}\r\n`;
  far.answers.set('AT+CNMA=2', `${cmt(1)}\r\nOK\r\n${cmt(2)}`);
  const { take } = await open();
  expect(await take()).toMatchObject({ pdu: deliverPdu(2) });
});

test('a message that comes while the modem is brought up is answered as usual, and not refused', async () => {
  const { far, open, run } = bench();
  far.answers.set('AT+CSCS="GSM"', `\r\n+CMT: ,${announced(deliverPdu(1))}\r\n${deliverPdu(1)}\r\n\r\nOK\r\n`);
  const { modem, take } = await open();
  const received = await take();
  expect([received.pdu, far.count(/CNMA/)]).toEqual([deliverPdu(1), 0]);
  await run(modem.acknowledge(received));
  expect(far.count(/CNMA(=[01])?$/)).toBe(1);
});

test('an acknowledgement that nobody expects does no harm, and a refused form gives way to the next for good', async () => {
  const { far, open, run } = bench();
  const { modem, take } = await open();
  far.answers.set('AT+CNMA', refuse);
  for (const last of [1, 2]) {
    far.send(`\r\n+CMT: ,22\r\n${deliverPdu(last)}\r\n`);
    await run(modem.acknowledge(await take()));
  }
  expect([far.count(/CNMA$/), far.count(/CNMA=0$/)]).toEqual([1, 2]);
  far.answers.set('AT+CNMA=0', '\r\n+CMS ERROR: 340\r\n');
  far.send(`\r\n+CMT: ,22\r\n${deliverPdu(3)}\r\n`);
  await run(modem.acknowledge(await take()));
});

test('a PDU line that is no hex is handed over as it stands, so that it can be kept and acknowledged', async () => {
  const { far, open, run } = bench();
  const { modem, take } = await open();
  far.send('\r\n+CMT: ,22\r\n0BD04259=96p331\r\n');
  const received = await take();
  expect(received.pdu).toBe('0BD04259=96p331');
  await run(modem.acknowledge(received));
  expect(far.count(/CNMA(=[01])?$/)).toBe(1);
});

test.each<readonly [string, Readonly<Record<string, ScriptedAnswer>>, string, string]>([
  [
    'mode 2 is listed and refused',
    {
      'AT+CNMI=2,2,0,1,0': refuse,
      'AT+CNMI=2,2,0,2,0': refuse,
      'AT+CNMI=2,2,0,0,0': refuse,
      'AT+CNMI=2,2,0,1,1': refuse,
      'AT+CNMI=2,2,0,2,1': refuse,
      'AT+CNMI=2,2,0,0,1': refuse,
    },
    '1,2,0,1,0',
    'direct',
  ],
  ['only bfr 1 is offered', { 'AT+CNMI=?': information('+CNMI: (0-3),(0,1),(0,2,3),(0,2),(1)') }, '2,1,0,2,1', 'stored'],
  [
    'status reports cannot be stored',
    { 'AT+CNMI=?': information('+CNMI: (0-3),(0-3),(0,2),(0,1),(0,1)'), 'AT+CSMS=1': refuse, 'AT+CSMS?': information('+CSMS: 0,1,1,1') },
    '2,1,0,1,0',
    'stored',
  ],
  ['the lists cannot be read', { 'AT+CNMI=?': ok }, '2,2,0,1,0', 'direct'],
])('indications are armed where %s', async (_name, answers, armed, reception) => {
  const { far, open } = bench();
  for (const [command, answer] of Object.entries(answers)) far.answers.set(command, answer);
  const { modem } = await open();
  expect([far.indications, modem.reception]).toEqual([armed, reception]);
});

test('indications that the modem says it took and did not take are tried on', async () => {
  const { far, open, notes } = bench();
  far.answers.set('AT+CNMI=2,2,0,1,0', ok);
  const { modem } = await open();
  expect([far.indications, modem.reception]).toEqual(['2,2,0,1,1', 'direct']);
  expect(notes()).toEqual(expect.arrayContaining(['step-refused', 'armed']));
  expect(notes()).not.toContain('polling-only');
});

test('a modem that fell silent is armed again within a minute and its memories are looked at', async () => {
  const { far, open, clock, notes } = bench();
  const { take } = await open();
  far.indications = '2,0,0,0,0';
  far.service = 0;
  far.memories.get('ME')?.set(1, { status: 0, pdu: deliverPdu(1) });
  await clock.step(61_000);
  expect([far.indications, far.service]).toEqual(['2,2,0,1,0', 1]);
  expect(notes()).toContain('rearmed');
  expect((await take()).pdu).toBe(deliverPdu(1));
});

test('a full memory is swept at once', async () => {
  const { far, open, clock, notes } = bench({ reception: 'stored' });
  const { modem, take } = await open();
  expect(modem.reception).toBe('stored');
  far.memories.get('SM')?.set(1, { status: 0, pdu: deliverPdu(1) });
  far.send('\r\n^SMMEMFULL: "SM"\r\n');
  await clock.step(100);
  expect((await take()).storage).toEqual({ memory: 'SM', index: 1 });
  expect(notes()).toContain('memory-full');
});

test('a modem that restarts is set up again', async () => {
  const { far, open, clock, notes } = bench();
  const { take } = await open();
  far.indications = '0,0,0,0,0';
  far.service = 0;
  far.echo = true;
  far.send('\r\nRDY\r\n');
  await clock.step(5_000);
  expect([far.indications, far.service, far.echo]).toEqual(['2,2,0,1,0', 1, false]);
  expect(notes()).toContain('restarted');
  far.send(`\r\n+CMT: ,22\r\n${deliverPdu(1)}\r\n`);
  expect((await take()).pdu).toBe(deliverPdu(1));
});

test.each(['submit', 'acknowledge', 'sweep'] as const)('a modem that restarts and so never answers (%s) is given up soon', async (what) => {
  const { far, open, run, clock } = bench();
  const { modem, take } = await open();
  far.answers.set(what === 'submit' ? 'payload' : what === 'acknowledge' ? 'AT+CNMA' : 'AT+CMGL=4', null);
  let waiting: Promise<unknown> = Promise.resolve();
  if (what === 'submit') waiting = expect(modem.submit('0011AB', 2)).rejects.toMatchObject({ code: 'at/outcome-unknown' });
  if (what === 'acknowledge') {
    far.send(`\r\n+CMT: ,22\r\n${deliverPdu(1)}\r\n`);
    waiting = expect(modem.acknowledge(await take())).rejects.toMatchObject({
      message: 'AT+CNMA was not answered before the modem restarted',
    });
  }
  if (what === 'sweep') far.send('\r\n+CMTI: "SM"\r\n');
  await clock.step(1_000);
  far.answers.clear();
  far.indications = '0,0,0,0,0';
  far.send('\r\nRDY\r\n\r\nAPP RDY\r\n');
  for (let passed = 0; passed < 8_000; passed += 50) await clock.step(50);
  await run(waiting);
  expect([modem.lost, far.indications]).toEqual([null, '2,2,0,1,0']);
});

test('a modem that cannot list its messages is read slot by slot', async () => {
  const { far, open } = bench();
  far.answers.set('AT+CMGL=4', refuse);
  far.memories
    .get('ME')
    ?.set(0, { status: 0, pdu: deliverPdu(1) })
    .set(100, { status: 0, pdu: deliverPdu(2) });
  const { take } = await open();
  expect([(await take()).storage?.index, (await take()).storage?.index]).toEqual([0, 100]);
});

test.each(['\r\nERROR\r\n', '\r\n+CMS ERROR: 303\r\n'])(
  'a modem that lists its messages and shows none by itself (%j) is read by its list',
  async (refusal) => {
    const { far, open, run, clock } = bench({ reception: 'stored' });
    for (let index = 0; index < 20; index += 1) far.answers.set(`AT+CMGR=${index}`, refusal);
    const { modem, take } = await open();
    for (let index = 1; index <= 6; index += 1) {
      far.memories.get('ME')?.set(index, { status: 0, pdu: deliverPdu(index) });
      far.send(`\r\n+CMTI: "ME",${index}\r\n`);
      const received = await take();
      expect(received).toMatchObject({ pdu: deliverPdu(index), storage: { memory: 'ME', index } });
      // Long enough that the slot must be looked at again before it is freed.
      if (index === 6) await clock.step(11_000);
      await run(modem.acknowledge(received));
      expect(far.memories.get('ME')?.size).toBe(0);
    }
    expect(far.count(/CMGR/), 'after three refusals it is not asked any more').toBe(3);
  },
);

test('a stored message that lost octets on the line is read again, announced or found, and one that is always so is kept as it is', async () => {
  const { far, open, run } = bench({ reception: 'stored' });
  const cut = (pdu: string): string => pdu.slice(0, 40) + pdu.slice(42);
  const shown = (pdu: string, whole: string): string => information(`+CMGR: 0,,${announced(whole)}\r\n${pdu}`);
  const { modem, take } = await open();
  const readings = [cut(deliverPdu(1)), deliverPdu(1).slice(1), deliverPdu(1).slice(0, -2)];
  far.answers.set('AT+CMGR=1', () => shown(readings.shift() ?? deliverPdu(1), deliverPdu(1)));
  far.answers.set('AT+CMGR=2', shown(cut(deliverPdu(2)), deliverPdu(2)));
  far.memories.get('ME')?.set(1, { status: 0, pdu: deliverPdu(1) });
  far.send('\r\n+CMTI: "ME",1\r\n');
  const first = await take();
  expect(first).toMatchObject({ pdu: deliverPdu(1) });
  await run(modem.acknowledge(first));
  far.memories.get('ME')?.set(2, { status: 0, pdu: deliverPdu(2) });
  far.send('\r\n+CMTI: "ME",2\r\n');
  const second = await take();
  expect(second.pdu).toBe(cut(deliverPdu(2)));
  await run(modem.acknowledge(second));
  far.memories.get('SM')?.set(3, { status: 0, pdu: deliverPdu(3) });
  far.answers.set('AT+CMGL=4', () =>
    far.memory === 'SM' && far.memories.get('SM')?.size === 1
      ? information(`+CMGL: 3,0,,${announced(deliverPdu(3))}\r\n${deliverPdu(3).slice(1)}`)
      : ok,
  );
  far.send('\r\n+CMTI: "SM"\r\n');
  expect((await take()).pdu).toBe(deliverPdu(3));
});

test.each([0, 1])('a PDU that another line tears, or that is wrapped, is joined, direct and stored (chunks of %i)', async (chunkOctets) => {
  const { far, open, run, clock } = bench({ chunkOctets });
  const { modem, take } = await open();
  const torn = (pdu: string): string => `${pdu.slice(0, 31)}\r\n+CREG: 1\r\n${pdu.slice(31, 40).toLowerCase()}\r\n${pdu.slice(40)}\r\n`;
  for (const last of [1, 2]) {
    far.send(`\r\n+CMT: ,22\r\n${torn(deliverPdu(last))}`);
    const received = await take();
    expect(received.pdu).toBe(deliverPdu(last));
    await run(modem.acknowledge(received));
  }
  far.answers.set('AT+CMGR=1', `\r\n+CMGR: 0,,22\r\n${torn(deliverPdu(3))}${ok}`);
  far.memories.get('ME')?.set(1, { status: 0, pdu: deliverPdu(3) });
  far.send('\r\n+CMTI: "ME",1\r\n');
  expect((await take()).pdu).toBe(deliverPdu(3));
  await clock.step(1_000);
});

test('a PDU whose rest does not come is handed over as it is, before the next one, and a modem that announces too much is not waited for long', async () => {
  const { far, open, clock } = bench();
  const { inbox } = await open();
  const got: string[] = [];
  void (async () => {
    for (let next = await inbox.next(); next.done !== true; next = await inbox.next()) got.push(next.value.pdu);
  })();
  const short = deliverPdu(1).slice(0, -2);
  far.send(`\r\n+CMT: ,22\r\n${short}\r\n`);
  await clock.step(400);
  expect(got).toEqual([]);
  far.send(`\r\n+CMT: ,22\r\n${deliverPdu(2)}\r\n`);
  await clock.step(1);
  expect(got.splice(0)).toEqual([short, deliverPdu(2)]);
  for (let time = 0; time < 3; time += 1) {
    far.send(`\r\n+CMT: ,22\r\n${short}\r\n`);
    await clock.step(501);
  }
  expect(got.splice(0)).toEqual([short, short, short]);
  far.send(`\r\n+CMT: ,22\r\n${short}\r\n`);
  await clock.step(1);
  expect(got).toEqual([short]);
});

test('a slot that was announced and is empty is looked at twice more, and holds up no other', async () => {
  const { far, open, clock } = bench({ reception: 'stored' });
  const { take } = await open();
  const begun = clock.monotonic();
  far.memories.get('ME')?.set(1, { status: 0, pdu: deliverPdu(1) });
  for (const index of [9, 8, 7, 1]) far.send(`\r\n+CMTI: "ME",${index}\r\n`);
  expect((await take()).pdu).toBe(deliverPdu(1));
  expect(clock.monotonic() - begun).toBeLessThan(500);
  far.memories.get('ME')?.set(8, { status: 0, pdu: deliverPdu(8) });
  expect((await take()).pdu).toBe(deliverPdu(8));
  for (let passed = 0; passed < 2_500; passed += 50) await clock.step(50);
  expect([7, 8, 9].map((index) => far.count(new RegExp(`CMGR=${index}$`)))).toEqual([3, 2, 3]);
});

test('a message submits with its reference while messages come in', async () => {
  const { far, open, run } = bench();
  const { modem, take } = await open();
  far.answers.set('payload', () => `\r\n+CMT: ,22\r\n${deliverPdu(1)}\r\n${information('+CMGS: 200')}`);
  expect(await run(modem.submit('0011AB', 2, { more: true }))).toEqual({ messageReference: 200 });
  expect([far.payloads, far.commands.slice(-2)]).toEqual([['0011AB'], ['AT+CMMS=1', 'AT+CMGS=2']]);
  expect((await take()).pdu).toBe(deliverPdu(1));
  far.answers.set('payload', '\r\n+CMGS: 9\r\n');
  expect(await run(modem.submit('0011AB', 2))).toEqual({ messageReference: 9 });
  far.answers.set('payload', ok);
  await expect(run(modem.submit('0011AB', 2))).rejects.toMatchObject({ code: 'at/outcome-unknown' });
  await expect(modem.submit('0011A', 2)).rejects.toBeInstanceOf(TypeError);
});

test('parts that follow each other keep one link, which is asked for again after a pause', async () => {
  const { far, open, run, clock } = bench();
  const { modem } = await open();
  const begun = far.commands.length;
  far.answers.set('payload', information('+CMGS: 1'));
  for (const more of [true, true, false]) await run(modem.submit('0011AB', 2, { more }));
  expect(far.commands.slice(begun)).toEqual(['AT+CMMS=1', 'AT+CMGS=2', 'AT+CMGS=2', 'AT+CMGS=2']);
  await clock.step(1_000);
  await run(modem.submit('0011AB', 2, { more: true }));
  far.answers.set('payload', '\r\n+CMS ERROR: 38\r\n');
  await expect(run(modem.submit('0011AB', 2, { more: true }))).rejects.toMatchObject({ number: 38 });
  far.answers.set('payload', information('+CMGS: 2'));
  await run(modem.submit('0011AB', 2, { more: true }));
  expect(far.commands.slice(begun + 4)).toEqual(['AT+CMMS=1', 'AT+CMGS=2', 'AT+CMGS=2', 'AT+CMMS=1', 'AT+CMGS=2']);
});

test('a modem that refuses to keep the link is asked once, and sends all the same', async () => {
  const { far, open, run } = bench();
  far.answers.set('AT+CMMS=1', refuse);
  const { modem } = await open();
  const begun = far.commands.length;
  far.answers.set('payload', information('+CMGS: 1'));
  for (const more of [true, true]) await run(modem.submit('0011AB', 2, { more }));
  expect(far.commands.slice(begun)).toEqual(['AT+CMMS=1', 'AT+CMGS=2', 'AT+CMGS=2']);
});

test('a lost port fails the consumer, a closed modem ends it', async () => {
  const lost = bench();
  const { modem, inbox } = await lost.open();
  lost.far.hangUp();
  await expect(lost.run(inbox.next())).rejects.toBeInstanceOf(PortClosedError);
  await expect(lost.run(modem.submit('00', 1))).rejects.toMatchObject({ code: 'modem/port-lost' });
  const closed = bench();
  const other = await closed.open();
  const ending = other.inbox.next();
  await closed.run(other.modem.close());
  expect(await ending).toEqual({ done: true, value: undefined });
});

test.each<readonly [string, Readonly<Record<string, ScriptedAnswer>>, string, string]>([
  ['answers nothing', { AT: null, ATQ0V1E0: null }, 'modem/no-answer', 'silent'],
  ['only echoes', { AT: 'AT\r', ATQ0V1E0: 'ATQ0V1E0\r' }, 'modem/no-answer', 'echoes'],
  ['talks like a GPS', { AT: null, ATQ0V1E0: '$GPGGA,1\r\n' }, 'modem/no-answer', 'GPS'],
  ['sends octets without end', { AT: 'x'.repeat(9_000), ATQ0V1E0: 'x'.repeat(9_000) }, 'modem/no-answer', 'line end'],
  ['talks of other things', { AT: 'login:\r\n', ATQ0V1E0: null }, 'modem/no-answer', 'login:'],
  ['has no SIM', { 'AT+CPIN?': '\r\n+CME ERROR: 10\r\n' }, 'modem/sim-missing', 'No SIM'],
  ['has a locked SIM', { 'AT+CPIN?': information('+CPIN: SIM PUK') }, 'modem/sim-locked', 'SIM PUK'],
  ['refuses PDU mode', { 'AT+CMGF=0': refuse }, 'modem/no-pdu-mode', 'PDU mode'],
])('a device that %s is named', async (_name, answers, code, words) => {
  const { far, open } = bench();
  for (const [command, answer] of Object.entries(answers)) far.answers.set(command, answer);
  await expect(open()).rejects.toMatchObject({ code, message: expect.stringContaining(words) });
  expect(far.port.destroyed).toBe(true);
});

test('a device that says OK to everything is told of, and driven all the same', async () => {
  const { far, open, run, notes } = bench();
  far.alwaysOk = true;
  const { modem, take } = await open();
  expect(notes()).toContain('says-ok-to-everything');
  far.send(`\r\n+CMT: ,22\r\n${deliverPdu(1)}\r\n`);
  await run(modem.acknowledge(await take()));
  expect(far.count(/CNMA(=[01])?$/)).toBe(1);
});

test('where acknowledgements are not in force one is offered, and not again once it was refused', async () => {
  const { far, open, run, notes } = bench();
  far.answers.set('AT+CSMS=1', refuse);
  for (const form of acknowledgementForms) far.answers.set(form, refuse);
  const { modem, take } = await open();
  expect(modem.reception).toBe('stored');
  for (const last of [1, 2]) {
    far.send(`\r\n+CMT: ,22\r\n${deliverPdu(last)}\r\n`);
    await run(modem.acknowledge(await take()));
  }
  expect(far.count(/CNMA/)).toBe(4);
  expect(notes()).toEqual(expect.arrayContaining(['step-refused', 'armed']));
  expect(notes()).not.toContain('acknowledgement-refused');
});

test('a modem that refuses every acknowledgement is told of, and the caller hears of it', async () => {
  const { far, open, run, notes } = bench();
  const { modem, take } = await open();
  for (const form of acknowledgementForms) far.answers.set(form, refuse);
  far.send(`\r\n+CMT: ,22\r\n${deliverPdu(1)}\r\n`);
  await expect(run(modem.acknowledge(await take()))).rejects.toMatchObject({ code: 'at/error' });
  expect(notes()).toContain('acknowledgement-refused');
});

test('a modem that has taken no acknowledgement at all stores messages first from then on; one that refuses now and then does not', async () => {
  for (const everTaken of [false, true]) {
    const { far, open, run, clock } = bench();
    const { modem, take } = await open();
    if (everTaken) {
      far.send(`\r\n+CMT: ,22\r\n${deliverPdu(1)}\r\n`);
      await run(modem.acknowledge(await take()));
    }
    for (const form of acknowledgementForms) far.answers.set(form, refuse);
    far.send(`\r\n+CMT: ,22\r\n${deliverPdu(2)}\r\n`);
    await expect(run(modem.acknowledge(await take()))).rejects.toMatchObject({ code: 'at/error' });
    await clock.step(1_000);
    expect([modem.reception, far.indications]).toEqual(everTaken ? ['direct', '2,2,0,1,0'] : ['stored', '2,1,0,1,0']);
    await clock.step(60_000);
    expect(modem.reception).toBe(everTaken ? 'direct' : 'stored');
    far.send('\r\nRDY\r\n');
    far.indications = '0,0,0,0,0';
    await clock.step(5_000);
    expect(modem.reception).toBe(everTaken ? 'direct' : 'stored');
  }
});

test.each(['AT+CNMA=1,2', 'AT+CNMA', 'AT+CNMA=0', 'AT+CNMA=1'])(
  'a modem that wants its acknowledgement as a report, and prompts for it after %s alone, is given one each time',
  async (prompting) => {
    const { far, open, run } = bench();
    const { modem, take } = await open();
    for (const form of acknowledgementForms) far.answers.set(form, refuse);
    far.answers.set(prompting, () => {
      far.atPrompt = true;
      return '\r\n> ';
    });
    far.answers.set('payload', ok);
    for (const last of [1, 2]) {
      far.send(`\r\n+CMT: ,22\r\n${deliverPdu(last)}\r\n`);
      await run(modem.acknowledge(await take()));
    }
    expect(far.payloads).toEqual(['0000', '0000']);
    expect(far.atPrompt).toBe(false);
    // Nothing that was refused is tried again; the form with the report comes last.
    const counts = acknowledgementForms.map((form) => far.count(new RegExp(`^${form.replace('+', '\\+')}$`)));
    expect(counts.filter((_, at) => acknowledgementForms[at] !== prompting).every((count) => count <= 1)).toBe(true);
    expect(counts[acknowledgementForms.indexOf(prompting)]).toBe(2);
    if (prompting === 'AT+CNMA=1,2') expect(counts).toEqual([1, 1, 1, 2]);
  },
);

test.each([
  ['+CMTI: "SM",4', ['ME', 'SM']],
  ['+cmti: "sm",4', ['ME', 'SM']],
  ['+CMTI: sm , 4', ['me', 'sm']],
  ['+CMTI:"SM",4', ['me', 'sm']],
  ['  +CMTI: "SM" ,4 ', ['Me', 'Sm']],
  ['+CMTI: "XX",4', ['ME', 'SM']],
  ['+CMTI: 4', ['ME', 'SM']],
])('a message announced as %s by a modem that calls its memories %s is read, and deleted once it is on disk', async (line, names) => {
  const { far, open, run } = bench();
  const quoted = names.map((name) => `"${name}"`).join(',');
  far.answers.set('AT+CPMS=?', information(`+CPMS: (${quoted}),(${quoted}),(${quoted})`));
  for (const text of ['AT+CPMS="XX"', 'AT+CPMS="XX","XX","ME"']) far.answers.set(text, refuse);
  const [first = '', second = ''] = names;
  const bank = new Map([[4, { status: 0, pdu: deliverPdu(1) }]]);
  far.memories.set(first, new Map());
  const { modem, take } = await open();
  far.memories.set(second, bank);
  far.send(`\r\n${line}\r\n`);
  const received = await take();
  expect(received).toMatchObject({ pdu: deliverPdu(1), storage: { memory: second, index: 4 } });
  await run(modem.acknowledge(received));
  expect(bank.size).toBe(0);
});

test('results in small letters, errors in words and a bare ERROR mean what they mean in the usual form', async () => {
  const { far, open, run, notes } = bench();
  far.answers.set('AT+CSCS="GSM"', '\r\nok\r\n');
  let tries = 0;
  far.answers.set('AT+CMGF=0', () => {
    tries += 1;
    return tries < 3 ? '\r\n+cms error: SIM busy\r\n' : '\nok\n';
  });
  far.answers.set('AT+CMGR=4', '\r\n+CMS ERROR: "Invalid memory index"\r\n');
  const { modem, take } = await open();
  expect(tries).toBe(3);
  far.send('\r\n+CMTI: "ME",4\r\n');
  far.memories.get('ME')?.set(5, { status: 0, pdu: deliverPdu(2) });
  far.send('\r\n+CMTI: "ME",5\r\n');
  const received = await take();
  expect(received.pdu).toBe(deliverPdu(2));
  // Somebody else empties the slot, and all that is said of it is ERROR.
  far.memories.get('ME')?.clear();
  far.answers.set('AT+CMGD=5', refuse);
  await run(modem.acknowledge(received));
  expect(notes()).not.toContain('trouble');
});

test.each([
  ['knows no +CPMS', { 'AT+CPMS=?': refuse, 'AT+CPMS?': refuse }],
  ['offers memories and lets none be chosen', {}],
])('a modem that %s is read all the same: what it announces, and what lay there before', async (_name, answers) => {
  const { far, open, run } = bench();
  for (const [text, answer] of Object.entries(answers)) far.answers.set(text, answer);
  for (const forms of ['"ME"', '"SM"', '"ME","ME"', '"ME","ME","ME"', '"SM","SM","SM"']) far.answers.set(`AT+CPMS=${forms}`, refuse);
  far.memories.get('ME')?.set(1, { status: 1, pdu: deliverPdu(1) });
  const { modem, take } = await open();
  const before = await take();
  expect(before.pdu).toBe(deliverPdu(1));
  await run(modem.acknowledge(before));
  far.memories.get('ME')?.set(2, { status: 0, pdu: deliverPdu(2) });
  far.send('\r\n+CMTI: "SM",2\r\n');
  const announcedOne = await take();
  expect(announcedOne.pdu).toBe(deliverPdu(2));
  await run(modem.acknowledge(announcedOne));
  expect(far.memories.get('ME')?.size).toBe(0);
});

test('a slot that is freed under one name of its memory is not deleted unseen under another', async () => {
  const { far, open, run, clock } = bench();
  const shared = new Map([[3, { status: 0, pdu: deliverPdu(1) }]]);
  far.memories.set('ME', shared);
  far.memories.set('MT', shared);
  const { modem, take } = await open();
  const swept = await take();
  far.send('\r\n+CMTI: "MT",3\r\n');
  const announcedOne = await take();
  await run(modem.acknowledge(announcedOne));
  expect(shared.size).toBe(0);
  shared.set(3, { status: 0, pdu: deliverPdu(2) });
  await run(modem.acknowledge(swept));
  await clock.step(100);
  expect(shared.get(3)).toMatchObject({ pdu: deliverPdu(2) });
  expect(await take()).toMatchObject({ pdu: deliverPdu(2) });
});

test('lines that nobody knows are told of ever more rarely', async () => {
  const { far, open, clock, events } = bench();
  await open();
  far.send('\r\nwhat\r\n'.repeat(1_000));
  await clock.step(10);
  const strays = events.flatMap((event) => (event.kind === 'note' && event.note === 'stray-line' ? [event.detail] : []));
  expect([strays.length, strays[0], strays.at(-1)]).toEqual([10, 'what', 'what (512 times by now)']);
});

test('a modem says how it stands', async () => {
  const { far, open, run } = bench();
  const { modem } = await open();
  far.answers.set('AT+CREG?', information('+CREG: 0,3'));
  far.answers.set('AT+CEREG?', information('+CEREG: 2,5,"1A2B","01020304",7'));
  far.answers.set('AT+CSQ', information('+CSQ: 20,99'));
  far.answers.set('AT+CSCA?', information('+CSCA: "+15550009999",145'));
  far.answers.set('AT+COPS?', information('+COPS: 0,0,"Test, Net",7'));
  far.answers.set('AT+CPMS?', information('+CPMS: "ME",3,100,"ME",3,100,"SM",1,10'));
  expect(await run(modem.status())).toEqual({
    sim: 'READY',
    registration: 'roaming',
    registrations: [
      { network: '+CREG', state: 'denied' },
      { network: '+CEREG', state: 'roaming' },
    ],
    operator: 'Test, Net',
    signalDbm: -73,
    serviceCentre: '+15550009999',
    memories: [
      { memory: 'ME', used: 3, total: 100 },
      { memory: 'SM', used: 1, total: 10 },
    ],
  });
});

test.each([
  ['+CREG: 2,9,"1A2B","01020304",7', 'home'],
  ['+CREG: 2,10', 'roaming'],
  ['+CREG: 2,8', 'not-registered'],
  ['+CREG: 002,011', 'not-registered'],
  ['+CREG: 2,12', 'unknown'],
])('%s is %s', async (line, registration) => {
  const { far, open, run } = bench();
  const { modem } = await open();
  for (const network of ['+CREG', '+CGREG', '+CEREG']) far.answers.set(`AT${network}?`, information(line.replace('+CREG', network)));
  expect(await run(modem.status())).toMatchObject({ registration });
});

test('what a modem writes in UCS2 is shown in letters', async () => {
  const { far, open, run } = bench();
  const { modem } = await open();
  far.answers.set('AT+CSCA?', information('+CSCA: "002B00310035003500350030",145'));
  far.answers.set('AT+COPS?', information('+COPS: 0,0,"005400650073007400200041",7'));
  expect(await run(modem.status())).toMatchObject({ serviceCentre: '+15550', operator: 'Test A' });
  far.answers.set('AT+CSCA?', information('+CSCA: "00316100",129'));
  expect(await run(modem.status())).toMatchObject({ serviceCentre: '00316100' });
});

describe('a PIN', () => {
  function locked(attemptsLeft: number | null, accepted: string) {
    const asked: unknown[] = [];
    const refused: unknown[] = [];
    const pin = {
      ask: async (sim: unknown) => {
        asked.push(sim);
        return '1234';
      },
      rejected: async (sim: unknown) => {
        refused.push(sim);
      },
    };
    const setup = bench({ pin });
    let state = 'SIM PIN';
    setup.far.answers.set('AT+CPIN?', () => information(`+CPIN: ${state}`));
    setup.far.answers.set('AT+CCID', information('+CCID: 8900'));
    setup.far.answers.set('AT+CPINR="SIM PIN"', attemptsLeft === null ? refuse : information(`+CPINR: SIM PIN,${attemptsLeft},3`));
    setup.far.answers.set('AT+CPIN="1234"', () => {
      if (accepted !== '1234') return '\r\n+CME ERROR: 16\r\n';
      state = 'READY';
      return ok;
    });
    return { ...setup, asked, refused };
  }

  test('is entered once where it is asked for', async () => {
    const { far, open, asked } = locked(3, '1234');
    await open();
    expect([asked, far.count(/CPIN="/)]).toEqual([[{ iccid: '8900', attemptsLeft: 3 }], 1]);
  });

  test('that is refused is reported and not tried again, nor shown', async () => {
    const { far, open, refused } = locked(null, 'other');
    const error: unknown = await open().catch((cause: unknown) => cause);
    expect(error).toMatchObject({ code: 'modem/sim-locked' });
    expect(JSON.stringify([error, String(error), error instanceof Error ? String(error.cause) : ''])).not.toContain('1234');
    expect([refused.length, far.count(/CPIN="/)]).toEqual([1, 1]);
  });

  test('is never tried with one try left', async () => {
    const { far, open, asked } = locked(1, '1234');
    await expect(open()).rejects.toMatchObject({ code: 'modem/sim-locked' });
    expect([asked, far.count(/CPIN="/)]).toEqual([[], 0]);
  });
});

test('a supervised modem comes back after it was lost, and every state is told', async () => {
  const clock = new ManualClock();
  const ends: ScriptedModem[] = [];
  const states: string[] = [];
  let refusals = 2;
  const stop = new AbortController();
  const kept = supervise('scripted', {
    clock,
    signal: stop.signal,
    onEvent: (event) => {
      if (event.kind === 'state') states.push(`${event.state} ${event.code ?? event.model ?? ''}`.trim());
    },
    open: (name, options) => {
      if (ends.length === 1 && refusals-- > 0) return Promise.reject(new PortClosedError('modem/port-lost', 'not yet'));
      const far = new ScriptedModem();
      ends.push(far);
      return Modem.open(far.port, { ...options, portName: name });
    },
  });
  const first = await passUntil(clock, kept.next());
  expect(first.done).toBe(false);
  ends[0]?.hangUp();
  await clock.step(10);
  const second = await passUntil(clock, kept.next());
  expect(second.value).not.toBe(first.value);
  stop.abort();
  await passUntil(clock, kept.return(undefined));
  expect(states).toEqual(['opening', 'ready Model 1', 'lost modem/port-lost', 'opening', 'failed modem/port-lost', 'ready Model 1']);
});

test('whatever a modem says of its own accord, the next message comes through and nothing is lost', async () => {
  const noise = fc.oneof(
    fc.constantFrom(
      '\r\n',
      'OK',
      'ERROR',
      '> ',
      '+CMT: ,22',
      '+CDS: 5',
      '+CMTI: "XX",9',
      '+CMTI: "SM",-1',
      '+CMS ERROR: 500',
      '^RSSI: 3',
      'NO CARRIER',
      '0',
      '\0\xff',
    ),
    fc.string({ maxLength: 30 }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(noise, { maxLength: 20 }), fc.constantFrom(0, 2), async (parts, chunkOctets) => {
      const { far, open, run, clock } = bench({ chunkOctets });
      const { modem, take } = await open();
      far.send(`\r\n${parts.join('\r\n')}\r\n\r\n`);
      await clock.step(200);
      far.send(`\r\nRING\r\n+CMT: ,22\r\n${deliverPdu(77)}\r\n`);
      let found = await take();
      for (let others = 0; others < 30 && found.pdu !== deliverPdu(77); others += 1) found = await take();
      expect(found.pdu).toBe(deliverPdu(77));
      await run(modem.acknowledge(found));
      await run(modem.close());
    }),
    { numRuns: 40 },
  );
});
