import { defineCommand } from '../command.js';
import { pushOptions } from '../push-options.js';

export const sendCommand = defineCommand({
  command: 'send',
  describe: 'sends a push through a modem, and says of each part whether it left',
  examples: [
    ['$0 send --to +15550000001 --type dm+wbxml --body message.wbxml --modem /dev/ttyUSB2', 'through this modem'],
    ['$0 send --via https://localhost:4036/wappush --type dm+wbxml --body message.wbxml', 'without a modem, by HTTPS'],
    ['$0 send … --report', 'and waits until the network says that each part arrived'],
    ['$0 send … --dry-run', 'only shows the PDUs; needs no modem'],
    ['$0 send … --json', 'one object a part, and last the receipt'],
    ['$0 send … --sec netwpin --imsi-file imsi.txt', 'a bootstrap with its MAC'],
    [
      '$0 send --to … --type notification --server-id dm.example.net --session-id 47 --ui-mode informative --password-file password.txt --nonce-file nonce.txt',
      'a notification built from its fields',
    ],
    ['$0 send … --omit 2', 'leaves part 2 out, to see what the receiver does'],
  ],
  builder: (parser) =>
    pushOptions(parser)
      .option('modem', {
        type: 'string',
        requiresArg: true,
        describe: 'auto, virtual, a device path, tcp://HOST:PORT or unix:PATH; or a modem of a running listen, by name or port',
      })
      .option('via', {
        type: 'string',
        requiresArg: true,
        default: 'modem',
        describe:
          'modem, or without one udp://HOST:PORT, https://HOST:PORT/wappush, sip:USER@HOST[:PORT][;transport=udp|tcp|tls], obex://HOST[:PORT] or obex+serial:DEVICE; --to is then not needed',
      })
      .option('report-timeout', {
        type: 'number',
        requiresArg: true,
        default: 300,
        describe: 'seconds to wait for status reports, with --report',
      })
      .option('dry-run', {
        type: 'boolean',
        default: false,
        describe: 'show what would be written to the modem or sent to the target, and send nothing',
      })
      .option('wait', { type: 'boolean', default: true, describe: 'wait for the rate limit; --no-wait refuses (exit code 7) instead' })
      .option('priority', { type: 'number', requiresArg: true, default: 0, describe: 'the higher leaves the queue first' })
      .option('budget', { type: 'number', requiresArg: true, describe: 'most short messages that this run may send' })
      .option('allow-duplicates', {
        type: 'boolean',
        default: false,
        describe: 'send a part again of which nobody knows whether it left',
      }),
  run: async (options, io) => {
    const { runSend } = await import('../run-send.js');
    return runSend(options, io);
  },
});
