import { z } from 'zod';
import { secretReference } from './secret.js';

const line = (what: string) => z.string().min(1).max(4096).describe(what).optional();
const user = z
  .string()
  .min(1)
  .max(255)
  .regex(/^[^:\p{Cc}]+$/u, { error: 'a user name has no colon and no control characters' });

const proofs = ['client-certificate', 'hmac', 'basic', 'md5', 'digest'] as const;
const inAuthorization: ReadonlySet<string> = new Set(['basic', 'md5', 'digest']);

/** OTA-HTTP, as a terminal that is posted to and as a gateway that posts. */
export const httpSchema = z
  .strictObject({
    tls: z
      .boolean()
      .optional()
      .describe(
        'Whether to listen with TLS; unless said it is, but on loopback without a certificate. false also lets http:// targets be elsewhere',
      ),
    certificate: line('PEM file with the certificate, for TLS in both directions'),
    key: line('PEM file with its private key'),
    authorities: line('PEM file with the certificates to trust in place of those of the system'),
    require: z
      .array(z.enum(proofs))
      .min(1)
      .max(proofs.length)
      .refine((list) => list.filter((proof) => inAuthorization.has(proof)).length <= 1, {
        error: 'basic, md5 and digest stand in one header field: name one of them',
      })
      .optional()
      .describe('What senders must show, all of it; nothing unless said'),
    senders: z
      .array(
        z.strictObject({
          user,
          password: secretReference,
          nonces: secretReference.optional().describe('Nonces agreed beforehand, separated by blanks; each is good for one message'),
        }),
      )
      .min(1)
      .max(256)
      .optional()
      .describe('Senders that are known'),
    'terminal-id': z
      .string()
      .regex(/^[!-~]{1,64}$/, { error: 'a terminal id is up to 64 visible characters of ASCII' })
      .optional()
      .describe('What the terminal calls itself to a gateway that registers'),
    'size-header': z
      .enum(['X-Wap-Push-MsgSize', 'X-Wap-Push-MaxMsgSize'])
      .optional()
      .describe('Header field for the largest message; gateways know one of two names'),
    user: user.optional().describe('User name for what is sent'),
    password: secretReference.optional().describe('Password of that user'),
    nonces: secretReference.optional().describe('Nonces agreed beforehand for what is sent, separated by blanks; the first is used'),
    credentials: z.enum(['hmac', 'basic', 'md5']).optional().describe('How what is sent proves who sent it; hmac where there is a user'),
    envelope: z.boolean().optional().describe('Whether what is sent goes as an HTTP response inside application/http'),
    register: z.boolean().optional().describe('Whether the capabilities of the terminal are asked for before something is sent'),
  })
  .superRefine((http, context) => {
    const known = (http.require ?? []).some((proof) => proof !== 'client-certificate');
    if (known && http.senders === undefined)
      context.addIssue({ code: 'custom', path: ['require'], message: 'senders says who may show it: add senders' });
    if (!known && http.senders !== undefined)
      context.addIssue({ code: 'custom', path: ['senders'], message: 'require says what they must show: add require: [hmac]' });
    const users = (http.senders ?? []).map((sender) => sender.user);
    const twice = users.findIndex((name, index) => users.indexOf(name) < index);
    if (twice >= 0) context.addIssue({ code: 'custom', path: ['senders', twice, 'user'], message: 'a user stands once' });
    if ((http.user === undefined) !== (http.password === undefined))
      context.addIssue({ code: 'custom', path: [http.user === undefined ? 'password' : 'user'], message: 'user and password go together' });
  })
  .describe('OTA-HTTP, for listen --http and send --via http:');
