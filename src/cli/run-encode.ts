import type { EndpointPreview } from '../endpoints/index.js';
import { toHex } from '../octets/index.js';
import { type PlannedPart, planParts } from '../sending/index.js';
import type { CommandIo } from './command.js';
import { explainedFields } from './decode/explain.js';
import { presentExplained } from './decode/present-explained.js';
import { DecodeSession, type Explanation } from './decode/session.js';
import { type ExitCode, exitCodes } from './exit-codes.js';
import { type PushInput, readPush } from './push-input.js';
import type { PushArguments } from './push-options.js';
import { escapeText } from './terminal.js';

/** Used where nobody names one: offline there is no count to go on with, and the same input should give the same octets. */
export const offlineReference = 1;

/** A push made ready and shown instead of sent. */
export async function runEncode(
  options: PushArguments & { readonly explain: boolean; readonly print: 'pdus' | 'wsp' },
  io: CommandIo,
): Promise<ExitCode> {
  const push = await readPush(options, io);
  const reference = push.reference ?? offlineReference;
  const parts = planParts(push.wsp, { ...push.plan, to: push.to, reference });
  warn(push, options.quiet, io);
  const explanations = options.explain ? explain(parts) : null;
  if (options.json) io.output.object(encodedObject(push, reference, parts, explanations));
  else if (explanations !== null) {
    for (const [index, explanation] of explanations.entries()) {
      if (index > 0) io.output.line('');
      const { sequence = 0, pdu = '' } = parts[index] ?? {};
      io.output.line(`part ${sequence}: ${pdu}`);
      for (const line of presentExplained(explanation, index + 1, io.output.terminal)) io.output.line(line);
    }
  } else if (options.print === 'wsp') io.output.line(toHex(push.wsp));
  else for (const line of encodedLines(push, reference, parts)) io.output.line(line);
  return exitCodes.done;
}

/** Says on standard error what is odd about a body. */
export function warn({ warning }: PushInput, quiet: boolean, { errors }: CommandIo): void {
  if (warning !== null && !quiet) errors.line(`wapbridge: warning: ${escapeText(warning.message)}`);
}

/** The object that `encode` and `send --dry-run` print. */
export function encodedObject(
  push: PushInput,
  reference: number,
  parts: readonly PlannedPart[],
  explanations: readonly Explanation[] | null = null,
): Readonly<Record<string, unknown>> {
  return {
    to: push.to,
    wsp: toHex(push.wsp),
    reference,
    pdus: parts.map(({ pdu, tpduOctets, sequence }, index) => {
      const explanation = explanations?.[index];
      return { pdu, tpduOctets, sequence, ...(explanation === undefined ? {} : { explain: explainedFields(explanation) }) };
    }),
    diagnostics: push.warning === null ? [] : [push.warning],
  };
}

/** For people, and for `decode --direction to-modem`, which passes over lines that begin with `#`. */
export function encodedLines(push: PushInput, reference: number, parts: readonly PlannedPart[]): readonly string[] {
  const count = `${parts.length} PDU${parts.length === 1 ? '' : 's'}`;
  const said = `# to ${push.to}: ${push.type}, ${push.bodyOctets} octets in a push of ${push.wsp.length}, ${count}, reference ${reference}`;
  return [said, ...parts.flatMap(({ pdu, tpduOctets, sequence }) => [`# part ${sequence}: AT+CMGS=${tpduOctets}`, pdu])];
}

/** For people: what would leave for a target, header fields as they stand and the octets behind them as hex. */
export function previewLines(push: PushInput, via: string, { lines, octets }: EndpointPreview): readonly string[] {
  const said = `# to ${escapeText(via)}: ${push.type}, ${push.bodyOctets} octets; credentials are made when it leaves`;
  return [said, ...lines.map(escapeText), ...(lines.length === 0 ? [] : ['']), toHex(octets)];
}

function explain(parts: readonly PlannedPart[]): readonly Explanation[] {
  const session = new DecodeSession({ annotate: true });
  return parts.map(
    ({ pdu }, index) => session.decode({ line: index + 1, form: 'pdu-mode', direction: 'to-modem', hex: pdu, announced: null }).explanation,
  );
}
