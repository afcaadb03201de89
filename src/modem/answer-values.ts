import { announcedOctets, isHexLine, tpduOctets } from './line-protocol.js';

/** A message as +CMGR or +CMGL shows it. @see 3GPP TS 27.005 4.1, 4.2 */
export interface StoredMessage {
  /** 0 received unread, 1 received read, 2 stored unsent, 3 stored sent; null where the modem left it out. */
  readonly status: number | null;
  /** The announced TPDU length in octets, or null. */
  readonly tpduOctets: number | null;
  /** Upper-case hex, or the line as it stood where it was no hex. */
  readonly pdu: string;
}

/** The fields after `+NAME:`, quotes removed; commas inside quotes do not separate, unless a quote is missing. */
export function parseFields(line: string): readonly string[] {
  const body = line.slice(line.indexOf(':') + 1).trim();
  const fields: string[] = [];
  let field = '';
  let quoted = false;
  for (const character of body) {
    if (character === '"') quoted = !quoted;
    else if (character === ',' && !quoted) {
      fields.push(field.trim());
      field = '';
    } else field += character;
  }
  fields.push(field.trim());
  if (quoted) return body.split(',').map((each) => each.replaceAll('"', '').trim());
  return fields;
}

/** The information line that begins with a prefix, the last where there are several, or null. */
export function findLine(lines: readonly string[], prefix: string): string | null {
  return lines.findLast((line) => line.startsWith(prefix)) ?? null;
}

/**
 * The lists of a test command's answer: `+CPMS: ("ME","SM"),"ME",("SM")` is three. Wavecom puts all of them into one more bracket, Thuraya
 * separates with blanks.
 * @see 3GPP TS 27.007 4.3
 */
export function parseLists(line: string): readonly (readonly string[])[] {
  let body = line.slice(line.indexOf(':') + 1).trim();
  if (/^\(\s*\(.*\)\s*\)$/.test(body)) body = body.slice(1, -1);
  const lists: string[][] = [];
  for (const match of body.matchAll(/\(([^()]*)\)|"([^"]*)"|([^\s,()"]+)|,(?=\s*(?:,|$))/g)) {
    const [whole, inner, quotedWord, word] = match;
    if (inner !== undefined) lists.push(listItems(inner));
    else if (whole.startsWith(',')) lists.push([]);
    else lists.push([quotedWord ?? word ?? '']);
  }
  return lists;
}

/** What stands between the brackets of one list; where a quote is missing, commas and blanks alone separate. */
function listItems(inner: string): string[] {
  const paired = (inner.split('"').length - 1) % 2 === 0;
  const text = paired ? inner : inner.replaceAll('"', ' ');
  return [...text.matchAll(/"([^"]*)"|[^\s,"]+/g)].map((item) => item[1] ?? item[0]);
}

/** A list of numbers with ranges, `["0-2", "5"]`, written out; what is no number is passed over. */
export function expandNumbers(items: readonly string[]): readonly number[] {
  return items.flatMap((item) => {
    const range = /^(\d{1,3})(?:-(\d{1,3}))?$/.exec(item);
    if (range === null) return [];
    const from = Number(range[1]);
    const to = Number(range[2] ?? range[1]);
    return Array.from({ length: Math.max(0, to - from + 1) }, (_, step) => from + step);
  });
}

/** The answer of +CMGR; null for an empty slot, which modems show as an error, as nothing, or as a message without length. */
export function parseRead(lines: readonly string[]): StoredMessage | 'text-mode' | null {
  const at = lines.findIndex((line) => line.startsWith('+CMGR:'));
  const header = lines[at];
  if (header === undefined) return null;
  const fields = parseFields(header);
  if (/^[A-Z]/i.test(fields[0] ?? '')) return 'text-mode';
  // Some phones say the index before the status, and some nothing but the length, which no status can be.
  const lengthAlone = fields.length === 1 && Number(fields[0]) > 3;
  const indexFirst = fields.length > 3 && /^\d$/.test(fields[1] ?? '');
  const status = indexFirst ? fields[1] : lengthAlone ? undefined : fields[0];
  return message(status, fields.length > 1 || lengthAlone ? announcedOctets(header) : null, lines.slice(at + 1));
}

