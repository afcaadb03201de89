import { LogReader, type LogText } from './at-log-text.js';

/** A PDU found in a log. */
export interface FoundPdu {
  /** Line of the log on which it began. */
  readonly line: number;
  /** Hex digits as they stood. */
  readonly hex: string;
  readonly direction: 'from-modem' | 'to-modem';
  /** With the service centre's address before the TPDU, without it, or a page of a cell broadcast. */
  readonly form: 'pdu-mode' | 'tpdu' | 'cell-broadcast';
  /** TPDU octets that the log announced; null where it announced none. */
  readonly announced: number | null;
  /** Whether the announced length is that of what was found; null where none was announced. */
  readonly fits: boolean | null;
}

/** What the last header promised: a PDU on a line to come. */
interface Promised {
  readonly direction: 'from-modem' | 'to-modem';
  /** It lay in a memory, where the message's own type tells more than the status that a modem gives it. */
  readonly stored: boolean;
  /** Who says it: what is written to storage as received goes to the modem too. */
  readonly way: 'from-modem' | 'to-modem';
  readonly announced: number | null;
  readonly cellBroadcast: boolean;
  /** The line behind the answer to +CMGR or +CMGL that stands where its PDU should, though it is none. */
  instead: { readonly hex: string; readonly line: number } | null;
  /** Digits so far of a PDU that does not fit, or not yet. */
  held: { readonly hex: string; readonly line: number } | null;
  linesLeft: number;
}

/** How many lines of other talk may stand between a header and its PDU. */
const patience = 12;
const longestLine = 4096;
/** Without an announced length shorter runs of digits are taken for numbers, times and identities. */
const leastDigits = 20;

const delivered = /\+(CMT|CDS|CBM):\s*([^\r\n]*)/;
/**
 * `+CMGR: <stat>,[<alpha>],<length>` and `+CMGL: <index>,<stat>,[<alpha>],<length>`, also as modems say them that leave out the name, the
 * status or both, or that repeat the index in +CMGR. The length comes last.
 */
const fromMemory = /\+CMG([RL]):\s*((?:\d{0,4}\s*,\s*(?:(?:"[^"]{0,64}"|[^",]{0,64})\s*,\s*){0,3})?)(\d{1,3})(?!\d|\s*,)/;
const textStatus = /\b(?:REC|STO)\s*(?:UN)?(?:READ|SENT)\b/i;
const written = /AT\+(CMGS|CMGW|CMGC|CNMA)\s*=\s*(\d+)(?:\s*,\s*(\d+))?/i;
const final = /^(?:OK|ERROR|\+CM[SE] ERROR:.*|NO CARRIER|ABORTED)$/;

/** Finds the PDUs in what a terminal program, a log or a dump shows of a modem. One line at a time; memory does not grow with the log. */
export class AtLogReader {
  readonly #log = new LogReader();
  readonly #pieces = new Map<LogText['way'], { text: string; line: number }>();
  #promised: Promised | null = null;
  #lastWritten: string | null = null;
  /** Lines told since the last command, by how they were told: a log that tells everything twice counts once. */
  #told = { quoted: new Map<string, number>(), dumped: new Map<string, number>() };

  /** The PDUs that are certain once this line is known. */
  read(number: number, line: string): readonly FoundPdu[] {
    const found: FoundPdu[] = [];
    for (const said of this.#log.read(line)) {
      if (said.piece) this.#readPiece(said, number, found);
      else this.#readLines(said.text, said, number, found);
    }
    return found;
  }

  /** What is still held when the log ends. */
  end(): readonly FoundPdu[] {
    const found: FoundPdu[] = [];
    for (const [way, { text, line }] of this.#pieces) if (text !== '') this.#readLines(text, { way, told: null }, line, found);
    this.#pieces.clear();
    this.#giveUp(found);
    return found;
  }

  #readPiece(said: LogText, number: number, found: FoundPdu[]): void {
    let { text, line } = this.#pieces.get(said.way) ?? { text: '', line: number };
    // Ctrl-Z ends a PDU that goes out as a line end does others; a prompt has none.
    for (const part of said.text.replaceAll('\u001A', '\r').split(/(?<=[\r\n])/)) {
      if (text === '') line = number;
      // No line that holds a PDU is near this long; what is has no line ends and is let go.
      text = text.length > longestLine ? part : text + part;
      if (text.endsWith('\r') || text.endsWith('\n')) {
        this.#readLines(text, said, line, found);
        text = '';
      }
    }
    this.#pieces.set(said.way, { text, line });
  }

