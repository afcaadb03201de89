import type { QuirkId } from './quirks.js';

/** How one way of losing messages is met. */
export type Cover =
  | { readonly by: 'quirk'; readonly quirk: QuirkId }
  | { readonly by: 'rule'; readonly rule: string }
  | { readonly by: 'refusal'; readonly page: string; readonly refusal: string };

/** A test by its file and its name, as both stand in the source. */
export type NamedTest = readonly [file: string, name: string];

/** One of the ways in which modems lose messages or hang a driver. */
export interface RankedQuirk {
  readonly what: string;
  readonly covers: readonly Cover[];
  readonly tests: readonly NamedTest[];
}

const rule = (text: string): Cover => ({ by: 'rule', rule: text });
const quirk = (id: QuirkId): Cover => ({ by: 'quirk', quirk: id });
const modem = (name: string): NamedTest => ['src/modem/modem.test.ts', name];
const engine = (name: string): NamedTest => ['src/modem/at-engine.test.ts', name];
const alive = (name: string): NamedTest => ['src/modem/staying-alive.test.ts', name];
const journey = (file: string, name: string): NamedTest => [`hil-tests/journeys/${file}.hil.test.ts`, name];
const ofRules = (name: string): NamedTest => journey('quirk-rules', name);
const indicationsTest = modem('indications are armed where %s');

/**
 * The ways ranked by damage and frequency, from what users of other drivers report.
 * @see sources of ModemManager 1.24.2, oFono 1.31, gammu 2026-08, Kannel 1.4.5, smstools3 3.1.22, chan_dongle, chan_quectel, python-gsmmodem, serialport-gsm; their issues; vendors' manuals
 */
