import { z } from 'zod';
import { httpSchema } from './http-schema.js';
import { secretReference } from './secret.js';

const line = (what: string) => z.string().min(1).max(4096).describe(what).optional();

const sip = z
  .strictObject({
    registrar: line('SIP URI of the registrar to register at, such as sip:127.0.0.1:5090'),
    aor: line('Address of record to register, such as sip:dev1@bench.invalid'),
    instance: z
      .string()
      .regex(/^urn:[A-Za-z0-9][A-Za-z0-9-]{1,31}:[A-Za-z0-9()+,\-.:=@;$_!*'%]{1,500}$/, 'write a URN such as urn:uuid:…')
      .optional()
      .describe('Instance id, urn:uuid:…; unless given one is made and kept in the state folder'),
    user: line('User name for the registrar, and for those who ask when something is sent'),
    password: secretReference.optional().describe('Password of that user'),
    'expires-s': z.number().int().min(1).max(604_800).optional().describe('Seconds to register for; an hour unless given'),
    proxy: line('SIP URI of the outbound proxy, for what is sent and for the registration'),
    from: line('SIP URI that what is sent comes from'),
    senders: z
      .array(z.strictObject({ user: z.string().min(1).max(255), password: secretReference }))
      .max(256)
      .optional()
      .describe('Senders that must prove who they are; without it everybody may send'),
    algorithms: z
      .array(z.enum(['SHA-256', 'MD5']))
      .min(1)
      .max(2)
      .optional()
      .describe(
        'Hashes of that proof, in the order offered; SHA-256 and MD5 unless given, and MD5 alone for senders that know nothing else',
      ),
    certificate: line('PEM file with the certificate, for TLS'),
    key: line('PEM file with its private key'),
    authorities: line('PEM file with the certificates to trust in place of those of the system'),
  })
  .describe('SIP, for listen --sip and send --via sip:');

/** Bindings that need no modem. */
export const endpointsSchema = z.strictObject({ http: httpSchema.optional(), sip: sip.optional() }).describe('Bindings that need no modem');
