import { open } from 'node:fs/promises';
import { BridgeError } from '../errors.js';
import { nearestWord } from '../runtime/index.js';
import { checkYaml, type FoundByHand, type Place } from './check-yaml.js';
import { ConfigError, type ConfigProblem } from './errors.js';
import { type Config, configJsonSchema, configSchema } from './schema.js';

/** Larger files are refused unread: no configuration is near this. */
const maxOctets = 1_048_576;

/** What checking a text found: a configuration, or everything that is wrong with it. */
export type Checked =
  | { readonly ok: true; readonly config: Config; readonly place: Place }
  | { readonly ok: false; readonly problems: readonly [ConfigProblem, ...ConfigProblem[]] };

/** Reads and checks a configuration file. `advice` is what to do where it cannot be read. @throws ConfigError with line and column; BridgeError `config/unreadable`, `config/not-permitted`, `config/too-large` */
export async function loadConfig(file: string, advice?: string): Promise<Config> {
  const checked = checkConfig(await readConfigText(file, advice));
  if (!checked.ok) throw new ConfigError(file, checked.problems);
  return checked.config;
}

/** The text of a configuration file or of another that is written like one, unchecked. `advice` is what to do where it cannot be read. @throws BridgeError `config/unreadable`, `config/not-permitted`, `config/too-large` */
export async function readConfigText(
  file: string,
  advice = 'check its path',
  what: 'configuration' | 'bench file' = 'configuration',
): Promise<string> {
  try {
    const handle = await open(file, 'r');
    try {
      const buffer = Buffer.alloc(maxOctets + 1);
      let length = 0;
      while (length < buffer.length) {
        const { bytesRead } = await handle.read(buffer, length, buffer.length - length);
        if (bytesRead === 0) return buffer.toString('utf8', 0, length);
        length += bytesRead;
      }
    } finally {
      await handle.close();
    }
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
    if (code === 'EACCES' || code === 'EPERM') {
      throw new BridgeError('config/not-permitted', `the ${what} ${file} may not be read`, { cause, advice: 'check who owns it' });
    }
    const why = code === 'ENOENT' ? 'does not exist' : code === 'EISDIR' ? 'is a folder' : `cannot be read (${code})`;
    throw new BridgeError('config/unreadable', `the ${what} ${file} ${why}`, { cause, advice });
  }
  throw new BridgeError('config/too-large', `the ${what} ${file} is larger than 1 MiB`, {
    advice: 'check that it is the right file',
  });
}

/** Checks the text of a configuration file. Never throws for what is in it. */
export function checkConfig(text: string): Checked {
  const checked = checkYaml(text, { schema: configSchema, jsonSchema: configJsonSchema, further: unknownSinks });
  return checked.ok ? { ok: true, config: checked.content, place: checked.place } : checked;
}

/** Sinks that a route names and nobody describes. */
function unknownSinks(config: Config): readonly FoundByHand[] {
  const known = ['stdout', ...Object.keys(config.sinks ?? {})];
  return (config.routes ?? []).flatMap((route, index) =>
    route.to.flatMap((sink, position) => {
      if (known.includes(sink)) return [];
      const near = nearestWord(sink, known);
      return [
        {
          code: 'config/unknown-sink' as const,
          path: ['routes', index, 'to', position],
          message: `the route names the sink ${JSON.stringify(sink)}, which is not among the sinks`,
          advice: near === undefined ? `known sinks: ${known.join(', ')}` : `did you mean ${near}?`,
        },
      ];
    }),
  );
}
