import { promptTimeoutMs } from './command-table.js';
import { type FinalResult, parseFinalResult } from './final-result.js';
import { matchUnsolicited } from './unsolicited-table.js';

/** A command as the engine runs it. */
export interface LineCommand {
  /** The command line without its CR. */
  readonly text: string;
  readonly prefixes: readonly string[];
  readonly freeText: boolean;
  readonly pduFollows: boolean;
  readonly timeoutMs: number;
  /** What is written at the prompt; a command that has none expects no prompt. */
  readonly payload: string | null;
  /** What is written at a prompt that nobody asked for; without it such a prompt is left. */
  readonly ifPrompted?: string | undefined;
}

/** Where the conversation stands. */
export type LinePhase =
  | { readonly name: 'idle' }
  | { readonly name: 'awaiting-prompt'; readonly command: LineCommand }
  | {
      readonly name: 'awaiting-final';
      readonly command: LineCommand;
      readonly information: readonly string[];
      readonly pduDue: boolean;
    }
  /** Nobody waits for the answer any more; the next command waits for its end. */
  | { readonly name: 'abandoned'; readonly command: LineCommand }
  /** ESC and CR are out; what comes now belongs to the past. */
  | ({ readonly name: 'quieting' } & Probes)
  | ({ readonly name: 'probing' } & Probes)
  /** The modem answers, and owes answers to what went before: they must not be taken for those to come. */
  | { readonly name: 'settling'; readonly owed: number }
  | { readonly name: 'dead' };

/** How often the modem was asked for a sign of life, and how many final results it owes by now for that and what went before. */
interface Probes {
  readonly attempt: number;
  readonly attempts: number;
  readonly owed: number;
}

/** The whole state: the phase, the first half of an unsolicited pair of lines, and what an echo would look like. */
export interface LineState {
  readonly phase: LinePhase;
  readonly half: string | null;
  /** Announced octets of a pair whose second line did not come where it should have. */
  readonly orphan: string | null;
  readonly echoes: readonly string[];
}

export type LineInput =
  | { readonly type: 'start'; readonly command: LineCommand }
  | { readonly type: 'line'; readonly line: string }
  | { readonly type: 'time-up' }
  | { readonly type: 'abort' }
  | { readonly type: 'resync'; readonly attempts: number };

export type LineOutput =
  | { readonly type: 'write'; readonly octets: string }
  | { readonly type: 'timer'; readonly delayMs: number | null }
  | { readonly type: 'answer'; readonly information: readonly string[]; readonly final: FinalResult }
  | { readonly type: 'fail'; readonly why: 'timeout' | 'outcome-unknown' | 'no-prompt' | 'flood'; readonly information: readonly string[] }
  | { readonly type: 'unsolicited'; readonly line: string; readonly pdu: string | null }
  | { readonly type: 'broken'; readonly line: string }
  | { readonly type: 'stray'; readonly line: string }
  | { readonly type: 'echo' }
  | { readonly type: 'idle' }
  | { readonly type: 'dead' };

export interface LineStep {
  readonly state: LineState;
  readonly outputs: readonly LineOutput[];
}

export const initialLineState: LineState = { phase: { name: 'idle' }, half: null, orphan: null, echoes: [] };

const escapeCharacter = '\x1b';
const controlZ = '\x1a';
const leavePrompt: LineOutput = { type: 'write', octets: escapeCharacter };
/** The line that {@link PromptSplitter} makes of a bare prompt. */
export const promptLine = '> ';
const quietMs = 250;
const probeMs = 1_000;
/** How long the next answer that is owed may take; a modem that was asked again before it answered may also have dropped it. */
const settleMs = 3_000;
const noOutputs: readonly LineOutput[] = [];
/** More lines than any memory can list; a device that goes on is not answering. */
const mostInformationLines = 4_096;

/** Whether a line can be a PDU: hex digits and nothing else. An odd last digit occurs in the field and is kept. */
export function isHexLine(line: string): boolean {
  return line.length >= 2 && /^[0-9A-Fa-f]+$/.test(line);
}

