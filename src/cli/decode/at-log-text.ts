/** What one line of a log holds of the conversation with the modem. */
export interface LogText {
  /** Which way it went, where the log says so. */
  readonly way: 'from-modem' | 'to-modem' | null;
  readonly text: string;
  /** A piece of a stream (a dump, a trace): line ends are only those in the text itself. */
  readonly piece: boolean;
  /** Where the same talk stands in a log twice, in words and as a dump: which of the two this is. */
  readonly told: 'quoted' | 'dumped' | null;
}

const none: readonly LogText[] = [];

/** gammu's log formats with dates put this before every line. */
const gammuDate = /^[A-Z][a-z]{2} \d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d: /;
const gammuHead = /^(LAST SENT|SENDING|RECEIVED) frame type 0x[0-9A-F]{2}\/length (?:0x[0-9A-F]+\/)?(\d{1,6})\s*$/;
/** gammu shows what came as `3 "0791…"`, before the dump of the same. */
const gammuQuoted = /^\d{1,6} "(.*)"\s*$/;
const socatHead = /^([<>]) \d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d(?:\.\d+)?\s+length=(\d{1,6}) from=\d+ to=\d+\s*$/;
const socatDump = /^(?: [0-9a-f]{2})+\s*$/;
/** `00000000  41 54 0d 0a  |AT..|` and its relatives: pairs joined as xxd does, octal offsets as od does. */
const offsetDump = /^([0-9A-Fa-f]{4,8}):?\s{1,2}((?:(?:[0-9A-Fa-f]{2}){1,2}(?:\s{1,3}|$)){1,16})/;
/** Our own traces: `+0.038 < "\r\n> "`. */
const trace = /^\+\d+(?:\.\d+)? ([<>!]) ("(?:[^"\\]|\\.)*")\s*$/;

const toModem = /(?:-->|->|>>|\b(?:TX|SENT|SEND|SENDING|WRITE|WRITING|WROTE|OUT)\b|\bto modem\b)[\s:\])]*$/i;
const fromModem = /(?:<--|<-|<<|\b(?:RX|RECV|RECEIVED|RECEIVE|READ|READING|IN|GOT)\b|\bfrom modem\b)[\s:\])]*$/i;

/** Turns the lines of a log into what was said; it keeps what dumps need over several lines, and nothing more. */
export class LogReader {
  /** The dump that a head has announced. */
  #dump: { readonly way: LogText['way']; left: number } | null = null;
  #nextOffset = 0;
  /** Beside dumps and quoted lines gammu's logs hold only its own thoughts, in which it shows headers and PDUs again. */
  #isGammu = false;

  read(dated: string): readonly LogText[] {
    const line = dated.replace(gammuDate, '');
    const traced = trace.exec(line);
    if (traced !== null) {
      if (traced[1] === '!') return none;
      return [{ way: traced[1] === '>' ? 'to-modem' : 'from-modem', text: unquoted(traced[2] ?? ''), piece: true, told: null }];
    }
    const gammu = gammuHead.exec(line);
    if (gammu !== null) {
      this.#isGammu = true;
      return this.#head(gammu[1] === 'SENDING' ? 'to-modem' : gammu[1] === 'RECEIVED' ? 'from-modem' : null, gammu[2]);
    }
    const socat = socatHead.exec(line);
    if (socat !== null) return this.#head(socat[1] === '>' ? 'to-modem' : 'from-modem', socat[2]);
    const dump = this.#dump;
    if (dump !== null) {
      const octets = socatDump.test(line) ? pairOctets(line) : gammuOctets(line, Math.min(16, dump.left));
      if (octets !== null) {
        dump.left -= octets.length;
        if (dump.left <= 0) this.#dump = null;
        // What was sent last is shown again beside an error: it was said once.
        return dump.way === null ? none : [{ way: dump.way, text: octets, piece: true, told: 'dumped' }];
      }
    }
    const octets = this.#offsetOctets(line);
    if (octets !== null) return octets === '' ? none : [{ way: null, text: octets, piece: true, told: null }];
    const quoted = gammuQuoted.exec(line);
    if (quoted !== null) return [{ way: 'from-modem', text: unescaped(quoted[1] ?? ''), piece: false, told: 'quoted' }];
    return this.#isGammu ? none : [{ way: wayOf(line), text: unescaped(line), piece: false, told: null }];
  }

