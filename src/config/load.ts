import { open } from 'node:fs/promises';
import { type Document, isAlias, isMap, isNode, isScalar, LineCounter, parseDocument } from 'yaml';
import type { z } from 'zod';
import { BridgeError, type ErrorCode } from '../errors.js';
import { ConfigError, type ConfigProblem } from './errors.js';
import { nearestWord } from './nearest.js';
import { type Config, configJsonSchema, configSchema } from './schema.js';

/** Larger files are refused unread: no configuration is near this. */
const maxOctets = 1_048_576;

/** What checking a text found: a configuration, or everything that is wrong with it. */
export type Checked =
  | { readonly ok: true; readonly config: Config }
  | { readonly ok: false; readonly problems: readonly [ConfigProblem, ...ConfigProblem[]] };

/** Reads and checks a configuration file. @throws ConfigError with line and column; BridgeError `config/unreadable`, `config/not-permitted`, `config/too-large` */
export async function loadConfig(file: string): Promise<Config> {
  const checked = checkConfig(await readConfigText(file));
  if (!checked.ok) throw new ConfigError(file, checked.problems);
  return checked.config;
}

/** The text of a configuration file, unchecked. @throws BridgeError `config/unreadable`, `config/not-permitted`, `config/too-large` */
export async function readConfigText(file: string): Promise<string> {
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
      throw new BridgeError('config/not-permitted', `the configuration ${file} may not be read`, { cause, advice: 'check who owns it' });
    }
    const what = code === 'ENOENT' ? 'does not exist' : code === 'EISDIR' ? 'is a folder' : `cannot be read (${code})`;
    throw new BridgeError('config/unreadable', `the configuration ${file} ${what}`, { cause, advice: 'check --config' });
  }
  throw new BridgeError('config/too-large', `the configuration ${file} is larger than 1 MiB`, {
    advice: 'check that it is the right file',
  });
}

/** Checks the text of a configuration file. Never throws for what is in it. */
export function checkConfig(text: string): Checked {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, strict: true, uniqueKeys: true, logLevel: 'error' });
  const at = (offset: number) => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  };
  const problem = (code: ErrorCode, path: readonly PropertyKey[], message: string, offset: number, advice?: string): ConfigProblem => ({
    code,
    path: path.map(String).join('.'),
    message,
    advice,
    ...at(offset),
  });
  const found: ConfigProblem[] = document.errors.map((error) =>
    problem('config/syntax', [], error.message.split('\n', 1)[0] ?? error.message, error.pos[0], 'mend the YAML'),
  );
  if (found.length === 0) {
    let content: unknown;
    try {
      content = document.toJS({ maxAliasCount: 100 }) ?? {};
    } catch (error) {
      if (!(error instanceof ReferenceError)) throw error;
      found.push(problem('config/syntax', [], error.message, 0, 'write the values out instead of using aliases'));
    }
    if (found.length === 0) {
      const parsed = configSchema.safeParse(content);
      if (parsed.success) {
        found.push(
          ...unknownSinks(parsed.data).map(({ path, message, advice }) =>
            problem('config/unknown-sink', path, message, offsetOf(document, path), advice),
          ),
        );
        if (found.length === 0) return { ok: true, config: parsed.data };
      } else {
        for (const issue of parsed.error.issues) {
          if (issue.code === 'unrecognized_keys') {
            for (const key of issue.keys) {
              const known = knownKeys(issue.path, content);
              const near = nearestWord(key, known);
              const advice = near === undefined ? `known here: ${known.join(', ')}` : `did you mean ${near}?`;
              found.push(
                problem(
                  'config/unknown-key',
                  [...issue.path, key],
                  `unknown key ${JSON.stringify(key)}${within(issue.path)}`,
                  keyOffset(document, issue.path, key),
                  advice,
                ),
              );
            }
          } else {
            found.push(
              problem(
                codeOf(issue),
                issue.path,
                `${issue.path.length === 0 ? 'the file' : issue.path.map(String).join('.')}: ${issue.message}`,
                offsetOf(document, issue.path),
                adviceFor(issue, content),
              ),
            );
          }
        }
      }
    }
  }
  found.sort((a, b) => a.line - b.line || a.column - b.column);
  const [first, ...others] = found;
  return first === undefined ? { ok: true, config: {} } : { ok: false, problems: [first, ...others] };
}

