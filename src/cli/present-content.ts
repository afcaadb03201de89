import { type JsonObject, numberAt, objectAt, objectsAt, textAt } from './json-view.js';
import type { Style } from './terminal.js';

const mostCommands = 6;

/** What the body of a push says, one labelled line each: nothing where the DM layer has not read it. */
export function contentRows(facts: JsonObject, say: (label: string, text: string, style?: Style) => readonly string[]): readonly string[] {
  const lines: string[] = [];
  const dm = objectAt(facts, 'dm');
  if (dm !== null) {
    const ids = `session ${textAt(dm, 'sessionId') ?? 'none'}, message ${textAt(dm, 'msgId') ?? 'none'}`;
    lines.push(...say('dm message', `${textAt(dm, 'kind')}, ${textAt(dm, 'verProto') ?? 'no version'}, ${ids}`));
    const commands = objectsAt(dm, 'commands');
    for (const command of commands.slice(0, mostCommands)) lines.push(...commandLines(command).flatMap((text) => say('', text)));
    if (commands.length > mostCommands) lines.push(...say('', `and ${commands.length - mostCommands} commands more, see --json`));
  }
  const notification = objectAt(facts, 'notification');
  if (notification !== null) {
    const who = `${textAt(notification, 'serverId')}, session ${(numberAt(notification, 'sessionId') ?? 0).toString(16).toUpperCase()}`;
    lines.push(...say('notification', `of ${who}, ${textAt(notification, 'uiMode')}, begun by the ${textAt(notification, 'initiator')}`));
  }
  const content = objectAt(facts, 'content');
  if (content !== null) {
    const [kind, xml] = [textAt(content, 'kind') ?? '', textAt(content, 'xml')];
    if (xml === null) lines.push(...say('content', `${kind}, ${numberAt(content, 'octets') ?? 0} octets, not read further`));
    else lines.push(...say(kind.slice(0, 14), xml));
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
