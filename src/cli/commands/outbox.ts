import { defineCommand, defineCommandGroup } from '../command.js';

const list = defineCommand({
  command: 'list',
  describe: 'what is to be sent and what was, newest first',
  examples: [
    ['$0 outbox list', 'the latest'],
    ['$0 outbox list --state queued --json', 'what waits, one object each'],
  ],
  builder: (parser) =>
    parser
      .option('state', { choices: ['queued', 'sending', 'finished', 'cancelled'] as const, describe: 'how they stand' })
      .option('limit', { type: 'number', requiresArg: true, default: 100, describe: 'at most so many' }),
  run: async (options, io) => (await import('../run-outbox.js')).listSends(options, io),
});

const show = defineCommand({
  command: 'show <id>',
  describe: 'what became of each part of a send',
  examples: [['$0 outbox show 0b6f…', 'by its id, or by the beginning of it']],
  builder: (parser) => parser.positional('id', { type: 'string', demandOption: true, describe: 'id of the send, or how it begins' }),
  run: async (options, io) => (await import('../run-outbox.js')).showSend(options, io),
});

const cancel = defineCommand({
  command: 'cancel <id>',
  describe: 'takes a send out of the queue of which nothing has left',
  examples: [['$0 outbox cancel 0b6f…', 'by its id, or by the beginning of it']],
  builder: (parser) => parser.positional('id', { type: 'string', demandOption: true, describe: 'id of the send, or how it begins' }),
  run: async (options, io) => (await import('../run-outbox.js')).cancelSend(options, io),
});

export const outboxCommand = defineCommandGroup('outbox', 'lists what is to be sent and what was, and cancels what has not begun', [
  list,
  show,
  cancel,
]);
