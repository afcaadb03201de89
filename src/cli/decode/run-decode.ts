import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import type { DmSecrets } from '../../bridge/index.js';
import { type CapturedPacket, pcapngPacket, pcapngPrologue } from '../../capture/index.js';
import { BridgeError } from '../../errors.js';
import type { CommandIo } from '../command.js';
import { dmPolicyOf } from '../dm-policy.js';
import { type ExitCode, exitCodes } from '../exit-codes.js';
import { isObject } from '../json-view.js';
import { glyphsOf } from '../present-message.js';
import { standardInput } from '../standard-input.js';
import { deciders, explainedFields } from './explain.js';
import { decodeSteps, type InputOptions } from './inputs.js';
import { presentDecoded } from './present-decoded.js';
import { presentExplained } from './present-explained.js';
import { type Decoded, DecodeSession } from './session.js';

/** What the command line says. */
export interface DecodeOptions {
  readonly file?: string | undefined;
  readonly as: InputOptions['form'];
  readonly direction: InputOptions['direction'];
  readonly explain: boolean;
  readonly json: boolean;
  readonly pcap?: string | undefined;
  readonly quiet: boolean;
}

/** Decodes a stream line by line; each line's object is written before more is read. */
export async function runDecode(options: DecodeOptions, io: CommandIo): Promise<ExitCode> {
  const { output } = io;
  // yargs hands a lone hyphen over as empty text.
  const file = options.file === '-' || options.file === '' ? undefined : options.file;
  const input = file === undefined ? standardInput(io.stdin) : await openInput(file);
  let capture: Capture | null = null;
  const session = new DecodeSession({ annotate: options.explain, secrets: await secretsOf(options, io) });
  let allDecoded = true;
  let shown = 0;
  const show = (decoded: Decoded): void => {
    allDecoded &&= decoded.ok;
    shown += 1;
    if (options.json) output.object(options.explain ? explained(decoded) : decoded.object);
    else output.text(`${describe(decoded, options.explain, io).join('\n')}\n\n`);
  };
  try {
    if (options.pcap !== undefined) capture = await openCapture(options.pcap);
    for await (const steps of decodeSteps(input, { form: options.as, direction: options.direction })) {
      for (const step of steps) {
        if (step.kind === 'afresh') session.startAfresh();
        else if (step.kind === 'too-long') show(session.tooLong(step.line, step.form, step.octets));
        else {
          const decoded = session.decode(step.input);
          show(decoded);
          if (capture !== null) await capture.write(decoded.packets);
        }
        if (output.broken) break;
      }
      // Nobody reads any more: there is no use in going on.
      if (output.broken) break;
      await output.flush();
    }
  } catch (cause) {
    throw cause instanceof BridgeError ? cause : unreadable(file ?? 'standard input', cause);
  } finally {
    input.destroy();
    await capture?.close();
  }
  // Silence would look like success.
  if (shown === 0 && !output.broken && !options.quiet) {
    const what = options.as === 'at-log' ? 'no PDU was found' : 'there was nothing to decode';
    io.errors.line(`wapbridge: note: ${what} in ${file ?? 'standard input'}`);
  }
  return allDecoded ? exitCodes.done : exitCodes.undecodable;
}

/** What the configuration has to check messages with; what of it cannot be read is no reason not to decode. */
async function secretsOf({ quiet }: DecodeOptions, io: CommandIo): Promise<DmSecrets> {
  const dm = io.configuration?.content.dm;
  if (dm === undefined) return {};
  try {
    const { imsi, pins, servers } = await dmPolicyOf(dm, io.environment);
    return { imsi, pins, server: (id) => servers.get(id) ?? null };
  } catch (cause) {
    if (!(cause instanceof BridgeError)) throw cause;
    if (!quiet) io.errors.line(`wapbridge: note: ${cause.message}: MACs and digests are not checked`);
    return {};
  }
}

function describe(decoded: Decoded, explain: boolean, { output, environment }: CommandIo): readonly string[] {
  const { object, explanation } = decoded;
  const lines = presentDecoded(object, output.terminal, glyphsOf(environment));
  if (!explain) return lines;
  return [...lines, '', ...presentExplained(explanation, Number(object.line), output.terminal)];
}

/** The object with `explain`, and where each condition was decided. */
function explained({ object, explanation }: Decoded): Readonly<Record<string, unknown>> {
  const decided = deciders(explanation, Number(object.line));
  const { verdict } = object;
  const conditions = isObject(verdict) && Array.isArray(verdict.conditions) ? verdict.conditions.filter(isObject) : [];
  const placed = conditions.map((condition) => {
    const by = decided.find((place) => place.condition === condition.condition);
    return by === undefined ? condition : { ...condition, in: by.in, line: by.line, offset: by.offset };
  });
  return {
    ...object,
    ...(isObject(verdict) ? { verdict: { ...verdict, conditions: placed } } : {}),
    explain: explainedFields(explanation),
  };
}

async function openInput(file: string): Promise<Readable> {
  try {
    const handle = await open(file, 'r');
    return createReadStream(file, { fd: handle, highWaterMark: 262_144 });
  } catch (cause) {
    throw unreadable(file, cause);
  }
}

function systemCode(cause: unknown): string {
  return cause instanceof Error && 'code' in cause ? String(cause.code) : '';
}

function unreadable(file: string, cause: unknown): BridgeError {
  const code = systemCode(cause);
  if (code === '') throw cause;
  if (code === 'EACCES' || code === 'EPERM') {
    return new BridgeError('cli/not-permitted', `${file} may not be read`, { cause, advice: 'check who owns it' });
  }
  const what = code === 'ENOENT' ? 'does not exist' : code === 'EISDIR' ? 'is a folder' : `cannot be read (${code})`;
  return new BridgeError('cli/unreadable', `${file} ${what}`, { cause, advice: 'check the path' });
}

interface Capture {
  write(packets: readonly CapturedPacket[]): Promise<void>;
  close(): Promise<void>;
}

async function openCapture(file: string): Promise<Capture> {
  const failed = (cause: unknown): BridgeError => {
    const code = systemCode(cause);
    if (code === '') throw cause;
    const permitted = code === 'EACCES' || code === 'EPERM' || code === 'EROFS';
    return permitted
      ? new BridgeError('cli/not-permitted', `${file} may not be written`, { cause, advice: 'name another file with --pcap' })
      : new BridgeError('cli/unwritable', `${file} cannot be written (${code})`, { cause, advice: 'name another file with --pcap' });
  };
  try {
    const handle = await open(file, 'w');
    await handle.write(pcapngPrologue());
    return {
      write: async (packets) => {
        for (const packet of packets) {
          await handle.write(pcapngPacket(packet)).catch((cause: unknown) => {
            throw failed(cause);
          });
        }
      },
      close: () => handle.close(),
    };
  } catch (cause) {
    throw failed(cause);
  }
}