  #head(way: LogText['way'], octets: string | undefined): readonly LogText[] {
    this.#dump = { way, left: Number(octets) };
    return none;
  }

  /** Octets of a dump with offsets, which must follow on each other; other lines that begin with digits are no dump. */
  #offsetOctets(line: string): string | null {
    const match = offsetDump.exec(line);
    if (match === null) return null;
    const [, offset = '', pairs = ''] = match;
    if (Number.parseInt(offset, 16) !== this.#nextOffset && Number.parseInt(offset, 8) !== this.#nextOffset && !/^0+$/.test(offset))
      return null;
    const octets = pairOctets(pairs) ?? '';
    this.#nextOffset = (/^0+$/.test(offset) ? 0 : this.#nextOffset) + octets.length;
    return octets;
  }
}

/** The way a line names before what was said, if it does. */
function wayOf(line: string): LogText['way'] {
  const said = /AT[+^#*%$&]|\+C[A-Z]{2,3}:|"|\b[0-9A-Fa-f]{16}/i.exec(line);
  const before = (said === null ? line : line.slice(0, said.index)).slice(-64);
  if (fromModem.test(before)) return 'from-modem';
  return toModem.test(before) ? 'to-modem' : null;
}

/** A line of gammu's dump: four columns an octet, `41A|54T|0D `, then the characters once more. */
function gammuOctets(line: string, count: number): string | null {
  let text = '';
  for (let index = 0; index < count; index += 1) {
    const pair = line.slice(4 * index, 4 * index + 2);
    if (!/^[0-9A-F]{2}$/.test(pair)) return null;
    text += String.fromCharCode(Number.parseInt(pair, 16));
  }
  return text;
}

function pairOctets(pairs: string): string | null {
  const hex = pairs.replace(/\s+/g, '');
  if (hex.length === 0 || hex.length % 2 !== 0) return null;
  return Buffer.from(hex, 'hex').toString('latin1');
}

function unquoted(quoted: string): string {
  try {
    const value: unknown = JSON.parse(quoted.replace(/\\x([0-9A-Fa-f]{2})/g, '\\u00$1'));
    return typeof value === 'string' ? value : '';
  } catch (error) {
    if (error instanceof SyntaxError) return unescaped(quoted.slice(1, -1));
    throw error;
  }
}

const named: Readonly<Record<string, string>> = { CR: '\r', LF: '\n', NL: '\n', ESC: '\u001B' };
const notations =
  /\\([rnt])|\\x([0-9A-Fa-f]{2})|\\u00([0-9A-Fa-f]{2})|\\(0[0-3][0-7])|\^([A-Z[@])|[<[{](CR|LF|NL|ESC|SUB|EOF|ctrl-?z)[>\]}]|[<[](?:0x)?(0[AaDd]|1[AaBb])[>\]]/gi;

/** Control characters as logs spell them: `\r`, `\x0D`, `\015`, `^M`, `<CR>`, `[0D]`. */
function unescaped(text: string): string {
  if (!/[\\^<[{]/.test(text)) return text;
  return text.replace(
    notations,
    (whole, letter?: string, x?: string, u?: string, octal?: string, caret?: string, name?: string, boxed?: string) => {
      if (letter !== undefined) return { r: '\r', n: '\n', t: '\t' }[letter.toLowerCase()] ?? whole;
      const hex = x ?? u ?? boxed;
      if (hex !== undefined) return String.fromCharCode(Number.parseInt(hex, 16));
      if (octal !== undefined) return String.fromCharCode(Number.parseInt(octal, 8));
      if (caret !== undefined) return String.fromCharCode(caret.toUpperCase().charCodeAt(0) & 0x1f);
      return name === undefined ? whole : (named[name.toUpperCase()] ?? '\u001A');
    },
  );
}
