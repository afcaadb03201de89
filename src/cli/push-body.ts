import { documentTypeOfRoot, encodeNotification, encodeWbxml, type NotificationSecrets, parseXml, type UiMode } from '../dm/index.js';
import { BridgeError } from '../errors.js';
import { SendError } from '../sending/index.js';
import type { CommandIo } from './command.js';
import { dmPolicyOf } from './dm-policy.js';
import { fileLimits, isXml } from './document-file.js';
import type { PushArguments } from './push-options.js';
import { readWhole } from './read-whole.js';

/** More than any push can hold, so that what is far too long is said to be so without reading it all. */
const mostBodyOctets = 1_048_576;

/** Options that build a notification; without `--server-id` they mean nothing. */
const notificationOptions = ['session-id', 'ui-mode', 'initiator', 'password-file', 'nonce-file'] as const;

/**
 * The body of a push: built where it is a notification by its fields, else read; XML of a WBXML type becomes WBXML.
 * @throws BridgeError `cli/usage`, `cli/unreadable`, `cli/not-permitted`, `cli/bad-nonce`, `config/secret-missing`; SendError; DecodeError; EncodeError
 */
export async function readBody(options: PushArguments, io: CommandIo): Promise<Uint8Array> {
  if (options['server-id'] !== undefined) return buildNotification(options, options['server-id'], io);
  const alone = notificationOptions.find((name) => options[name] !== undefined);
  if (alone !== undefined) throw usage(`--${alone} belongs to a notification that is built`, 'name its server with --server-id');
  if (options.body === undefined) throw usage('--body is missing', 'name the file with the body; - is standard input');
  const octets = await readWhole(options.body, io.stdin, mostBodyOctets, () => {
    const advice = 'a push holds 32640 octets at most, headers included';
    return new SendError('sending/body-too-long', `the body is longer than ${mostBodyOctets} octets`, { advice });
  });
  if (octets.length === 0) {
    const advice = 'give the octets of a DM message';
    throw new SendError('sending/empty-body', `the body (${options.body === '' ? '-' : options.body}) is empty`, { advice });
  }
  if (options.type !== 'dm+wbxml' || options['as-is'] || !isXml(octets)) return octets;
  const { root, doctype } = parseXml(octets, { limits: fileLimits });
  const type = documentTypeOfRoot(root, { doctype });
  // What is sent cannot be called back: a misspelled name is refused here, and who means it converts the document first.
  const unknownNames = 'refuse';
  return encodeWbxml(root, {
    opaqueData: true,
    stringTable: options['string-table'],
    unknownNames,
    ...(type === undefined ? {} : { type }),
  });
}

async function buildNotification(options: PushArguments, serverId: string, io: CommandIo): Promise<Uint8Array> {
  if (options.type !== 'notification') throw usage('--server-id builds a notification', 'write --type notification');
  if (options.body !== undefined) throw usage('a notification has either --body or --server-id', 'leave one of them out');
  const sessionId = sessionIdOf(options['session-id']);
  const uiMode: UiMode = options['ui-mode'] ?? 'not-specified';
  const secrets = await secretsOf(options, serverId, io);
  return encodeNotification({ version: 11, uiMode, initiator: options.initiator ?? 'server', sessionId, serverId }, secrets);
}

function sessionIdOf(text: string | undefined): number {
  if (text === undefined)
    throw usage('a notification names the session that is to follow', 'write --session-id 1 to 65535, or 0x1 to 0xFFFF');
  const value = /^(?:0x[0-9a-f]{1,4}|\d{1,5})$/i.test(text) ? Number(text) : -1;
  if (value >= 1 && value <= 0xffff) return value;
  throw usage(`--session-id ${JSON.stringify(text)} is no session id`, 'write 1 to 65535, or 0x1 to 0xFFFF');
}

/** The password and nonce shared with the server: from files, else as the configuration has them. */
async function secretsOf(options: PushArguments, serverId: string, io: CommandIo): Promise<NotificationSecrets> {
  const { 'password-file': passwordFile, 'nonce-file': nonceFile } = options;
  if (passwordFile !== undefined) {
    const nonce = nonceFile === undefined ? {} : { nonce: { file: nonceFile } };
    const { servers } = await dmPolicyOf({ servers: [{ id: serverId, password: { file: passwordFile }, ...nonce }] }, io.environment);
    const given = servers.get(serverId);
    if (given !== undefined) return given;
  }
  if (nonceFile !== undefined) throw usage('--nonce-file goes with --password-file', 'name the file with the password too');
  const dm = io.configuration?.content.dm;
  const configured = (await dmPolicyOf(dm === undefined ? undefined : { servers: dm.servers }, io.environment)).servers.get(serverId);
  if (configured !== undefined) return configured;
  throw new SendError('sending/secret-missing', 'the digest of a notification needs the password shared with its server', {
    advice: 'name the file with --password-file, or the server under dm.servers in the configuration',
  });
}

function usage(message: string, advice: string): BridgeError {
  return new BridgeError('cli/usage', message, { advice });
}
