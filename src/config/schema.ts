import { z } from 'zod';
import { routesSchema, sinksSchema } from './delivery-schema.js';
import { endpointsSchema } from './endpoints-schema.js';
import { secretReference } from './secret.js';

const flag = (what: string) => z.boolean().describe(what).optional();
const count = (what: string, max: number) => z.number().int().min(1).max(max).describe(what).optional();
const text = (what: string) => z.string().min(1).max(4096).describe(what).optional();

const portPattern = /^(?:(?:[^\s:]+|\[[0-9A-Fa-f:.]+\]):)?\d{1,5}$/;
const oneAddress = z.union([z.number().int().min(0).max(65_535), z.string().regex(portPattern)]).transform(String);
const lineOrAddress = z
  .union([
    z.number().int().min(0).max(65_535),
    z.string().regex(portPattern),
    z
      .string()
      .regex(/^[^\n]*\/[^\n]*$/)
      .max(4096),
  ])
  .transform(String);
const listenAddresses = (what: string) =>
  z
    .union([oneAddress, z.array(oneAddress).min(1).max(64)], {
      error: 'write PORT or HOST:PORT, or a list of them; port 0 takes a free one',
    })
    .describe(what)
    .optional();

const modemAddress = z
  .string()
  .min(1)
  .max(4096)
  .regex(/^(?:auto|virtual|(?![A-Za-z][A-Za-z0-9+.-]*:).*\/.*|tcp:\/\/[^\s/]+:\d{1,5}|unix:.+|trace:.+)$/, {
    error: 'a modem is auto, virtual, a device path, tcp://HOST:PORT, unix:PATH or trace:FILE',
  });

const reception = (what: string) => z.enum(['auto', 'direct', 'stored']).describe(what).optional();

const modem = z
  .strictObject({
    name: z
      .string()
      .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, { error: 'a name is up to 64 letters, digits, dots, hyphens and underscores' })
      .optional()
      .describe('Name that events and routes use'),
    port: modemAddress.describe('auto, virtual, a device path, tcp://HOST:PORT, unix:PATH or trace:FILE'),
    profile: text('Id of the modem profile; found out where none is named'),
    'baud-rate': z.number().int().min(300).max(4_000_000).optional().describe('Speed of a serial port'),
    reception: reception('How messages are received; told from what the modem offers where it is auto'),
    pin: secretReference.optional().describe('PIN of the SIM'),
  })
  .describe('One modem');

const modemAddresses = z
  .union([modemAddress, z.array(modemAddress).min(1).max(256)], { error: 'modem is an address or a list of them' })
  .optional();

const doctorOptions = z.strictObject({ modem: modemAddresses }).describe('Options of wapbridge doctor');

const listen = z
  .strictObject({
    modem: modemAddresses,
    reception: reception('How messages are received by modems that have no reception of their own'),
    trace: text('Folder for traces of what crosses the ports'),
    'or-virtual': flag('Use the virtual bench where no modem is found'),
    seed: z.number().int().min(0).max(4_294_967_295).optional().describe('Seed of what the virtual bench shuffles and repeats'),
    'exit-after': count('End after so many messages have been handed on', 1_000_000_000),
    udp: listenAddresses('Also receive WDP datagrams over UDP'),
    http: listenAddresses('Also receive OTA-HTTP'),
    sip: text('Also receive SIP MESSAGE, registered as this address'),
    obex: z
      .union([lineOrAddress, z.array(lineOrAddress).min(1).max(64)], { error: 'write PORT, HOST:PORT or a device path, or a list of them' })
      .optional()
      .describe('Also receive OBEX PUT'),
  })
  .describe('Options of wapbridge listen');

const bench = z
  .strictObject({
    modems: count('How many virtual modems', 1024),
    link: text('Folder for the links to the pseudo-terminals'),
    tcp: z.number().int().min(0).max(65_535).optional().describe('Listen on TCP at this port and the following instead'),
    profile: text('Profile whose firmware is played'),
    echo: z.enum(['on', 'off']).optional(),
    baud: z.number().int().min(300).max(4_000_000).optional().describe('Pace the lines at so many bits a second'),
    control: text('Path of the control socket'),
    seed: z.number().int().min(0).max(4_294_967_295).optional().describe('Seed of everything left to chance'),
    faults: flag('List the faults and end'),
  })
  .describe('Options of wapbridge bench');