function codeOf(issue: z.core.$ZodIssue): ErrorCode {
  if (issue.code === 'invalid_type' && issue.input === undefined && /undefined/.test(issue.message)) return 'config/missing-key';
  return 'config/bad-value';
}

function adviceFor(issue: z.core.$ZodIssue, content: unknown): string | undefined {
  if (issue.code !== 'invalid_value' && issue.code !== 'invalid_union') return undefined;
  const value = valueAt(content, issue.path);
  const known = issue.code === 'invalid_value' ? issue.values.map(String) : [];
  const near = typeof value === 'string' ? nearestWord(value, known) : undefined;
  return near === undefined ? undefined : `did you mean ${near}?`;
}

const within = (path: readonly PropertyKey[]): string => (path.length === 0 ? '' : ` in ${path.map(String).join('.')}`);

/** Sinks that a route names and nobody describes. */
function unknownSinks(config: Config): { path: readonly PropertyKey[]; message: string; advice: string | undefined }[] {
  const known = ['stdout', ...Object.keys(config.sinks ?? {})];
  return (config.routes ?? []).flatMap((route, index) =>
    route.to.flatMap((sink, position) => {
      if (known.includes(sink)) return [];
      const near = nearestWord(sink, known);
      return [
        {
          path: ['routes', index, 'to', position],
          message: `the route names the sink ${JSON.stringify(sink)}, which is not among the sinks`,
          advice: near === undefined ? `known sinks: ${known.join(', ')}` : `did you mean ${near}?`,
        },
      ];
    }),
  );
}

function valueAt(content: unknown, path: readonly PropertyKey[]): unknown {
  let value = content;
  for (const key of path) value = isRecord(value) ? value[String(key)] : undefined;
  return value;
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === 'object' && value !== null;

/** Keys that may stand at a path, by the published schema; where kinds differ, those of the kind written. */
function knownKeys(path: readonly PropertyKey[], content: unknown): readonly string[] {
  let nodes: readonly unknown[] = [configJsonSchema()];
  let value = content;
  const alternatives = (): void => {
    const kind = isRecord(value) ? value.kind : undefined;
    nodes = nodes.flatMap((node) => {
      if (!isRecord(node)) return [];
      const choices = Array.isArray(node.anyOf) ? node.anyOf : Array.isArray(node.oneOf) ? node.oneOf : [node];
      return choices.filter((choice: unknown) => {
        const properties = isRecord(choice) ? choice.properties : undefined;
        const own = isRecord(properties) ? properties.kind : undefined;
        return !isRecord(own) || own.const === kind;
      });
    });
  };
  for (const key of path) {
    alternatives();
    nodes = nodes.flatMap((node) => {
      if (!isRecord(node)) return [];
      if (typeof key === 'number') return [node.items];
      return [isRecord(node.properties) && String(key) in node.properties ? node.properties[String(key)] : node.additionalProperties];
    });
    value = isRecord(value) ? value[String(key)] : undefined;
  }
  alternatives();
  return [...new Set(nodes.flatMap((node) => (isRecord(node) && isRecord(node.properties) ? Object.keys(node.properties) : [])))];
}

/** Where the value at a path stands, or the nearest that encloses it. */
function offsetOf(document: Document.Parsed, path: readonly PropertyKey[]): number {
  for (let length = path.length; length > 0; length -= 1) {
    const node = document.getIn(path.slice(0, length), true);
    if (isNode(node) && node.range) return node.range[0];
  }
  return document.contents?.range?.[0] ?? 0;
}

function keyOffset(document: Document.Parsed, path: readonly PropertyKey[], key: string): number {
  const found = path.length === 0 ? document.contents : document.getIn(path, true);
  const map = isAlias(found) ? found.resolve(document) : found;
  if (isMap(map)) {
    for (const pair of map.items) {
      if (isScalar(pair.key) && String(pair.key.value) === key && pair.key.range) return pair.key.range[0];
    }
  }
  return offsetOf(document, path);
}
