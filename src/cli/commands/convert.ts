import { defineCommand } from '../command.js';

export const convertCommand = defineCommand({
  command: 'convert [file]',
  describe: 'turns a document from XML into WBXML or back',
  examples: [
    ['$0 convert message.wbxml --to xml', 'a DM message as indented XML'],
    ['$0 convert message.xml --to wbxml --out message.wbxml', 'the octets into a file'],
    ['echo 02A4016A002D | $0 convert - --to xml', 'WBXML may come as hex digits'],
  ],
  builder: (parser) =>
    parser
      .positional('file', { type: 'string', describe: 'the document; standard input where it is - or none' })
      .option('to', { choices: ['xml', 'wbxml'] as const, demandOption: true, describe: 'what it is to become' })
      .option('out', { type: 'string', requiresArg: true, describe: 'write there; WBXML is otherwise printed as hex' })
      .option('string-table', { type: 'boolean', default: false, describe: 'put strings that stand twice into the string table' }),
  run: async (options, io) => {
    const { runConvert } = await import('../run-convert.js');
    return runConvert(options, io);
  },
});