const decode = z
  .strictObject({
    as: z.enum(['pdu-mode', 'tpdu', 'user-data', 'wsp', 'wbxml', 'notification', 'at-log']).optional().describe('What a line holds'),
    direction: z.enum(['from-modem', 'to-modem']).optional(),
    explain: flag('Say what every octet is'),
    pcap: text('Also write what was decoded to this pcapng file'),
  })
  .describe('Options of wapbridge decode');

const whole = (what: string, least: number, most: number) => z.number().int().min(least).max(most).describe(what).optional();
const parts = (what: string) => z.array(z.number().int().min(1).max(255)).max(255).describe(what).optional();
const texts = (what: string) => z.array(z.string().min(1).max(4096)).max(64).describe(what).optional();

/** What `encode` and `send` both take. */
const push = {
  to: text('Number of the receiver, with + where international'),
  type: z.enum(['dm+wbxml', 'dm+xml', 'notification']).optional().describe('What the body is'),
  body: text('File with the body'),
  'as-is': flag('Send the octets of the body as they are, XML too'),
  'string-table': flag('Put strings that stand twice into a string table, when XML becomes WBXML'),
  'server-id': text('Build a notification of this server, in place of a body'),
  'session-id': text('Session that a notification asks for: 1 to 65535, or 0x1 to 0xFFFF'),
  'ui-mode': z
    .enum(['not-specified', 'background', 'informative', 'user-interaction'])
    .optional()
    .describe('How a notification asks the user'),
  initiator: z.enum(['client', 'server']).optional().describe('Who wants the session of a notification'),
  'password-file': text('File whose first line is the password shared with the server of a notification'),
  'nonce-file': text('File whose first line is the nonce agreed with that server, in base64'),
  validity: text('How long the network keeps trying: 5m to 63w, or none'),
  'strict-body': flag('Refuse a body that is not what its type says'),
  sec: z.enum(['netwpin', 'userpin', 'usernetwpin']).optional().describe('Vouch for a bootstrap with SEC and MAC'),
  'imsi-file': text('File whose first line is the IMSI'),
  'pin-file': text('File whose first line is the PIN'),
  'key-rule': text('How the key of the MAC is made'),
  header: texts('Further WSP headers, NAME=VALUE'),
  encode: texts('Awkward but legal ways to write the push'),
  'transaction-id': whole('First octet of the push', 0, 255),
  reference: whole('Reference that the parts share', 0, 65_535),
  'reference-bits': z
    .union([z.literal(8), z.literal(16)], { error: 'write 8 or 16' })
    .optional()
    .describe('Width of that reference'),
  'part-order': text('reverse, or the parts in their order: 3,1,2'),
  duplicate: parts('Parts that are sent twice'),
  omit: parts('Parts that are left out'),
  report: flag('Ask for a status report of every part'),
};

const conformance = z
  .strictObject({
    item: texts('Only these items'),
    own: flag('Only what needs no other program'),
    list: flag('Name the procedures and run none'),
    html: text('File that the statement is written to as a page'),
    markdown: text('File that the statement is written to in Markdown'),
  })
  .describe('Options of wapbridge conformance');

const encode = z
  .strictObject({ ...push, explain: flag('Say what every octet is'), print: z.enum(['pdus', 'wsp']).optional() })
  .describe('Options of wapbridge encode');

const convert = z
  .strictObject({
    to: z.enum(['xml', 'wbxml']).optional().describe('What a document is to become'),
    out: text('File to write'),
    'string-table': flag('Put strings that stand twice into the string table'),
  })
  .describe('Options of wapbridge convert');
const send = z
  .strictObject({
    ...push,
    modem: modemAddress.optional(),
    via: text('modem, udp://HOST:PORT, https://HOST:PORT/wappush or sip:USER@HOST[:PORT]'),
    'report-timeout': whole('Seconds to wait for status reports', 0, 31_536_000),
    'dry-run': flag('Show what would be written, and send nothing'),
    wait: flag('Wait for the rate limit; where false, refuse'),
    priority: whole('The higher leaves the queue first', -1000, 1000),
    budget: whole('Most short messages that a run may send', 0, 1_000_000_000),
    'allow-duplicates': flag('Send a part again of which nobody knows whether it left'),
  })
  .describe('Options of wapbridge send');