  #readLines(text: string, said: Pick<LogText, 'way' | 'told'>, number: number, found: FoundPdu[]): void {
    for (const piece of text.split(/[\r\n]+/)) {
      const line = piece.trim().slice(0, longestLine);
      if (line !== '' && !this.#toldBefore(line, said)) this.#readLine(line, said.way, number, found);
    }
  }

  #toldBefore(line: string, { way, told }: Pick<LogText, 'way' | 'told'>): boolean {
    if (told === null) return false;
    if (way === 'to-modem') {
      this.#told = { quoted: new Map(), dumped: new Map() };
      return false;
    }
    const own = this.#told[told];
    const times = (own.get(line) ?? 0) + 1;
    if (own.size > 1024) own.clear();
    own.set(line, times);
    return times <= (this.#told[told === 'quoted' ? 'dumped' : 'quoted'].get(line) ?? 0);
  }

  #readLine(line: string, way: LogText['way'], number: number, found: FoundPdu[]): void {
    const header = promiseOf(line);
    if (header !== null) {
      // The echo of a command that was seen going out promises nothing new.
      if (way === 'from-modem' && header.promised.way === 'to-modem' && this.#lastWritten !== null) return;
      this.#giveUp(found);
      this.#promised = header.promised;
      if (header.promised.way === 'to-modem') this.#lastWritten = null;
      if (header.rest !== '') this.#take(header.rest, way, number, found);
      return;
    }
    if (final.test(line)) {
      this.#giveUp(found);
      this.#lastWritten = null;
      return;
    }
    this.#take(line, way, number, found);
  }

  #take(line: string, way: LogText['way'], number: number, found: FoundPdu[]): void {
    let promised = this.#promised;
    if (promised === null) {
      // A prompt with octets after it is a PDU going out, also where the log begins after the command.
      const prompted = /(?:^|[\s"'])>\s*((?:[0-9A-Fa-f]{2}){10,})/.exec(line);
      if (prompted === null || prompted[1] === this.#lastWritten) return;
      promised = {
        direction: 'to-modem',
        stored: false,
        way: 'to-modem',
        announced: null,
        cellBroadcast: false,
        instead: null,
        held: null,
        linesLeft: 1,
      };
      this.#promised = promised;
    }
    const otherWay = way !== null && way !== promised.way;
    const digits = otherWay ? null : candidate(line, promised);
    if (digits === null) {
      if (promised.stored && !otherWay && resemblesPdu(line)) promised.instead ??= { hex: line, line: number };
      promised.linesLeft -= 1;
      if (promised.linesLeft <= 0) this.#giveUp(found);
      return;
    }
    const joined = promised.held === null ? digits : promised.held.hex + digits;
    const at = promised.held?.line ?? number;
    if (formOf(digits, promised) !== null) this.#emit(digits, number, promised, found);
    else if (promised.held !== null && formOf(joined, promised) !== null) this.#emit(joined, at, promised, found);
    else if (promised.announced === null) this.#emit(digits, number, promised, found);
    else if (promised.held === null) promised.held = { hex: digits, line: number };
    // A PDU wrapped over several lines grows until it fits.
    else if (joined.length < 2 * (promised.announced + 13)) promised.held = { hex: joined, line: at };
  }

  #emit(hex: string, line: number, promised: Promised, found: FoundPdu[]): void {
    const form = formOf(hex, promised);
    found.push({
      line,
      hex,
      direction: promised.stored ? storedDirection(hex, form, promised.direction) : promised.direction,
      form: form ?? (promised.cellBroadcast ? 'cell-broadcast' : 'pdu-mode'),
      announced: promised.announced,
      fits: promised.announced === null ? null : form !== null,
    });
    if (promised.way === 'to-modem') this.#lastWritten = hex;
    this.#promised = null;
  }

  /** Nothing better came: what was held is what there is. */
  #giveUp(found: FoundPdu[]): void {
    const promised = this.#promised;
    this.#promised = null;
    const held = promised?.held ?? promised?.instead ?? null;
    if (promised !== null && held !== null) this.#emit(held.hex, held.line, promised, found);
  }
}

