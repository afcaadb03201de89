import { type JsonObject, numberAt, objectAt, objectsAt, textAt } from './json-view.js';
import type { Style } from './terminal.js';

const mostCommands = 6;
const mostHeaders = 12;

/** How much of a document is shown, and where the rest is to be seen. */
export interface DocumentView {
  readonly lines: number;
  readonly rest: string;
}

/** Where one message alone is asked for. */
const manyLines: DocumentView = { lines: 40, rest: '--json' };
/** Where others follow, as in `listen`; `rest` says where the whole is. */
export const fewLines = (rest: string): DocumentView => ({ lines: 12, rest });

/** What the body of a push says, one labelled line each, and its document: nothing where the DM layer has not read it. */
export function contentRows(facts: JsonObject, say: Say, view: DocumentView = manyLines): readonly string[] {
  const lines: string[] = [];
  const dm = objectAt(facts, 'dm');
  if (dm !== null) {
    const ids = `session ${textAt(dm, 'sessionId') ?? 'none'}, message ${textAt(dm, 'msgId') ?? 'none'}`;
    lines.push(...say('dm message', `${textAt(dm, 'kind')}, ${textAt(dm, 'verProto') ?? 'no version'}, ${ids}`));
    const commands = objectsAt(dm, 'commands');
    for (const command of commands.slice(0, mostCommands)) lines.push(...commandLines(command).flatMap((text) => say('', text)));
    const more = Math.max(0, commands.length - mostCommands) + (numberAt(dm, 'commandsLeftOut') ?? 0);
    if (more > 0) lines.push(...say('', `and ${more} commands more, see --json`));
    const xml = textAt(dm, 'xml');
    if (xml !== null && view.lines > 0) lines.push(...documentRows('document', xml, say, view));
  }
  const notification = objectAt(facts, 'notification');
  if (notification !== null) {
    const who = `${textAt(notification, 'serverId')}, session ${(numberAt(notification, 'sessionId') ?? 0).toString(16).toUpperCase()}`;
    const version = textAt(notification, 'version');
    const how = `${textAt(notification, 'uiMode')}, begun by the ${textAt(notification, 'initiator')}${version === null ? '' : `, version ${version}`}`;
    lines.push(...say('notification', `of ${who}, ${how}`));
    const own = (textAt(notification, 'vendorSpecific') ?? '').length / 2;
    if (own > 0) lines.push(...say('', `and ${own} octet${own === 1 ? '' : 's'} of the vendor's own`));
  }
  const content = objectAt(facts, 'content');
  if (content !== null) {
    const [kind, xml] = [textAt(content, 'kind') ?? '', textAt(content, 'xml')];
    const octets = numberAt(content, 'octets') ?? 0;
    const [headers, supl] = [objectsAt(content, 'headers'), objectAt(content, 'supl')];
    if (headers.length > 0) lines.push(...say('content', `${kind}, ${octets} octet${octets === 1 ? '' : 's'}`), ...mmsRows(headers, say));
    else if (supl !== null) lines.push(...say('content', `${kind}, ${octets} octet${octets === 1 ? '' : 's'}`), ...suplRows(supl, say));
    else if (xml === null) lines.push(...say('content', `${kind}, ${octets} octets, not read further`));
    else lines.push(...say('content', kind), ...documentRows('', xml, say, view));
  }
  const authentication = objectAt(facts, 'authentication');
  const result = textAt(authentication, 'result');
  if (authentication !== null && result !== null && result !== 'none') {
    const by = [textAt(authentication, 'method'), textAt(authentication, 'rule')].filter((word) => word !== null).join(', ');
    const weak = authentication.weak === true ? '; weak: the key can be found by trying' : '';
    lines.push(...say('vouched for', `${result}${by === '' ? '' : ` (${by})`}${weak}`, result === 'mac-ok' ? 'green' : 'yellow'));
  }
  return lines;
}

type Say = (label: string, text: string, style?: Style) => readonly string[];