const outbox = z
  .strictObject({
    state: z.enum(['queued', 'sending', 'finished', 'cancelled']).optional(),
    limit: count('At most so many', 1_000_000),
  })
  .describe('Options of wapbridge outbox');

const sending = z
  .strictObject({
    allow: z
      .array(
        z.string().regex(/^(?:\+?[0-9]{1,20}\*?|(?:(?:udp|https?|obex):\/\/|sips?:|obex\+serial:)[^\s<>"]{1,2000})$/, {
          error:
            'a destination is a number, with + where international, udp://HOST:PORT, an http or https URL, a SIP URI, obex://HOST[:PORT] or obex+serial:DEVICE; * at its end stands for all that begin so',
        }),
      )
      .max(10_000)
      .optional()
      .describe('Numbers that may be sent to; those of the virtual bench always may'),
    'pushes-per-minute': count('Most pushes a minute for each SIM; 10 unless given', 10_000),
    budget: whole('Most short messages that a run may send', 0, 1_000_000_000),
  })
  .describe('What may be sent, where to and how much');

const seconds = (what: string) => z.number().min(1).max(31_536_000).describe(`${what}, in seconds`).optional();

const limits = z
  .strictObject({
    'incomplete-after-s': seconds('Age at which a set of parts is reported as incomplete'),
    'expire-after-s': seconds('Age at which a set of parts is given up'),
    'duplicate-window-s': seconds('How long a part that comes again is known as a duplicate'),
    'open-sets': count('Most sets of parts that may be open; the oldest beyond them is given up', 1_000_000),
    'keep-days': z.number().min(0.01).max(36_500).optional().describe('How long settled messages are kept, in days'),
    'keep-mib': z.number().min(1).max(1_048_576).optional().describe('How much the journal may hold before settled messages go, in MiB'),
  })
  .describe('Bounds of what is kept; nothing unsettled is ever dropped by age or size');

const server = z
  .strictObject({
    id: z.string().min(1).max(255).describe('Server id, as notifications name it'),
    password: secretReference.describe('Password shared with the server'),
    nonce: secretReference.optional().describe('Nonce agreed with the server, as base64; the default nonce is tried in any case'),
  })
  .describe('A DM server whose notifications can be checked');

const dm = z
  .strictObject({
    imsi: secretReference.optional().describe('The IMSI that bootstraps are keyed with, where no SIM tells one'),
    pins: z.array(secretReference).max(16).optional().describe('PINs that bootstraps may be keyed with'),
    servers: z.array(server).max(256).optional(),
    'require-authenticated': z
      .array(z.enum(['bootstrap', 'notification']))
      .max(2)
      .optional()
      .describe('What is not handed on unless somebody vouches for it; it stays in the inbox'),
  })
  .describe('Who vouches for DM messages');

/** The whole configuration. Every option of a command can stand here, under the command's name and its own. */
export const configSchema = z
  .strictObject({
    json: flag('As --json'),
    'state-dir': text('Folder for what must outlive a run'),
    quiet: flag('As --quiet'),
    verbose: flag('As --verbose'),
    modems: z.array(modem).max(1024).optional().describe('Modems that listen drives where the command line names none'),
    sinks: sinksSchema.optional(),
    routes: routesSchema.optional(),
    limits: limits.optional(),
    dm: dm.optional(),
    endpoints: endpointsSchema.optional(),
    listen: listen.optional(),
    bench: bench.optional(),
    doctor: doctorOptions.optional(),
    decode: decode.optional(),
    sending: sending.optional(),
    send: send.optional(),
    outbox: outbox.optional(),
    encode: encode.optional(),
    convert: convert.optional(),
    conformance: conformance.optional(),
  })
  .describe('Configuration of wapbridge');

/** What a configuration file says once it is read, defaults filled in. */
export type Config = z.output<typeof configSchema>;

/** The published JSON schema of the configuration. */
export function configJsonSchema(): Readonly<Record<string, unknown>> {
  return { title: 'wapbridge configuration', ...z.toJSONSchema(configSchema, { io: 'input', unrepresentable: 'throw' }) };
}