function promiseOf(line: string): { readonly promised: Promised; readonly rest: string } | null {
  const make = (
    way: Promised['way'],
    direction: Promised['direction'],
    announced: number | null,
    rest: string,
    { cellBroadcast = false, stored = false } = {},
  ) => ({
    promised: { direction, stored, way, announced, cellBroadcast, instead: null, held: null, linesLeft: patience },
    rest: rest.trim(),
  });
  const after = (match: RegExpExecArray): string => line.slice(match.index + match[0].length);

  const memory = fromMemory.exec(line);
  if (memory !== null) {
    const [, answer, before = '', length] = memory;
    if (textStatus.test(before)) return null;
    const fields = before
      .replace(/"[^"]*"/g, '')
      .split(',')
      .slice(0, -1);
    const status = answer === 'L' || (fields.length > 2 && /^\s*\d\s*$/.test(fields[1] ?? '')) ? fields[1] : fields[0];
    const composed = Number(status ?? 0) >= 2;
    return make('from-modem', composed ? 'to-modem' : 'from-modem', Number(length), after(memory), { stored: true });
  }
  const direct = delivered.exec(line);
  if (direct !== null) {
    const fields = direct[2] ?? '';
    // Text mode announces sender and time in quotes, and its next line is text.
    const length = /^(?:(?:"[^"]*"|[^",]*),)?\s*(\d{1,3})(?!\d|\s*,)/.exec(fields);
    if (length === null) return null;
    return make('from-modem', 'from-modem', Number(length[1]), fields.slice(length[0].length), { cellBroadcast: direct[1] === 'CBM' });
  }
  const command = written.exec(line);
  if (command !== null) {
    const [, name = '', first, second] = command;
    if (name.toUpperCase() === 'CNMA') return second === undefined ? null : make('to-modem', 'to-modem', Number(second), after(command));
    // A message written to storage as received (status 0 or 1) reads like one from the network.
    const received = name.toUpperCase() === 'CMGW' && second !== undefined && Number(second) < 2;
    return make('to-modem', received ? 'from-modem' : 'to-modem', Number(first), after(command));
  }
  return null;
}

/** The digits of a line that may be the PDU promised: those that fit, else the longest run. */
function candidate(line: string, promised: Promised): string | null {
  // A line that was wrapped or cut off may hold half an octet.
  const runs: string[] = line.match(/(?<![0-9A-Za-z])[0-9A-Fa-f]{2,}(?=$|[^0-9A-Za-z])/g) ?? [];
  // Octets with blanks between them, on a line that holds nothing else.
  if (/^(?:>\s*)?(?:[0-9A-Fa-f]{2}\s+){7,}[0-9A-Fa-f]{2}\W*$/.test(line)) runs.push(line.replace(/[^0-9A-Fa-f]/g, ''));
  const fitting = runs.find((run) => formOf(run, promised) !== null);
  if (fitting !== undefined) return fitting;
  const longest = runs.reduce((best, run) => (run.length > best.length ? run : best), '');
  const alone = longest.length * 2 > line.length;
  const least = promised.held === null ? (promised.announced === null ? leastDigits : Math.min(leastDigits, 2 * promised.announced)) : 2;
  return alone && longest.length >= least ? longest : null;
}

/** A line of nearly nothing but hex digits, some of which a modem or its memory has spoiled. */
function resemblesPdu(line: string): boolean {
  return line.length >= 12 && !/\s/.test(line) && line.replace(/[^0-9A-Fa-f]/g, '').length > line.length * 0.8;
}

/** How digits hold what was announced: the service centre's address counts, by 3GPP TS 27.005, not into the length. */
function formOf(hex: string, { announced, cellBroadcast }: Promised): FoundPdu['form'] | null {
  if (announced === null) return null;
  const octets = hex.length / 2;
  if (cellBroadcast) return octets === announced ? 'cell-broadcast' : null;
  const serviceCentre = Number.parseInt(hex.slice(0, 2), 16);
  if (serviceCentre <= 12 && octets - 1 - serviceCentre === announced) return 'pdu-mode';
  return octets === announced ? 'tpdu' : null;
}

/**
 * Which way a message went that lies in a memory. Reports on messages that are being delivered or submitted are never stored, so their
 * type bits mean the messages themselves there. A command and a status report have the same bits: the status says which, unless the octets
 * are no command.
 * @see 3GPP TS 23.040 9.2.3.1, 3GPP TS 27.005 3.1
 */
function storedDirection(hex: string, form: FoundPdu['form'] | null, byStatus: Promised['direction']): Promised['direction'] {
  const octet = (index: number): number => Number.parseInt(hex.slice(2 * index, 2 * index + 2), 16);
  const at = form === 'tpdu' ? 0 : 1 + octet(0);
  const type = octet(at) & 3;
  if (Number.isNaN(octet(at))) return byStatus;
  if (type !== 2) return type === 1 ? 'to-modem' : 'from-modem';
  if (byStatus === 'from-modem') return byStatus;
  const dataLength = at + 7 + Math.ceil(octet(at + 5) / 2);
  return hex.length / 2 === dataLength + 1 + octet(dataLength) ? 'to-modem' : 'from-modem';
}
