import { rmSync } from 'node:fs';
import { listenersOf, openSinks } from '../bridge/index.js';
import type { Config, ConfigProblem, Place } from '../config/index.js';
import type { Sink } from '../delivery/index.js';
import { BridgeError } from '../errors.js';
import { temporaryFolder } from '../runtime/index.js';
import type { CommandIo } from './command.js';
import { dmPolicyOf } from './dm-policy.js';

type Path = readonly string[];

/** Sinks of these kinds are made without touching anything outside; of the others it was looked for what they name. */
const harmless: ReadonlySet<string> = new Set(['http', 'mqtt', 'push']);

/**
 * What `listen` would refuse of a configuration before it begins, beside what is missing: it is made ready as there and let go again. Nothing
 * is listened at, sent or written. `known` has what was found already, and is not said twice.
 */
export async function refusals(
  config: Config,
  { place, known, io }: { readonly place: Place; readonly known: readonly ConfigProblem[]; readonly io: CommandIo },
): Promise<readonly ConfigProblem[]> {
  const { environment, clock, random } = io;
  const found: ConfigProblem[] = [];
  const attempt = async (path: Path, concerns: readonly string[], make: () => Promise<unknown>): Promise<void> => {
    if (known.some((problem) => concerns.some((prefix) => `${problem.path}.`.startsWith(`${prefix}.`)))) return;
    try {
      await make();
    } catch (caught) {
      if (!(caught instanceof BridgeError)) throw caught;
      const where = path.join('.');
      found.push({ code: caught.code, path: where, message: `${where}: ${caught.message}`, advice: caught.advice, ...place(path) });
    }
  };
  const directory = temporaryFolder('wapbridge-check-');
  try {
    for (const [name, sink] of Object.entries(config.sinks ?? {})) {
      if (!harmless.has(sink.kind)) continue;
      await attempt(['sinks', name], [`sinks.${name}`], async () => {
        const surroundings = { clock, environment, stdout: nobody, allow: config.sending?.allow ?? [], openSender: neverOpened };
        for (const plan of await openSinks({ [name]: sink }, surroundings)) await plan.sink.close();
      });
    }
    await attempt(['dm'], ['dm'], () => dmPolicyOf(config.dm, environment));
    const { udp, http, sip, obex } = config.listen ?? {};
    const settings = { ...config.endpoints, allow: config.sending?.allow ?? [], directory, environment, clock, random };
    const list = (asked: string | readonly string[] | undefined): readonly string[] =>
      typeof asked === 'string' ? [asked] : (asked ?? []);
    await attempt(['listen', 'udp'], [], () => listenersOf({ udp: list(udp) }, settings));
    await attempt(['listen', 'http'], ['endpoints.http'], () => listenersOf({ http: list(http) }, settings));
    await attempt(['listen', 'sip'], ['endpoints.sip'], () => listenersOf({ sip }, settings));
    await attempt(['listen', 'obex'], ['endpoints.obex'], () => listenersOf({ obex: list(obex) }, settings));
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
  return found;
}

/** Stands where standard output does. */
const nobody: Sink = {
  name: 'stdout',
  kind: 'stdout',
  accept: () => Promise.resolve({ outcome: 'later', reason: 'nothing is handed on' }),
  close: () => Promise.resolve(),
};

const neverOpened = (target: string): Promise<never> =>
  Promise.reject(new BridgeError('cli/usage', `nothing is sent to ${target} while a configuration is checked`));
