import type { Argv } from 'yargs';
import { connectToHolder } from '../../bridge/index.js';
import type { CapturedPacket } from '../../capture/index.js';
import { BridgeError } from '../../errors.js';
import { type JournalReader, openJournalReader } from '../../journal/index.js';
import { type CommandIo, type CommonOptions, defineCommand, defineCommandGroup } from '../command.js';
import { exitCodes } from '../exit-codes.js';
import { findSet, inboxEntries, wholeId } from '../inbox/entries.js';
import { messagePackets, openCaptureFile, partPackets, writeBody } from '../inbox/export.js';
import { type FilterOptions, inboxFilter, inboxStates, inboxVerdicts } from '../inbox/filters.js';
import { listedMessage, listedSet, shownMessage } from '../inbox/present-entry.js';
import { listLine, shownLines } from '../inbox/present-text.js';
import { redeliverHere } from '../inbox/redeliver-here.js';
import { stateFolderOf } from '../location.js';

const filtered = (parser: Argv<CommonOptions>, limit: number) =>
  parser
    .option('verdict', { choices: inboxVerdicts, requiresArg: true, describe: 'what it was found to be' })
    .option('from', { type: 'string', requiresArg: true, describe: 'the sender, as it is shown' })
    .option('since', { type: 'string', requiresArg: true, describe: 'not older: a time in ISO 8601, or an age such as 2h' })
    .option('until', { type: 'string', requiresArg: true, describe: 'older: a time in ISO 8601, or an age such as 2h' })
    .option('state', { choices: inboxStates, requiresArg: true, describe: 'what has become of it' })
    .option('limit', { type: 'number', requiresArg: true, default: limit, describe: 'at most so many, newest first' });

const list = defineCommand({
  command: 'list',
  describe: 'lists what has been received, newest first, and what is not whole',
  examples: [
    ['$0 inbox list --since 1h', 'of the last hour'],
    ['$0 inbox list --state undelivered --json', 'what some consumer refused or never took'],
    ['$0 inbox list --state incomplete', 'messages of which parts are missing, and which'],
  ],
  builder: (parser) => filtered(parser, 100),
  run: async (options, io) => {
    await reading(options, io, async (journal) => {
      const { sets, messages } = inboxEntries(journal, filterOf(options, io), io.clock.now());
      const show = (entry: Readonly<Record<string, unknown>>): void => {
        if (options.json) io.output.object(entry);
        else io.output.line(listLine(entry, io));
      };
      for (const set of sets) show(listedSet(set, false));
      for (const message of messages) {
        show(listedMessage(message, journal));
        await io.output.flush();
      }
      if (sets.length + messages.length === 0 && !options.json && !options.quiet) io.errors.line('The inbox holds nothing of the kind.');
    });
    return exitCodes.done;
  },
});

const show = defineCommand({
  command: 'show <id>',
  describe: 'shows everything known of one message: parts as received, what was decoded, deliveries and every try',
  examples: [
    ['$0 inbox show 0190a7c2-0000-4000-8000-000000000001', 'an id as inbox list shows it'],
    ['$0 inbox show 0190a7', 'the only one that begins so'],
  ],
  builder: (parser) => parser.positional('id', { type: 'string', demandOption: true, describe: 'id of the message, or how it begins' }),
  run: async (options, io) => {
    await reading(options, io, async (journal) => {
      const details = journal.details(wholeId(journal, options.id));
      const set = details === null ? findSet(journal, options.id, io.clock.now()) : null;
      const entry = details !== null ? shownMessage(details) : set !== null ? listedSet(set, true) : null;
      if (entry === null) throw unknownMessage(options.id);
      if (options.json) io.output.object(entry);
      else for (const line of shownLines(entry, io)) io.output.line(line);
    });
    return exitCodes.done;
  },
});

const redeliver = defineCommand({
  command: 'redeliver <id>',
  describe: 'hands a message over again, under the same id',
  examples: [
    ['$0 inbox redeliver 0190a7c2-0000-4000-8000-000000000001', 'to every sink it went to'],
    ['$0 inbox redeliver 0190a7c2-0000-4000-8000-000000000001 --sink archive', 'to this sink, which need not have had it'],
  ],
  builder: (parser) =>
    parser
      .positional('id', { type: 'string', demandOption: true, describe: 'id of the message, or how it begins' })
      .option('sink', { type: 'string', array: true, requiresArg: true, describe: 'only to this sink; may be repeated' }),
  run: async (options, io) => {
    const { sink: sinks } = options;
    const directory = stateFolderOf(options, io.environment);
    const holder = await connectToHolder(directory);
    if (holder === null) return redeliverHere({ id: options.id, sinks, directory, json: options.json }, io);
    try {
      const id = await reading(options, io, async (journal) => wholeId(journal, options.id));
      const answer = await holder.ask({ do: 'redeliver', id, ...(sinks === undefined ? {} : { sinks }) });
      const to = Array.isArray(answer.sinks) ? answer.sinks.map(String) : [];
      if (options.json) io.output.object({ event: 'redelivered', id, sinks: to });
      else io.output.line(`${id} is handed over again to ${to.join(', ')} by the wapbridge listen that runs on this state folder`);
    } finally {
      holder.close();
    }
    return exitCodes.done;
  },
});

