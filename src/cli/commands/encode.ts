import { defineCommand } from '../command.js';
import { pushOptions } from '../push-options.js';

export const encodeCommand = defineCommand({
  command: 'encode',
  describe: 'makes the PDUs of a push, offline',
  examples: [
    ['$0 encode --to +15550000001 --type dm+wbxml --body message.wbxml', 'the PDUs, a line each'],
    ['$0 encode --to +15550000001 --type dm+wbxml --body message.xml', 'XML becomes WBXML first'],
    ['$0 encode … --json', 'push, reference and PDUs as one object'],
    ['$0 encode … --print wsp', 'the WSP push alone'],
    ['$0 encode … --explain', 'says what every octet is'],
    ['$0 encode … --encode content-type=text,application-id=long', 'the same push, written awkwardly'],
    ['$0 encode … --part-order 3,1,2 --duplicate 2', 'parts out of order, one of them twice'],
  ],
  builder: (parser) =>
    pushOptions(parser)
      .option('explain', { type: 'boolean', default: false, describe: 'offset, octets, field and meaning of every octet' })
      .option('print', { choices: ['pdus', 'wsp'] as const, default: 'pdus' as const, describe: 'what to print for people and pipes' }),
  run: async (options, io) => {
    const { runEncode } = await import('../run-encode.js');
    return runEncode(options, io);
  },
});