/** The line that stands where the PDU of a pair should, or null where it means something by itself; hex digits are made upper case. */
function secondHalf(state: LineState, line: string): string | null {
  const first = line.charCodeAt(0);
  // Echoes apart, nothing of more than one character that means something by itself begins with a digit: most PDUs are known at a glance.
  const plain = first >= 0x30 && first <= 0x39 && line.length > 1 && !isEcho(state, line);
  const upper = line.toUpperCase();
  if (plain) return upper === line || !isHexLine(line) ? line : upper;
  if (isHexLine(line)) return upper;
  // A line that means nothing else is kept as it is rather than lost.
  return isRecognised(state, line) ? null : line;
}

/** The state with another first half of a pair; built field by field, because two lines of every part come this way. */
function withHalf({ phase, orphan, echoes }: LineState, half: string | null): LineState {
  return { phase, half, orphan, echoes };
}

/** One step of the conversation with a modem: what state follows, and what is to be done. */
export function stepLine(state: LineState, input: LineInput): LineStep {
  switch (input.type) {
    case 'start':
      return start(state, input.command);
    case 'line':
      return takeLine(state, input.line);
    case 'time-up':
      return timeUp(state);
    case 'abort':
      return abort(state);
    case 'resync':
      return quieten(state, { attempt: 0, attempts: input.attempts, owed: owedBy(state.phase) }, []);
  }
}

function start(state: LineState, command: LineCommand): LineStep {
  const echoes = command.payload === null ? [command.text] : [command.text, command.payload];
  const phase: LinePhase =
    command.payload === null ? { name: 'awaiting-final', command, information: [], pduDue: false } : { name: 'awaiting-prompt', command };
  return {
    state: { ...state, phase, echoes },
    outputs: [
      { type: 'write', octets: `${command.text}\r` },
      { type: 'timer', delayMs: command.payload === null ? command.timeoutMs : promptTimeoutMs },
    ],
  };
}

/** Final results that a phase leaves behind unread. */
function owedBy(phase: LinePhase): number {
  switch (phase.name) {
    case 'awaiting-prompt':
    case 'awaiting-final':
    case 'abandoned':
      return 1;
    case 'quieting':
    case 'probing':
    case 'settling':
      return phase.owed;
    case 'idle':
    case 'dead':
      return 0;
  }
}

function quieten(state: LineState, probes: Probes, before: readonly LineOutput[]): LineStep {
  return {
    state: { ...state, phase: { name: 'quieting', ...probes } },
    outputs: [...before, { type: 'write', octets: `${escapeCharacter}\r` }, { type: 'timer', delayMs: quietMs }],
  };
}

function timeUp(state: LineState): LineStep {
  const { phase } = state;
  switch (phase.name) {
    case 'idle':
    case 'dead':
      return { state, outputs: [] };
    case 'awaiting-prompt':
      return afresh(state, [{ type: 'fail', why: 'timeout', information: [] }]);
    case 'awaiting-final':
      return afresh(state, [
        { type: 'fail', why: phase.command.payload === null ? 'timeout' : 'outcome-unknown', information: phase.information },
      ]);
    case 'abandoned':
      return afresh(state, []);
    case 'quieting': {
      // Results may have been switched off, made numeric or be echoed by whoever had the port before.
      const probe = phase.attempt % 2 === 0 ? 'ATQ0V1E0' : 'AT';
      return {
        state: { ...state, phase: { ...phase, name: 'probing', owed: phase.owed + 1 }, echoes: [probe] },
        // In this order: what is written may be answered before this is carried out.
        outputs: [
          { type: 'timer', delayMs: probeMs },
          { type: 'write', octets: `${probe}\r` },
        ],
      };
    }
    case 'probing': {
      const { attempt, attempts, owed } = phase;
      if (attempt + 1 < attempts) return quieten(state, { attempt: attempt + 1, attempts, owed }, []);
      return { state: { ...state, phase: { name: 'dead' } }, outputs: [{ type: 'timer', delayMs: null }, { type: 'dead' }] };
    }
    case 'settling':
      return settled(state, 0);
  }
}

/** Brings the line back to order after a command whose answer was not had. */
function afresh(state: LineState, before: readonly LineOutput[]): LineStep {
  return quieten(state, { attempt: 0, attempts: 3, owed: owedBy(state.phase) }, before);
}

