/** Header fields that have a one-letter form, by it. @see RFC 3261 7.3.3, 20; RFC 3841 9.2; RFC 6665 8.2.1 */
const compactForms: Readonly<Record<string, string>> = {
  a: 'accept-contact',
  c: 'content-type',
  e: 'content-encoding',
  f: 'from',
  i: 'call-id',
  j: 'reject-contact',
  k: 'supported',
  l: 'content-length',
  m: 'contact',
  o: 'event',
  s: 'subject',
  t: 'to',
  u: 'allow-events',
  v: 'via',
};

/** The name of a header field in lower case and in its long form. */
export function headerName(sent: string): string {
  const name = sent.toLowerCase();
  return name.length === 1 ? (compactForms[name] ?? name) : name;
}

const tokenPattern = /^[A-Za-z0-9\-.!%*_+`'~]+$/;

/** @see RFC 3261 25.1, token */
export function isToken(text: string): boolean {
  return tokenPattern.test(text);
}

/**
 * Cuts a value at a separator that stands outside quotation marks and angle brackets. What is not closed runs to the end.
 * @see RFC 3261 25.1
 */
export function splitOutside(value: string, separator: ',' | ';' | ' '): string[] {
  const pieces: string[] = [];
  let start = 0;
  let quoted = false;
  let bracketed = false;
  for (let at = 0; at < value.length; at += 1) {
    const character = value[at];
    if (quoted) {
      if (character === '\\') at += 1;
      else if (character === '"') quoted = false;
    } else if (character === '"') quoted = true;
    else if (character === '<') bracketed = true;
    else if (character === '>') bracketed = false;
    else if (character === separator && !bracketed) {
      pieces.push(trimBlanks(value.slice(start, at)));
      start = at + 1;
    }
  }
  pieces.push(trimBlanks(value.slice(start)));
  return pieces;
}

/**
 * A text without the blanks at its ends. Only space and tab are blanks: the last octet of a letter in UTF-8 may be what Latin-1 calls
 * a space.
 * @see RFC 3261 25.1, LWS
 */
export function trimBlanks(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && isBlank(text.charCodeAt(start))) start += 1;
  while (end > start && isBlank(text.charCodeAt(end - 1))) end -= 1;
  return text.slice(start, end);
}

function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x09;
}

/** A text without the blanks around each of its separators; takes time in step with its length. */
export function withoutBlanksAround(text: string, separator: string): string {
  return text.split(separator).map(trimBlanks).join(separator);
}

/** A quoted string without its marks and backslashes; any other text as it stands. @see RFC 3261 25.1, quoted-string */
export function unquoted(text: string): string {
  if (!text.startsWith('"')) return text;
  let plain = '';
  for (let at = 1; at < text.length && text[at] !== '"'; at += 1) {
    if (text[at] === '\\') at += 1;
    plain += text[at] ?? '';
  }
  return plain;
}

/** A text in quotation marks. */
export function quoted(text: string): string {
  return `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
}

/** Parameters by their names in lower case, without quotation marks; null where there is a name alone. The first of a name counts. */
export type Parameters = ReadonlyMap<string, string | null>;

/** Parameters from `name=value` pieces. */
export function parseParameters(pieces: readonly string[]): Parameters {
  const parameters = new Map<string, string | null>();
  for (const piece of pieces) {
    if (piece === '') continue;
    const equals = piece.indexOf('=');
    const name = trimBlanks(equals < 0 ? piece : piece.slice(0, equals)).toLowerCase();
    if (!parameters.has(name)) parameters.set(name, equals < 0 ? null : unquoted(trimBlanks(piece.slice(equals + 1))));
  }
  return parameters;
}

/** A whole number written in digits alone, with zeros before it or without; null for anything else, and above `most`. */
export function parseNumber(text: string | null | undefined, most: number): number | null {
  if (text === null || text === undefined || !/^[0-9]{1,1000}$/.test(text)) return null;
  const value = Number(text);
  return value <= most ? value : null;
}

/** A header value, whose characters are octets, as text: UTF-8 where it is that, else each octet a character. @see RFC 3261 7.3.1 */
export function textOf(value: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: all of ASCII is what is meant
  if (/^[\u0000-\u007f]*$/.test(value)) return value;
  const octets = Buffer.from(value, 'latin1');
  const text = octets.toString('utf8');
  return text.includes('\ufffd') ? value : text;
}

/** Text as a header value, whose characters are octets. */
export function octetsOf(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1');
}
