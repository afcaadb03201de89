import { defineCommand } from '../command.js';

const forms = ['pdu-mode', 'tpdu', 'user-data', 'wsp', 'wbxml', 'notification', 'at-log'] as const;

export const decodeCommand = defineCommand({
  command: 'decode [file]',
  describe: 'says what octets or a modem log mean, and whom a push is for',
  examples: [
    ['$0 decode pdus.txt', 'one PDU a line, as +CMGR, +CMGL and +CMT show it'],
    ['echo 010603C2AF8702A4 | $0 decode --as wsp', 'one WSP PDU from standard input'],
    ['$0 convert message.xml --to wbxml | $0 decode --as wbxml', 'the body of a DM message; notification for that of a notification'],
    ['$0 decode --as at-log minicom.cap', 'finds the PDUs in what a terminal program captured'],
    ['$0 decode --explain pdus.txt', 'says what every octet is'],
    ['$0 decode --pcap push.pcapng pdus.txt', 'writes a capture that Wireshark opens'],
  ],
  builder: (parser) =>
    parser
      .positional('file', { type: 'string', describe: 'the file; standard input where it is - or none' })
      .option('as', {
        choices: forms,
        default: 'pdu-mode' as const,
        describe: 'what a line holds in hex; at-log: anything that a terminal captured',
      })
      .option('direction', {
        choices: ['from-modem', 'to-modem'] as const,
        default: 'from-modem' as const,
        describe: 'which way TPDUs went; at-log finds it out',
      })
      .option('explain', { type: 'boolean', default: false, describe: 'offset, octets, field and meaning of every octet' })
      .option('pcap', { type: 'string', requiresArg: true, describe: 'also write what was decoded to this pcapng file' }),
  run: async (options, io) => {
    const { runDecode } = await import('../decode/run-decode.js');
    return runDecode(options, io);
  },
});
