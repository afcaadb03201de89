import { readFileSync } from 'node:fs';
import { readSecret, type SecretReference } from '../config/index.js';
import type { EndpointSettings } from './endpoint-plan.js';

/** Paths of PEM files, as a section of `endpoints` has them. */
interface PemPaths {
  readonly certificate?: string | undefined;
  readonly key?: string | undefined;
  readonly authorities?: string | undefined;
}

/** A secret without the blanks around it. @throws ConfigError where it is missing */
export async function secretOf(reference: SecretReference, { environment }: Pick<EndpointSettings, 'environment'>): Promise<string> {
  return (await readSecret(reference, environment)).trim();
}

/** The contents of the PEM files of a section, such as `endpoints.http`. @throws EndpointError `endpoints/bad-certificate` */
export async function pemOf(section: string, paths: PemPaths): Promise<PemPaths> {
  const { EndpointError } = await import('../endpoints/index.js');
  const pem = (file: string | undefined): string | undefined => {
    if (file === undefined) return undefined;
    try {
      return readFileSync(file, 'utf8');
    } catch (cause) {
      throw new EndpointError('endpoints/bad-certificate', `${file} cannot be read`, { cause, advice: `check the path in ${section}` });
    }
  };
  return { certificate: pem(paths.certificate), key: pem(paths.key), authorities: pem(paths.authorities) };
}
