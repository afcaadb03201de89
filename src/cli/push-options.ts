import type { ArgumentsCamelCase, Argv } from 'yargs';
import { keyRules } from '../sending/index.js';
import type { CommonOptions } from './command.js';

/** Options by which `encode` and `send` are told of a push. */
export function pushOptions<Options extends CommonOptions>(parser: Argv<Options>) {
  return parser
    .option('to', { type: 'string', requiresArg: true, describe: 'number of the receiver, + first where international' })
    .option('type', { choices: ['dm+wbxml', 'dm+xml', 'notification'] as const, demandOption: true, describe: 'what the body is' })
    .option('body', { type: 'string', describe: 'file with the body; - is standard input. XML of type dm+wbxml becomes WBXML' })
    .option('as-is', { type: 'boolean', default: false, describe: "send the body's octets as they are, XML too" })
    .option('string-table', {
      type: 'boolean',
      default: false,
      describe: 'put strings that stand twice into a string table, when XML becomes WBXML',
    })
    .option('server-id', { type: 'string', requiresArg: true, describe: 'build a notification of this server, in place of --body' })
    .option('session-id', { type: 'string', requiresArg: true, describe: 'session that it asks for: 1 to 65535, or 0x1 to 0xFFFF' })
    .option('ui-mode', {
      choices: ['not-specified', 'background', 'informative', 'user-interaction'] as const,
      describe: 'how the user is asked; not-specified unless given',
    })
    .option('initiator', { choices: ['client', 'server'] as const, describe: 'who wants the session; server unless given' })
    .option('password-file', {
      type: 'string',
      requiresArg: true,
      describe: 'file whose first line is the password shared with that server',
    })
    .option('nonce-file', { type: 'string', requiresArg: true, describe: 'file whose first line is the nonce agreed with it, in base64' })
    .option('validity', {
      type: 'string',
      requiresArg: true,
      default: '24h',
      describe: 'how long the network keeps trying: 5m to 63w, in m, h, d or w; none leaves it to the network',
    })
    .option('strict-body', { type: 'boolean', default: false, describe: 'refuse a body that is not what --type says, instead of warning' })
    .option('sec', { choices: ['netwpin', 'userpin', 'usernetwpin'] as const, describe: 'vouch for a bootstrap with SEC and MAC' })
    .option('imsi-file', { type: 'string', requiresArg: true, describe: 'file whose first line is the IMSI, for --sec' })
    .option('pin-file', { type: 'string', requiresArg: true, describe: 'file whose first line is the PIN, for --sec' })
    .option('key-rule', { choices: keyRules, describe: 'rule of the key; by default that of client provisioning' })
    .option('header', {
      type: 'string',
      array: true,
      requiresArg: true,
      describe: 'NAME=VALUE: a further WSP header; may be repeated. X-Wap-Application-Id=none leaves the id out',
    })
    .option('encode', {
      type: 'string',
      array: true,
      requiresArg: true,
      describe:
        'awkward but legal: content-type=short|long|text|general|general-text, application-id=short|long|text|text-name, length-quote, id-last; separated by commas',
    })
    .option('transaction-id', { type: 'number', requiresArg: true, default: 1, describe: 'first octet of the push, 0 to 255' })
    .option('reference', { type: 'number', requiresArg: true, describe: 'reference that the parts share' })
    .option('reference-bits', { choices: [8, 16] as const, default: 8 as const, describe: 'width of that reference' })
    .option('part-order', { type: 'string', requiresArg: true, describe: 'reverse, or the parts in their order: 3,1,2' })
    .option('duplicate', { type: 'number', array: true, requiresArg: true, describe: 'send this part twice; may be repeated' })
    .option('omit', { type: 'number', array: true, requiresArg: true, describe: 'leave this part out; may be repeated' })
    .option('report', { type: 'boolean', default: false, describe: 'ask for a status report of every part' });
}

/** What the options above come to. */
export type PushArguments = ArgumentsCamelCase<ReturnType<typeof pushOptions<CommonOptions>> extends Argv<infer Options> ? Options : never>;