const exporting = defineCommand({
  command: 'export [id..]',
  describe: 'writes messages to a capture file for Wireshark, and their bodies to files',
  examples: [
    ['$0 inbox export --pcap messages.pcapng --since 1d', 'of the last day'],
    ['$0 inbox export --pcap one.pcapng --bodies bodies ID', 'one message, and its body'],
  ],
  builder: (parser) =>
    filtered(parser, 1_000_000)
      .positional('id', {
        type: 'string',
        array: true,
        describe: 'ids of messages, or how they begin; all that the filters let through where none is named',
      })
      .option('pcap', { type: 'string', requiresArg: true, describe: 'the capture file (pcapng)' })
      .option('bodies', { type: 'string', requiresArg: true, describe: 'a folder that gets one file ID.body a message' }),
  run: async (options, io) => {
    const { pcap, bodies } = options;
    if (pcap === undefined && bodies === undefined)
      throw new BridgeError('cli/usage', 'nothing to write to is named', { advice: 'write --pcap FILE, or --bodies FOLDER' });
    await reading(options, io, async (journal) => {
      const ids = options.id ?? [];
      const named = ids.length > 0;
      const found = named ? null : inboxEntries(journal, filterOf(options, io), io.clock.now());
      const details = named
        ? ids.map((id) => journal.details(wholeId(journal, id)) ?? id)
        : (found?.messages ?? []).map(({ id }) => journal.details(id) ?? id);
      const sets =
        found?.sets ?? details.flatMap((entry) => (typeof entry === 'string' ? (findSet(journal, entry, io.clock.now()) ?? []) : []));
      for (const entry of details) if (typeof entry === 'string' && sets.every(({ id }) => id !== entry)) throw unknownMessage(entry);
      const capture = pcap === undefined ? null : await openCaptureFile(pcap);
      let count = 0;
      const written = { packets: 0, bodies: 0 };
      const capturing = async (packets: readonly CapturedPacket[]): Promise<void> => {
        await capture?.write(packets);
        written.packets += packets.length;
      };
      try {
        for (const { id, set, parts } of sets) await capturing(partPackets(parts, `${id} ${set.event}`));
        // Oldest first, as a capture is read.
        for (const entry of details.reverse()) {
          if (typeof entry === 'string') continue;
          await capturing(messagePackets(entry.message, entry.parts));
          if (bodies !== undefined && (await writeBody(bodies, entry.message))) written.bodies += 1;
          count += 1;
        }
      } finally {
        await capture?.close();
      }
      if (options.json)
        io.output.object({ event: 'exported', messages: count, partial: sets.length, pcap: pcap ?? null, bodies: bodies ?? null });
      else {
        const whole = `${count} message${count === 1 ? '' : 's'}`;
        io.output.line(`${whole}${sets.length === 0 ? '' : ` and ${sets.length} not whole`}: ${whatWasWritten({ pcap, bodies }, written)}`);
      }
    });
    return exitCodes.done;
  },
});

/** What an export wrote where; a capture without packets says why. */
function whatWasWritten(
  { pcap, bodies }: { readonly pcap?: string | undefined; readonly bodies?: string | undefined },
  written: { readonly packets: number; readonly bodies: number },
): string {
  const none = written.packets === 0 ? ' (only short messages and WDP datagrams have packets)' : '';
  return [
    ...(pcap === undefined ? [] : [`${written.packets} packet${written.packets === 1 ? '' : 's'} in ${pcap}${none}`]),
    ...(bodies === undefined ? [] : [`${written.bodies} bod${written.bodies === 1 ? 'y' : 'ies'} in ${bodies}`]),
  ].join(', ');
}

export const inboxCommand = defineCommandGroup('inbox', 'what has been received: list, show, redeliver, export', [
  list,
  show,
  redeliver,
  exporting,
]);

function filterOf(options: FilterOptions, { clock }: CommandIo) {
  return inboxFilter(options, clock.now());
}

async function reading<Result>(
  options: Pick<CommonOptions, 'state-dir'>,
  io: CommandIo,
  work: (journal: JournalReader) => Promise<Result>,
): Promise<Result> {
  const journal = openJournalReader(stateFolderOf(options, io.environment));
  try {
    return await work(journal);
  } finally {
    journal.close();
  }
}

function unknownMessage(id: string): BridgeError {
  return new BridgeError('cli/unknown-message', `there is no message ${JSON.stringify(id)}`, { advice: 'see wapbridge inbox list' });
}