/** Characters of one line of a document that are shown; a document that is too deep to be indented is one line. */
const mostOfLine = 800;

/** A document line by line as it is indented. */
function documentRows(label: string, xml: string, say: Say, { lines: most, rest }: DocumentView): readonly string[] {
  const all = xml.split(/\r?\n/);
  const whole = (line: string): readonly string[] =>
    line.length <= mostOfLine ? [line] : [line.slice(0, mostOfLine), `and ${line.length - mostOfLine} characters more, see ${rest}`];
  const lines = all.slice(0, most).flatMap((line, index) => whole(line).flatMap((part, at) => say(index + at === 0 ? label : '', part)));
  return all.length <= most
    ? lines
    : [...lines, ...say('', `and ${all.length - most} line${all.length === most + 1 ? '' : 's'} more, see ${rest}`)];
}

/** Header by header as it was sent; the type is in the name of the kind already. */
function mmsRows(headers: readonly JsonObject[], say: Say): readonly string[] {
  const shown = headers.filter((header) => textAt(header, 'name') !== 'X-Mms-Message-Type');
  const lines = shown.slice(0, mostHeaders).map((header) => `${textAt(header, 'name') ?? ''}: ${mmsValue(header)}`);
  if (shown.length > mostHeaders) lines.push(`and ${shown.length - mostHeaders} headers more, see --json`);
  return lines.flatMap((line) => say('', line));
}

/** Headers whose number counts seconds from sending. */
const timesFromSending: ReadonlySet<string> = new Set(['X-Mms-Expiry', 'X-Mms-Delivery-Time', 'X-Mms-Reply-Charging-Deadline']);

function mmsValue(header: JsonObject): string {
  const [name, text, number] = [textAt(header, 'name'), textAt(header, 'value'), numberAt(header, 'value')];
  if (number === null) return text ?? 'a text that cannot be read';
  if (name === 'X-Mms-Message-Size') return `${number} octet${number === 1 ? '' : 's'}`;
  return timesFromSending.has(name ?? '') ? `${number} s after sending` : String(number);
}

function suplRows(supl: JsonObject, say: Say): readonly string[] {
  const notification = objectAt(supl, 'notification');
  const quality = objectAt(supl, 'qualityOfPosition');
  const who = (member: string, word: string): readonly string[] => {
    const named = objectAt(notification, member);
    const type = textAt(named, 'type');
    return named === null ? [] : [`${word} ${textAt(named, 'name') ?? ''}${type === null ? '' : ` (${type})`}`];
  };
  const platform = textAt(supl, 'slpId');
  return [
    `version ${textAt(supl, 'version')}, session ${textAt(supl, 'slpSessionId') ?? 'none'}${platform === null ? '' : ` of ${platform}`}`,
    `position by ${textAt(supl, 'positionMethod')}, ${textAt(supl, 'slpMode')} mode`,
    ...(notification === null
      ? []
      : [`user: ${textAt(notification, 'type')}`, ...who('requestor', 'asked for by'), ...who('client', 'client')]),
    ...(textAt(supl, 'slpAddress') === null ? [] : [`to be answered at ${textAt(supl, 'slpAddress')}`]),
    ...(quality === null ? [] : [`horizontal accuracy ${numberAt(quality, 'horizontalAccuracy')}`]),
  ].flatMap((line) => say('', line));
}

function commandLines(command: JsonObject): readonly string[] {
  const name = textAt(command, 'name') ?? '';
  const items = objectsAt(command, 'items');
  if (items.length === 0) return [name];
  return items.slice(0, mostCommands).map((item) => {
    const where = textAt(item, 'target') ?? textAt(item, 'source') ?? '';
    const kind = [textAt(item, 'format'), textAt(item, 'type')].filter((word) => word !== null).join(' ');
    const size = numberAt(item, 'size');
    const data = size === null ? '' : ` ${size} octet${size === 1 ? '' : 's'}: ${textAt(item, 'preview') ?? ''}`;
    return `${name} ${where}${kind === '' ? '' : ` (${kind})`}${data}`;
  });
}
