import { z } from 'zod';
import { secretReference } from './secret.js';

const seconds = (what: string) => z.number().min(0.001).max(31_536_000).describe(`${what}, in seconds`);
const path = (what: string) => z.string().min(1).max(4096).describe(what);

/** How often a sink that said "later" is tried again. */
export const retrySchema = z
  .strictObject({
    'first-delay-s': seconds('Wait before the second try').default(1),
    'max-delay-s': seconds('Longest wait between two tries').default(300),
    'give-up-after-s': seconds('Age at which a message that the sink never took is declared dead, and kept').default(604_800),
  })
  .describe('Exponential back-off with jitter');

const everySink = {
  retry: retrySchema.optional(),
  'timeout-s': seconds('Longest wait for the answer to one try').default(30),
  ordered: z.boolean().default(true).describe('Hand over in order of completion, one at a time'),
  concurrency: z.number().int().min(1).max(256).optional().describe('Tries under way at once where order does not matter; 4 unless given'),
};

const broker = z.string().regex(/^(?:mqtts?|wss?):\/\/[^\s/@]+(?:\/\S*)?$/, {
  error: 'a broker is written mqtt://HOST[:PORT] or mqtts://HOST[:PORT], without user or password',
});
const target = z.string().regex(/^https?:\/\/[^\s/@]+(?:\/\S*)?$/, {
  error: 'a target is written http://HOST[:PORT]/PATH or https://…, without user or password',
});

/** One place where messages can be handed on to, by its kind. */
export const sinkSchema = z
  .discriminatedUnion(
    'kind',
    [
      z.strictObject({
        kind: z.literal('ndjson'),
        file: path('File the lines are appended to; standard output where none is named').optional(),
        ...everySink,
      }),
      z.strictObject({
        kind: z.literal('spool'),
        folder: path('Folder that gets one file a message, written whole or not at all'),
        ...everySink,
      }),
      z.strictObject({
        kind: z.literal('exec'),
        command: z
          .array(z.string().max(4096))
          .min(1)
          .max(256)
          .describe('Program and arguments, run without a shell; body on standard input'),
        ...everySink,
      }),
      z.strictObject({
        kind: z.literal('http'),
        url: target.describe('Where the CloudEvents are posted'),
        mode: z.enum(['structured', 'binary']).default('structured').describe('CloudEvents content mode'),
        'signature-secret': secretReference.optional().describe('Shared secret of the signature header'),
        'ca-file': path('Certificates that are trusted beside those of the system').optional(),
        ...everySink,
      }),
      z.strictObject({ kind: z.literal('unix'), path: path('Unix socket of the consumer'), ...everySink }),
      z.strictObject({
        kind: z.literal('mqtt'),
        url: broker.describe('The broker'),
        topic: z
          .string()
          .min(1)
          .max(1024)
          .regex(/^[^#+]+$/, { error: 'a topic to publish to holds no wildcard' })
          .describe('Topic that messages are published to'),
        'client-id': z.string().min(1).max(128).optional().describe('MQTT client identifier'),
        user: z.string().min(1).max(256).optional(),
        password: secretReference.optional(),
        'ca-file': path('Certificates that are trusted beside those of the system').optional(),
        ...everySink,
      }),
      z.strictObject({
        kind: z.literal('push'),
        via: z
          .string()
          .min(1)
          .max(4096)
          .describe('Where the push is sent on to: udp://, http://, https://, sip: or obex://, as send --via takes it'),
        ...everySink,
      }),
    ],
    { error: 'kind is one of ndjson, spool, exec, http, unix, mqtt, push' },
  )
  .describe('A sink');

const name = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, {
  error: 'a name is up to 64 letters, digits, dots, hyphens and underscores, a letter or digit first',
});

/** Sinks by name. */
export const sinksSchema = z.record(name, sinkSchema).describe('Sinks by name; the one named dm-application is the OMA DM application');

function oneOrMore<Schema extends z.ZodType>(schema: Schema, error: string) {
  return z.union([schema, z.array(schema).min(1).max(256)], { error });
}

/** One route: what a message must be, and the sinks it then goes to. Conditions left out hold for every message. */
export const routeSchema = z
  .strictObject({
    when: z
      .strictObject({
        verdict: oneOrMore(
          z.enum(['dm-application', 'dm-notification', 'other-application', 'not-push']),
          'verdict is one or a list of dm-application, dm-notification, other-application, not-push',
        ).optional(),
        'application-id': oneOrMore(
          z.union([z.number().int().min(0).max(0xffffff), z.string().min(1).max(1024)]),
          'application-id is a number such as 0x07, a URI, or a list of them',
        ).optional(),
        'content-type': oneOrMore(
          z.union([z.number().int().min(0).max(0xffffff), z.string().min(1).max(1024)]),
          'content-type is a number such as 0x42, a MIME type (text/* for all of a kind), or a list of them',
        ).optional(),
        from: oneOrMore(
          z.string().min(1).max(128),
          'from is a number such as "+15550000001" in quotes (a * at its end for all that begin so), or a list of them',
        ).optional(),
        modem: oneOrMore(z.string().min(1).max(128), 'modem is the name of a modem, or a list of them').optional(),
      })
      .default({})
      .describe('All conditions must hold; a list holds where one of its values does'),
    to: z.array(name).max(64).describe('Names of sinks, stdout among them; an empty list keeps the message in the inbox only'),
  })
  .describe('A route');

/** Routes in order; the first that matches counts. The rule of 5.1.3 stands before them all and is not among them. */
export const routesSchema = z
  .array(routeSchema)
  .max(1024)
  .describe(
    'The first route that matches names the sinks; a message that none matches goes to stdout. DM messages go to the sink dm-application besides',
  );