/** The answer of +CMGL, entry by entry; an entry that begins behind a PDU on the same line is found as well. */
export function parseListing(lines: readonly string[]): readonly (StoredMessage & { readonly index: number })[] | 'text-mode' {
  const found: (StoredMessage & { readonly index: number })[] = [];
  let header: readonly string[] | null = null;
  let announced: number | null = null;
  let candidates: string[] = [];
  const close = (): void => {
    if (header === null) return;
    const index = /^\d{1,6}$/.test(header[0] ?? '') ? Number(header[0]) : null;
    const entry = message(header[1], header.length > 2 ? announced : null, candidates);
    if (index !== null && entry !== null) found.push({ ...entry, index });
    candidates = [];
  };
  for (const line of lines.flatMap((each) => each.split(/(?=\+CMGL:)/))) {
    if (!line.startsWith('+CMGL:')) {
      candidates.push(line.trim());
      continue;
    }
    close();
    candidates = [];
    header = parseFields(line);
    announced = announcedOctets(line);
    if (/^[A-Z]/i.test(header[1] ?? '')) return 'text-mode';
  }
  close();
  return found;
}

function message(status: string | undefined, announced: number | null, candidates: readonly string[]): StoredMessage | null {
  // Some phones put `,0` behind the PDU.
  const lines = candidates.map((line) => line.replace(/,0$/, '')).filter((line) => line !== '');
  const hex = lines.filter(isHexLine);
  const pdu = hex.find((line) => tpduOctets(line) === announced) ?? joined(hex, announced) ?? hex[0] ?? lines[0];
  if (pdu === undefined || isFiller(pdu)) return null;
  return {
    status: /^\d$/.test(status ?? '') ? Number(status) : null,
    tpduOctets: announced,
    pdu: isHexLine(pdu) ? pdu.toUpperCase() : pdu,
  };
}

/** Lines that a PDU may be torn into: at 40 columns the longest has ten. */
const mostPieces = 16;

/** A PDU that was torn by other lines, or wrapped: the lines that have the announced octets together; null where none do. */
function joined(lines: readonly string[], announced: number | null): string | null {
  if (announced === null) return null;
  for (let from = 0; from < lines.length - 1; from += 1) {
    let pdu = lines[from] ?? '';
    for (let to = from + 1; to < Math.min(lines.length, from + mostPieces); to += 1) {
      pdu += lines[to] ?? '';
      const octets = tpduOctets(pdu) ?? 0;
      if (octets === announced && pdu.length % 2 === 0) return pdu;
      if (octets > announced) break;
    }
  }
  return null;
}

/** Whether a message has whole octets, and as many as were announced, as far as that can be told: a line that lost some has fewer. */
export function isWhole({ pdu, tpduOctets: announced }: Pick<StoredMessage, 'pdu' | 'tpduOctets'>): boolean {
  if (announced === null) return pdu.length % 2 === 0 || !isHexLine(pdu);
  return pdu.length % 2 === 0 && tpduOctets(pdu) === announced;
}

/** Siemens MC35i fills empty slots of the memory MT with FF. */
function isFiller(pdu: string): boolean {
  return /^(?:00)?(?:FF){8,}$/i.test(pdu);
}

/** The message type indicator of a PDU line: the two lowest bits behind the service centre address; null where there is none. @see 3GPP TS 23.040 9.2.3.1 */
export function messageType(pdu: string): number | null {
  if (!isHexLine(pdu)) return null;
  const at = (1 + Number.parseInt(pdu.slice(0, 2), 16)) * 2;
  const first = pdu.slice(at, at + 2);
  return first.length === 2 ? Number.parseInt(first, 16) & 3 : null;
}

/** Memory, in capital letters, and index of +CMTI and +CDSI; the index is null where the modem gave none that can be read. */
export function parseStoredIndication(line: string): { readonly memory: string; readonly index: number | null } | null {
  const [memory, index] = parseFields(line);
  if (memory === undefined || !/^[A-Z][A-Z_]{0,7}$/i.test(memory)) return null;
  return { memory: memory.toUpperCase(), index: index !== undefined && /^\d{1,6}$/.test(index) ? Number(index) : null };
}
