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

const obexUser = z.string().min(1).max(20).describe('User id, at most 20 octets');

const obex = z
  .strictObject({
    senders: z
      .array(z.strictObject({ user: obexUser.optional(), password: secretReference }))
      .min(1)
      .max(256)
      .optional()
      .describe('Senders that must prove who they are; without it everybody may send'),
    user: obexUser.optional(),
    password: secretReference.optional().describe('Password that is proved to those who ask'),
    mutual: z
      .boolean()
      .optional()
      .describe('Whether a receiver must prove that it has that password too, before it is given anything; true unless given'),
    realm: z
      .string()
      .regex(/^[ -~]{1,100}$/, 'write ASCII')
      .optional()
      .describe('What senders are shown when they are asked for a password'),
    inbox: z
      .boolean()
      .optional()
      .describe('Also take objects of any type that are put to no service; they are other-application unless they are DM messages'),
    'maximum-packet': z.number().int().min(255).max(65_535).optional().describe('Longest packet taken and sent, in octets'),
    baud: z.number().int().min(300).max(4_000_000).optional().describe('Bits a second of a serial line; 115200 unless given'),
  })
  .describe('OBEX, for listen --obex and send --via obex:');

/** Bindings that need no modem. */
export const endpointsSchema = z
  .strictObject({ http: httpSchema.optional(), sip: sip.optional(), obex: obex.optional() })
  .describe('Bindings that need no modem');
