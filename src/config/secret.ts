import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { BridgeError } from '../errors.js';

/** Where a secret is read from; a secret itself never stands in the configuration. */
export const secretReference = z
  .union(
    [
      z.strictObject({ file: z.string().min(1).describe('File whose first line is the secret') }),
      z.strictObject({
        environment: z
          .string()
          .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, { error: 'a variable has letters, digits and underscores, no digit first' })
          .describe('Environment variable that holds the secret'),
      }),
    ],
    { error: 'a secret stands in a file or in the environment: write { file: PATH } or { environment: NAME }, never the secret itself' },
  )
  .describe('Where a secret is read from: { file: PATH } or { environment: NAME }');

export type SecretReference = z.output<typeof secretReference>;

/**
 * Reads a secret at the moment it is needed.
 * @throws BridgeError `config/secret-missing` where the file or the variable is not there or is empty; the message never holds the secret
 */
export async function readSecret(reference: SecretReference, environment: Readonly<Record<string, string | undefined>>): Promise<string> {
  if ('environment' in reference) {
    const value = environment[reference.environment] ?? '';
    if (value !== '') return value;
    throw new BridgeError('config/secret-missing', `the environment variable ${reference.environment} holds no secret`, {
      advice: 'set it, or name another in the configuration',
    });
  }
  let text: string;
  try {
    text = await readFile(reference.file, 'utf8');
  } catch (cause) {
    throw new BridgeError('config/secret-missing', `the secret in ${reference.file} cannot be read`, {
      cause,
      advice: 'check the path and that this user may read it',
    });
  }
  const [first = ''] = text.split(/\r?\n/, 1);
  if (first !== '') return first;
  throw new BridgeError('config/secret-missing', `${reference.file} is empty`, { advice: 'write the secret on its first line' });
}
