import { BridgeError } from '../errors.js';
import { type JournalReader, openJournalReader, type StoredSend } from '../journal/index.js';
import { factsOf, type Receipt, receiptOf } from '../sending/index.js';
import type { CommandIo, CommonOptions } from './command.js';
import { type ExitCode, exitCodes } from './exit-codes.js';
import { stateFolderOf } from './location.js';
import { wholeNumber } from './numbers.js';
import { glyphsOf, labelledRows, shorten } from './present-message.js';
import { presentParts, presentReceipt } from './present-send.js';
import { escapeText } from './terminal.js';
import { becomeWriter } from './writer.js';

function folderOf(options: CommonOptions, io: CommandIo): string {
  return stateFolderOf(options, io.environment);
}

function withReader<Result>(directory: string, work: (reader: JournalReader) => Result): Result {
  const reader = openJournalReader(directory);
  try {
    return work(reader);
  } finally {
    reader.close();
  }
}

/** What is shown of a send: its receipt, and how it stands. No body and no PDU. */
function shownSend(send: StoredSend): Omit<Receipt, 'event'> & Readonly<Record<string, unknown>> {
  const { event: _, ...receipt } = receiptOf(send);
  const { type, octets, reference, report } = factsOf(send.facts);
  const time = (at: number | null): string | null => (at === null ? null : new Date(at).toISOString());
  return {
    ...receipt,
    state: send.state,
    type,
    octets,
    reference,
    reportRequested: report,
    priority: send.priority,
    createdAt: time(send.createdAt),
    startedAt: time(send.startedAt),
    finishedAt: time(send.finishedAt),
  };
}

/** Lists the outbox. */
export async function listSends(
  options: CommonOptions & { readonly state: StoredSend['state'] | undefined; readonly limit: number },
  io: CommandIo,
): Promise<ExitCode> {
  const limit = wholeNumber('--limit', options.limit, 1, 1_000_000) ?? 100;
  const sends = withReader(folderOf(options, io), (reader) =>
    reader.sends({ limit, ...(options.state === undefined ? {} : { state: options.state }) }),
  );
  for (const send of sends) {
    const shown = shownSend(send);
    if (options.json) {
      io.output.object(shown);
      continue;
    }
    const ended = send.state === 'finished' ? shown.outcome : send.state;
    const count = send.parts.filter((part) => part.state === 'sent').length;
    const columns = [
      send.id.slice(0, 8),
      String(shown.createdAt).slice(0, 19).replace('T', ' '),
      send.to.padEnd(16),
      ended.padEnd(11),
      `${count}/${send.parts.length}`.padEnd(3),
      String(shown.type),
    ];
    const line = escapeText(columns.join('  '));
    io.output.line(io.output.isTerminal ? shorten(line, io.output.terminal.width) : line);
  }
  if (sends.length === 0 && !options.json && !options.quiet) io.errors.line('The outbox is empty.');
  return exitCodes.done;
}

/** Shows one send. */
export async function showSend(options: CommonOptions & { readonly id: string }, io: CommandIo): Promise<ExitCode> {
  const shown = withReader(folderOf(options, io), (reader) => shownSend(find(reader, options.id)));
  if (options.json) io.output.object(shown);
  else {
    const { terminal } = io.output;
    const { state, type, octets, to, createdAt, modem } = shown;
    const facts: readonly (readonly [label: string, text: string])[] = [
      ['id', shown.id],
      ['to', to],
      ['message', `${type}, a push of ${octets} octets`],
      ['asked for', String(createdAt)],
      ...(modem === null ? [] : [['modem', String(modem)] as const]),
      ['state', String(state)],
    ];
    const rows = labelledRows(terminal, glyphsOf(io.environment));
    for (const line of facts.flatMap(([label, text]) => rows(label, text))) io.output.line(line);
    for (const line of [...presentReceipt({ ...shown }, terminal), ...presentParts({ ...shown }, terminal)]) {
      io.output.line(line);
    }
  }
  return exitCodes.done;
}

/** Cancels a send. */
export async function cancelSend(options: CommonOptions & { readonly id: string }, io: CommandIo): Promise<ExitCode> {
  const directory = folderOf(options, io);
  const { id } = withReader(directory, (reader) => find(reader, options.id));
  const { clock, random, logger } = io;
  const writer = await becomeWriter({
    directory,
    clock,
    random,
    logger,
    holder: { pid: process.pid, command: 'wapbridge outbox' },
    receives: false,
  });
  if (writer.kind === 'other') {
    try {
      await writer.connection.ask({ do: 'outbox-cancel', id });
    } finally {
      writer.connection.close();
    }
  } else {
    try {
      if (!(await writer.journal.cancelSend(id))) {
        throw new BridgeError('sending/too-late', `the send ${id} has begun or ended, only what is queued can be cancelled`, {
          advice: `see wapbridge outbox show ${id}`,
        });
      }
    } finally {
      writer.journal.close();
    }
  }
  const shown = withReader(directory, (reader) => shownSend(find(reader, id)));
  if (options.json) io.output.object(shown);
  else io.output.line(`${id}: ${shown.state}`);
  return exitCodes.done;
}

/** The send with an id, or the only one whose id begins so. */
function find(reader: JournalReader, id: string): StoredSend {
  const exact = reader.send(id);
  if (exact !== null) return exact;
  const alike = id.length < 4 ? [] : reader.sends({ limit: 10_000 }).filter((send) => send.id.startsWith(id));
  const [only, another] = alike;
  if (only !== undefined && another === undefined) return only;
  const what = another === undefined ? `there is no send ${id}` : `several sends begin with ${id}`;
  throw new BridgeError('cli/no-such-send', what, { advice: 'see wapbridge outbox list' });
}