export const rankedQuirks: readonly RankedQuirk[] = [
  {
    what: 'An unacknowledged +CMT: the modem refuses it and silently sets `<mt>` and `<ds>` of +CNMI to 0',
    covers: [rule('+CNMI and +CSMS are read back every 60 s and set again; the memories are swept then')],
    tests: [modem('a modem that fell silent is armed again within a minute and its memories are looked at')],
  },
  {
    what: 'Storage full: +CMTI stops, the network holds the rest',
    covers: [rule('Every memory is swept at start, every 60 s and on every signal of a full memory; 80 % is told')],
    tests: [
      modem('a full memory is swept at once'),
      alive('the indicator of a full memory is found by its name and heard'),
      alive('a memory that is four fifths full is told of'),
    ],
  },
  {
    what: 'A message lies in another memory than the one selected: the wrong slot is read and deleted',
    covers: [rule('The memory that the announcement names is selected before reading and deleting, and all are set anew after a restart')],
    tests: [modem('a stored message is read from the memory it was announced in, and deleted there only when it is on disk')],
  },
  {
    what: 'Deleted before it was kept or all parts were there',
    covers: [rule('A slot is deleted only when its octets are on disk, and only if it still holds the same message')],
    tests: [
      modem('a stored message is read from the memory it was announced in, and deleted there only when it is on disk'),
      modem('a slot that holds another message by now is not deleted, and that message is handed over'),
    ],
  },
  {
    what: 'USB re-enumeration: the node has another number while the old descriptor is held',
    covers: [rule('The port is closed at the first error, opened again by the name it was given, and set up anew')],
    tests: [
      journey(
        'modem-hot-plug',
        'a modem that is pulled out under traffic and comes back under another tty name is armed again within a second and a half',
      ),
      modem('a lost port fails the consumer, a closed modem ends it'),
    ],
  },
  {
    what: 'A reset by the driver makes it worse: the stick comes back as a CD-ROM, or resets follow each other',
    covers: [
      quirk('reset-loses-device'),
      rule('Reset only where the profile names a command, only a modem that answers, and at most every 30 min'),
    ],
    tests: [
      alive('a modem that answers and cannot be set up is reset where its profile allows it, and not again within half an hour'),
      alive('a modem whose profile names no reset is never reset, and that is told'),
      alive('a modem that cannot be opened is never reset'),
    ],
  },
  {
    what: 'The PIN is tried until the SIM wants its PUK',
    covers: [
      quirk('pin-counter-elsewhere'),
      rule('One try for each PIN value and card, remembered on disk; none with one try left; a PUK is never entered'),
    ],
    tests: [
      ['src/modem/pin-memory.test.ts', 'is given once; refused, it is never given again to that card, not even after a restart'],
      ['src/modem/pin-memory.test.ts', '%s is entered as often as it may be while the modem is supervised for minutes, and shown nowhere'],
    ],
  },
  {
    what: 'ModemManager opens the port and changes +CNMI and +CPMS',
    covers: [
      rule('The udev rules tell it off; a port that is held is not used, and its holder is named'),
      rule('What was changed is read back and set again'),
    ],
    tests: [
      ofRules('the udev rules keep ModemManager off and the bus awake'),
      journey('modem-reception', 'a port that is open already is held, and its holder is named where it can be seen'),
    ],
  },
  {
    what: 'Announcements go to another port',
    covers: [
      quirk('unsolicited-on-another-port'),
      rule('Messages that nobody announced are noticed and told; the memories are then looked at every 5 s'),
    ],
    tests: [
      alive('messages that nobody announces are told of and looked for every five seconds, until one is announced again'),
      alive('direct messages that never come here, so that the modem switches them off again and again, are received through a memory'),
    ],
  },
  {
    what: '+CNMI is accepted in `=?` and rejected in use (mode 2, or `<ds>` 1)',
    covers: [quirk('indication-mode-one'), rule('A ladder of what is offered is tried and read back')],
    tests: [indicationsTest, modem('indications that the modem says it took and did not take are tried on')],
  },
  {
    what: '`<ds>` 2 is rejected and with it the whole +CNMI',
    covers: [rule('The ladder asks for `<ds>` 1 first and steps down to 0')],
    tests: [indicationsTest],
  },
  {
    what: '`<bfr>` must be 1; the third memory has no ME; `<mt>` 2 only after +CSMS=1',
    covers: [rule('Only offered values are tried; +CSMS comes before +CNMI; each memory list is looked at by itself')],
    tests: [indicationsTest, ofRules('the settings come in the order in which modems take them')],
  },
  {
    what: 'An unsolicited line stands inside an answer',
    covers: [rule('Every line is told by what it begins with, never by its place')],
    tests: [engine('an unsolicited pair in the middle of an answer, even before the PDU of +CMGR, is told apart')],
  },
  {
    what: 'The prompt has no line end',
    covers: [rule('The prompt is found among the octets')],
    tests: [
      ['src/modem/prompt-splitter.test.ts', 'the bare prompt is a line although no line end follows'],
      engine('a message goes out at the prompt, with its echo behind it'),
    ],
  },
  {
    what: 'Stuck at the prompt, every later command is swallowed',
    covers: [rule('ESC and CR at every opening and after every command that was not answered')],
    tests: [
      modem('a modem in any state is brought to a known one: mid-prompt, with echo, with stale settings'),
      engine('a modem left at a prompt by someone else is brought back'),
    ],
  },
  {
    what: 'A short wait for +CMGS sends a message twice',
    covers: [rule('130 s; after that the outcome is unknown, and nothing is sent twice')],
    tests: [
      alive('a submission may take longer than the network waits, so that a slow one is not taken for a lost one'),
      engine('a message whose answer does not come has an unknown outcome, one without a prompt was not sent'),
    ],
  },
  {
    what: 'A message that cannot be read is not acknowledged or not deleted, and blocks all that follow',
    covers: [rule('Whatever comes is kept as it stands and acknowledged')],
    tests: [modem('a PDU line that is no hex is handed over as it stands, so that it can be kept and acknowledged')],
  },
  {
    what: 'A flood of announcements fills the device and crashes it',
    covers: [quirk('floods-with-announcements'), rule('The port is read all the time, in bounded memory')],
    tests: [ofRules('announcements at line rate for a minute: commands are answered, messages come, memory stays bounded')],
  },
  {
    what: 'Diagnostic commands crash the modem',
    covers: [rule('No such command is ever sent, to no modem')],
    tests: [ofRules('no modem is sent a command that is known to crash modems')],
  },
  {
    what: 'Direct delivery and a stored copy: the message comes twice',
    covers: [quirk('stores-direct-messages-too')],
    tests: [],
  },
  {
    what: 'Status reports are announced in a memory that cannot be read',
    covers: [quirk('stored-reports-unreadable')],
    tests: [],
  },
  {
    what: 'Acknowledgements are refused, do harm, or are needed in another form',
    covers: [
      quirk('acknowledges-with-zero'),
      quirk('acknowledges-with-one'),
      quirk('acknowledges-slowly'),
      quirk('no-acknowledgement'),
      quirk('service-level-meaningless'),
      quirk('direct-reports-wedge'),
    ],
    tests: [modem('an acknowledgement that nobody expects does no harm, and a refused form gives way to the next for good')],
  },
  {
    what: 'Listings run into each other, hang, or have indexes of their own',
    covers: [quirk('lists-no-messages'), rule('A listing is read entry by entry wherever one begins')],
    tests: [
      ['src/modem/answer-values.test.ts', 'a listing is read entry by entry, also where one begins behind a PDU or lacks its PDU'],
      modem('a modem that cannot list its messages is read slot by slot'),
    ],
  },
  {
    what: 'Messages over LTE fail or stop',
    covers: [
      quirk('sends-fail-by-packet'),
      {
        by: 'refusal',
        page: 'docs/quirks.md#what-wapbridge-does-not-do',
        refusal: 'no message to oneself as a watchdog, and no change of settings that outlive a restart',
      },
    ],
    tests: [ofRules('the driver never sends a message of its own, nor sets what outlives a restart')],
  },
  {
    what: 'The bus puts the device to sleep and the port is lost',
    covers: [rule('The udev rules switch that off for every modem')],
    tests: [ofRules('the udev rules keep ModemManager off and the bus awake')],
  },
];