/** The modem answers; the line is free as soon as nothing is owed any more. */
function settled(state: LineState, owed: number): LineStep {
  if (owed <= 0) return { state: { ...state, phase: { name: 'idle' } }, outputs: [{ type: 'timer', delayMs: null }, { type: 'idle' }] };
  return { state: { ...state, phase: { name: 'settling', owed } }, outputs: [{ type: 'timer', delayMs: settleMs }] };
}

function abort(state: LineState): LineStep {
  const { phase } = state;
  if (phase.name === 'awaiting-prompt') return afresh(state, []);
  if (phase.name === 'awaiting-final') return { state: { ...state, phase: { name: 'abandoned', command: phase.command } }, outputs: [] };
  return { state, outputs: [] };
}

function takeLine(state: LineState, line: string): LineStep {
  if (state.half !== null) {
    const whole = withHalf(state, null);
    const pdu = secondHalf(whole, line);
    if (pdu !== null) return { state: whole, outputs: [{ type: 'unsolicited', line: state.half, pdu }] };
    const next = takeLine({ ...whole, orphan: state.half }, line);
    return { state: next.state, outputs: [{ type: 'broken', line: state.half }, ...next.outputs] };
  }
  if (isEcho(state, line)) return { state, outputs: [{ type: 'echo' }] };
  const kind = matchUnsolicited(line);
  if (kind === 'line-and-pdu') return { state: withHalf(state, line), outputs: noOutputs };
  const { phase } = state;
  switch (phase.name) {
    case 'awaiting-final':
      return answerLine(state, phase, line, kind !== null);
    case 'awaiting-prompt':
      return beforePrompt(state, phase.command, line, kind !== null);
    case 'abandoned': {
      const final = parseFinalResult(line, { numeric: !phase.command.freeText });
      if (final !== null)
        return { state: { ...state, phase: { name: 'idle' } }, outputs: [{ type: 'timer', delayMs: null }, { type: 'idle' }] };
      if (kind === null) return { state, outputs: line === promptLine ? [leavePrompt] : [] };
      break;
    }
    case 'probing': {
      const final = parseFinalResult(line, { numeric: true });
      if (final?.kind === 'ok') return settled(state, phase.owed - 1);
      if (final !== null) return { state: { ...state, phase: lessOwed(phase) }, outputs: [] };
      if (line === promptLine) return { state, outputs: [leavePrompt] };
      break;
    }
    case 'quieting': {
      // What is left of answers to commands of the past; a device that is no modem shows itself here too.
      if (kind !== null) break;
      if (line === promptLine) return { state, outputs: [] };
      const final = parseFinalResult(line, { numeric: true });
      // Asked before, and slower to answer than it was asked again.
      if (final?.kind === 'ok' && phase.attempt > 0) return settled(state, phase.owed - 1);
      if (final !== null) return { state: { ...state, phase: lessOwed(phase) }, outputs: [] };
      break;
    }
    case 'settling':
      if (kind === null && parseFinalResult(line, { numeric: true }) !== null) return settled(state, phase.owed - 1);
      break;
    case 'idle':
    case 'dead':
      break;
  }
  return loose(state, line, kind !== null);
}

function lessOwed<Phase extends Probes>(phase: Phase): Phase {
  return { ...phase, owed: Math.max(0, phase.owed - 1) };
}

/** A line that no command claims. */
function loose(state: LineState, line: string, known: boolean): LineStep {
  if (known) return { state, outputs: [{ type: 'unsolicited', line, pdu: null }] };
  if (state.orphan !== null && isHexLine(line) && announcedOctets(state.orphan) === tpduOctets(line)) {
    return { state: { ...state, orphan: null }, outputs: [{ type: 'unsolicited', line: state.orphan, pdu: line.toUpperCase() }] };
  }
  return { state, outputs: [{ type: 'stray', line }] };
}

