import { OctetWriter } from '../octets/index.js';
import { dateGrammar, type Grammar, versionGrammar } from './grammar.js';
import { formatPiece, type Segment } from './structured-text.js';
import { enter, hasMore, type ParsedLine, parseHead, readParameters, writeParameters } from './structured-values.js';
import type { ValueReader } from './value-reader.js';
import { writeCounted, writeShortInteger, writeText, writeUintvar } from './value-writer.js';

const basic = 'Basic';
const nothing: ParsedLine = { head: [], rest: [] };

/** Credentials: `Basic user password`, or a scheme with parameters. @see WAP-230-WSP 8.4.2.14 */
export const credentialsGrammar: Grammar = {
  read: (reader) => {
    enter(reader);
    if (reader.peek() < 0x80) return formatPiece(reader.text()) + readParameters(reader);
    if (reader.shortInteger() !== 0) reader.misfit();
    const user = reader.text();
    return `${basic} ${formatPiece(user)} ${formatPiece(reader.text())}`;
  },
  write: (writer, value) => {
    const { head, rest } = parseHead(value, ';') ?? nothing;
    const [scheme, user, password, ...more] = head;
    if (scheme === undefined || more.length > 0) return false;
    return writeCounted(writer, (inner) => {
      if (user === undefined) return writeText(inner, scheme.text) && writeParameters(inner, rest);
      if (scheme.text !== basic || password === undefined || rest.length > 0) return false;
      return writeShortInteger(inner, 0) && writeText(inner, user.text) && writeText(inner, password.text);
    });
  },
};

/** A challenge: scheme and realm, with parameters where the scheme is not Basic. @see WAP-230-WSP 8.4.2.14 */
export const challengeGrammar: Grammar = {
  read: (reader) => {
    enter(reader);
    if (reader.peek() < 0x80) {
      const scheme = formatPiece(reader.text());
      return `${scheme} ${formatPiece(reader.text())}${readParameters(reader)}`;
    }
    if (reader.shortInteger() !== 0) reader.misfit();
    return `${basic} ${formatPiece(reader.text())}`;
  },
  write: (writer, value) => {
    const { head, rest } = parseHead(value, ';') ?? nothing;
    const [scheme, realm, ...more] = head;
    if (scheme === undefined || realm === undefined || more.length > 0) return false;
    return writeCounted(writer, (inner) => {
      if (scheme.text === basic && rest.length === 0) return writeShortInteger(inner, 0) && writeText(inner, realm.text);
      return writeText(inner, scheme.text) && writeText(inner, realm.text) && writeParameters(inner, rest);
    });
  },
};

const warningCodes: readonly (readonly [number, number])[] = [
  [10, 110],
  [11, 111],
  [12, 112],
  [13, 113],
  [14, 214],
  [99, 199],
];

function warningOf(code: number): number {
  return warningCodes.find(([wire]) => wire === code)?.[1] ?? code;
}

function wireWarning(warning: number): number {
  if (warning === 299) return 99;
  return warningCodes.find(([, http]) => http === warning)?.[0] ?? warning;
}

/** Warning: the HTTP code, alone or with who warns and the text. 99 stands for 199 and 299 alike. @see WAP-230-WSP 8.4.2.47 */
export const warningGrammar: Grammar = {
  read: (reader) => {
    if (reader.peek() >= 0x80) return warningOf(reader.shortInteger());
    enter(reader);
    const code = warningOf(reader.shortInteger());
    const agent = reader.text();
    return `${code} ${formatPiece(agent)} ${formatPiece(reader.text())}`;
  },
  write: (writer, value) => {
    if (typeof value === 'number') return writeShortInteger(writer, wireWarning(value));
    const { head, rest } = parseHead(value, ';') ?? nothing;
    const [code, agent, text, ...more] = head;
    if (code === undefined || agent === undefined || text === undefined || more.length + rest.length > 0) return false;
    return writeCounted(
      writer,
      (inner) => writeShortInteger(inner, wireWarning(Number(code.text))) && writeText(inner, agent.text) && writeText(inner, text.text),
    );
  },
};

