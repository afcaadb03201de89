import { readFileSync } from 'node:fs';
import { rootCertificates } from 'node:tls';
import { reasonOf, SinkError } from './errors.js';

/**
 * The certificates of the system and those of a PEM file.
 * @throws SinkError `delivery/bad-target`
 */
export function trustedCertificates(sink: string, caFile: string): string[] {
  try {
    return [...rootCertificates, readFileSync(caFile, 'utf8')];
  } catch (cause) {
    throw new SinkError('delivery/bad-target', `the sink ${sink} cannot read the certificates in ${caFile}: ${reasonOf(cause)}`, sink, {
      cause,
      advice: 'correct ca-file',
    });
  }
}