function beforePrompt(state: LineState, command: LineCommand, line: string, known: boolean): LineStep {
  if (line === promptLine) {
    return {
      state: { ...state, phase: { name: 'awaiting-final', command, information: [], pduDue: false } },
      outputs: [
        { type: 'write', octets: `${command.payload}${controlZ}` },
        { type: 'timer', delayMs: command.timeoutMs },
      ],
    };
  }
  const final = parseFinalResult(line, { numeric: true });
  if (final === null) return loose(state, line, known);
  const idle: LineState = { ...state, phase: { name: 'idle' } };
  if (final.kind === 'ok')
    return quieten(state, { attempt: 0, attempts: 3, owed: 0 }, [{ type: 'fail', why: 'no-prompt', information: [] }]);
  return { state: idle, outputs: [{ type: 'timer', delayMs: null }, { type: 'answer', information: [], final }, { type: 'idle' }] };
}

function answerLine(state: LineState, phase: LinePhase & { readonly name: 'awaiting-final' }, line: string, known: boolean): LineStep {
  const { command } = phase;
  const claim = (pduDue: boolean): LineStep => {
    if (phase.information.length >= mostInformationLines) {
      return afresh(state, [{ type: 'fail', why: 'flood', information: [] }]);
    }
    return {
      state: { ...state, phase: { ...phase, information: [...phase.information, line], pduDue } },
      outputs: [{ type: 'timer', delayMs: command.timeoutMs }],
    };
  };
  if (command.pduFollows && isHexLine(line)) return claim(false);
  const final = parseFinalResult(line, { numeric: !command.freeText });
  if (final !== null) {
    return {
      state: { ...state, phase: { name: 'idle' } },
      outputs: [{ type: 'timer', delayMs: null }, { type: 'answer', information: phase.information, final }, { type: 'idle' }],
    };
  }
  if (command.prefixes.some((prefix) => line.startsWith(prefix))) return claim(command.pduFollows);
  if (known) return loose(state, line, true);
  if (phase.pduDue) return claim(true);
  // Whoever had the port before left the modem at a prompt: it takes this command for a message.
  if (line === promptLine && command.ifPrompted !== undefined) {
    return { state, outputs: [{ type: 'write', octets: `${command.ifPrompted}${controlZ}` }] };
  }
  if (line === promptLine) return { state, outputs: command.payload === null ? [leavePrompt] : [] };
  if (command.freeText) return claim(false);
  return loose(state, line, false);
}

/** Whether a line means something by itself, so that it cannot be the second half of another. */
function isRecognised(state: LineState, line: string): boolean {
  if (isEcho(state, line) || matchUnsolicited(line) !== null || line === promptLine) return true;
  if (parseFinalResult(line, { numeric: true }) !== null) return true;
  const { phase } = state;
  return (
    (phase.name === 'awaiting-final' || phase.name === 'abandoned') && phase.command.prefixes.some((prefix) => line.startsWith(prefix))
  );
}

function isEcho(state: LineState, line: string): boolean {
  return state.echoes.includes(line);
}

/** The TPDU length that an unsolicited line announces, or null. Gemalto writes `+CMT: ,23` and `+CMT: 23`, ZTE `+CDS: ,23`. */
export function announcedOctets(line: string): number | null {
  let at = beforeBlanks(line, line.length);
  let value = 0;
  let weight = 1;
  for (; weight <= 100; weight *= 10) {
    const digit = line.charCodeAt(at - 1) - 0x30;
    if (!(digit >= 0 && digit <= 9)) break;
    value += digit * weight;
    at -= 1;
  }
  if (weight === 1) return null;
  at = beforeBlanks(line, at);
  return at === 0 || line[at - 1] === ',' || line[at - 1] === ':' ? value : null;
}

/** The end of what stands before `end`, blanks left out. */
function beforeBlanks(line: string, end: number): number {
  let at = end;
  while (at > 0 && line.charCodeAt(at - 1) <= 0x20) at -= 1;
  return at;
}

/** The octets of a PDU line that are not its service centre address, or null where the line is too short to tell. */
export function tpduOctets(pdu: string): number | null {
  if (!isHexLine(pdu)) return null;
  const rest = Math.floor(pdu.length / 2) - 1 - Number.parseInt(pdu.slice(0, 2), 16);
  return rest < 0 ? null : rest;
}