/** Profile-Warning: 100 to 203 as CC/PP counts them, alone or with what it is about and dates. @see WAP-230-WSP 8.4.2.61 */
export const profileWarningGrammar: Grammar = {
  read: (reader) => {
    if (reader.peek() >= 0x80) return profileWarningOf(reader);
    enter(reader);
    const code = profileWarningOf(reader);
    let text = `${code} ${formatPiece(reader.text())}`;
    while (hasMore(reader)) text += ` ${formatPiece(dateGrammar.read(reader))}`;
    return text;
  },
  write: (writer, value) => {
    if (typeof value === 'number') return writeProfileWarning(writer, value);
    const { head, rest } = parseHead(value, ';') ?? nothing;
    const [code, target, ...dates] = head;
    if (code === undefined || target === undefined || rest.length > 0) return false;
    return writeCounted(
      writer,
      (inner) =>
        writeProfileWarning(inner, Number(code.text)) &&
        writeText(inner, target.text) &&
        dates.every((date) => dateGrammar.write(inner, date.text)),
    );
  },
};

function profileWarningOf(reader: ValueReader): number {
  const code = reader.shortInteger();
  if (code < 0x10 || (code & 0x0f) > 9) reader.misfit();
  return (code >> 4) * 100 + (code & 0x0f);
}

function writeProfileWarning(writer: OctetWriter, warning: number): boolean {
  const low = warning % 100;
  return Number.isInteger(warning) && low <= 9 && warning >= 100 && writeShortInteger(writer, (Math.floor(warning / 100) << 4) | low);
}

/** Set-Cookie: version, name and value, with parameters. @see WAP-230-WSP, Set-Cookie */
export const setCookieGrammar: Grammar = {
  read: (reader) => {
    enter(reader);
    const version = formatPiece(versionGrammar.read(reader));
    const name = formatPiece(reader.text());
    return `${version} ${name} ${formatPiece(reader.text())}${readParameters(reader)}`;
  },
  write: (writer, value) => {
    const { head, rest } = parseHead(value, ';') ?? nothing;
    const [version, name, text, ...more] = head;
    if (version === undefined || name === undefined || text === undefined || more.length > 0) return false;
    return writeCounted(
      writer,
      (inner) =>
        versionGrammar.write(inner, version.text) &&
        writeText(inner, name.text) &&
        writeText(inner, text.text) &&
        writeParameters(inner, rest),
    );
  },
};

/** Cookie: version, then name, value, path and domain of each. @see WAP-230-WSP, Cookie */
export const cookieGrammar: Grammar = {
  read: (reader) => {
    enter(reader);
    let text = formatPiece(versionGrammar.read(reader));
    while (hasMore(reader)) {
      const length = reader.uintvar();
      const outerEnd = reader.end;
      if (length < 2 || length > outerEnd - reader.position) reader.misfit();
      else {
        reader.end = reader.position + length;
        text += `, ${formatPiece(reader.text())} ${formatPiece(reader.text())}`;
        for (let more = 0; more < 2 && hasMore(reader); more += 1) text += ` ${formatPiece(reader.text())}`;
        if (hasMore(reader)) reader.misfit();
        reader.end = outerEnd;
      }
    }
    return text;
  },
  write: (writer, value) => {
    const { head, rest } = parseHead(value, ',') ?? nothing;
    const [version, ...more] = head;
    if (version === undefined || more.length > 0) return false;
    return writeCounted(writer, (inner) => versionGrammar.write(inner, version.text) && rest.every((cookie) => writeCookie(inner, cookie)));
  },
};

function writeCookie(writer: OctetWriter, { pieces, value }: Segment): boolean {
  if (value !== null || pieces.length < 2 || pieces.length > 4) return false;
  const inner = new OctetWriter(64);
  if (!pieces.every(({ text }) => writeText(inner, text)) || !writeUintvar(writer, inner.length)) return false;
  writer.bytes(inner.toOctets());
  return true;
}
