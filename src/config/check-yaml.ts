import { type Document, isAlias, isMap, isNode, isScalar, LineCounter, parseDocument } from 'yaml';
import type { z } from 'zod';
import type { ErrorCode } from '../errors.js';
import { nearestWord } from '../runtime/index.js';
import type { ConfigProblem } from './errors.js';
import { syntaxWords, unsaid, wordsOf } from './words.js';

/** Faults of the syntax that are told of one file. */
const mostSyntaxProblems = 5;

/** Something wrong that a schema cannot say. */
export interface FoundByHand {
  readonly code: ErrorCode;
  readonly path: readonly PropertyKey[];
  readonly message: string;
  readonly advice: string | undefined;
}

/** What a YAML file is checked by. */
export interface YamlCheck<Schema extends z.ZodType> {
  readonly schema: Schema;
  /** The published schema, from which near misses of keys are guessed. */
  readonly jsonSchema: () => Readonly<Record<string, unknown>>;
  /** What else must hold once the schema does. */
  readonly further?: (content: z.output<Schema>) => readonly FoundByHand[];
}

/** Where what stands at a path is in the file. Lines and columns count from 1. */
export type Place = (path: readonly PropertyKey[]) => { readonly line: number; readonly column: number };

/** What checking found: the content and where its values stand, or everything that is wrong. Lines and columns count from 1. */
export type CheckedYaml<Content> =
  | {
      readonly ok: true;
      readonly content: Content;
      readonly place: Place;
    }
  | { readonly ok: false; readonly problems: readonly [ConfigProblem, ...ConfigProblem[]] };

/** Checks YAML against a schema. Never throws for what is in it. */
export function checkYaml<Schema extends z.ZodType>(text: string, options: YamlCheck<Schema>): CheckedYaml<z.output<Schema>> {
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
  // What the first fault in the syntax leaves behind is faults too, as many as you like: some of them are enough.
  const found: ConfigProblem[] = document.errors.slice(0, mostSyntaxProblems).map((error) => {
    const [message, advice] = syntaxWords(error);
    return problem('config/syntax', [], message, error.pos[0], advice);
  });
  if (found.length === 0) {
    let content: unknown;
    try {
      content = document.toJS({ maxAliasCount: 100 }) ?? {};
    } catch (error) {
      if (!(error instanceof ReferenceError)) throw error;
      const what = error.message.startsWith('Unresolved') ? 'an alias has no anchor before it' : 'aliases stand for far too much';
      found.push(problem('config/syntax', [], what, 0, 'write the values out instead of using aliases'));
    }
    if (found.length === 0) {
      const parsed = options.schema.safeParse(content, unsaid);
      if (parsed.success) {
        found.push(
          ...(options.further?.(parsed.data) ?? []).map(({ code, path, message, advice }) =>
            problem(code, path, message, offsetOf(document, path), advice),
          ),
        );
        if (found.length === 0) return { ok: true, content: parsed.data, place: (path) => at(offsetOf(document, path)) };
      } else {
        for (const issue of parsed.error.issues) {
          if (issue.code === 'unrecognized_keys') {
            for (const key of issue.keys) {
              const known = knownKeys(options.jsonSchema(), issue.path, content);
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
            const { code, message, advice } = wordsOf(issue, valueAt(content, issue.path));
            found.push(problem(code, issue.path, message, offsetOf(document, issue.path), advice));
          }
        }
      }
    }
  }
  found.sort((a, b) => a.line - b.line || a.column - b.column);
  const [first = problem('config/syntax', [], 'the file cannot be read', 0), ...others] = found;
  return { ok: false, problems: [first, ...others] };
}

const within = (path: readonly PropertyKey[]): string => (path.length === 0 ? '' : ` in ${path.map(String).join('.')}`);

function valueAt(content: unknown, path: readonly PropertyKey[]): unknown {
  let value = content;
  for (const key of path) value = isRecord(value) ? value[String(key)] : undefined;
  return value;
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === 'object' && value !== null;

/** Keys that may stand at a path, by the published schema; where kinds differ, those of the kind written. */
function knownKeys(schema: Readonly<Record<string, unknown>>, path: readonly PropertyKey[], content: unknown): readonly string[] {
  let nodes: readonly unknown[] = [schema];
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
