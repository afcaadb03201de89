import { type DmMessageSummary, type ElementNode, formatXml } from '../dm/index.js';
import type { Diagnostic } from '../octets/index.js';
import type { Presented } from './present.js';

/**
 * Characters that are shown of a document for each of its octets, and those that are shown in any case. WBXML names elements in an octet and
 * repeats a string of its table in three, so that five thousand octets can stand for a megabyte; an honest message takes some ten.
 */
const charactersPerOctet = 32;
const leastCharacters = 65_536;
/** Characters of one text, such as a target; a node of a management tree has a few dozen. */
const mostOfText = 1024;
/** What a command or an item takes in JSON beside its texts. */
const bareCharacters = 70;

/** What is shown of a document, and what is said of that which is not. */
export interface BoundedContent {
  readonly shown: Presented;
  readonly diagnostics: readonly Diagnostic[];
}

const budgetOf = (octets: number): number => Math.max(leastCharacters, charactersPerOctet * octets);

function leftOut(message: string, offset: number): Diagnostic {
  return { code: 'bridge/left-out', message, offset };
}

/** `xml` of a document of so many octets: indented, on one line where it is too long for that, and else its beginning. */
export function boundedXml(root: ElementNode, octets: number, indented = formatXml(root, { indent: 2 })): BoundedContent {
  const most = budgetOf(octets);
  if (indented.length <= most) return { shown: { xml: indented }, diagnostics: [] };
  const whole = formatXml(root);
  if (whole.length <= most) return { shown: { xml: whole }, diagnostics: [] };
  const end = /[\uD800-\uDBFF]$/.test(whole.slice(0, most)) ? most - 1 : most;
  const message = `the document is ${whole.length} characters of XML, of which the first ${end} are shown`;
  return { shown: { xml: whole.slice(0, end), xmlLeftOut: whole.length - end }, diagnostics: [leftOut(message, root.offset)] };
}

/** `dm` of a message of so many octets. */
export function boundedSummary(summary: DmMessageSummary, root: ElementNode, octets: number): BoundedContent {
  let cut = 0;
  const bounded = (text: string | null): string | null => {
    if (text === null || text.length <= mostOfText) return text;
    cut += 1;
    return `${text.slice(0, mostOfText)}…`;
  };
  let left = budgetOf(octets);
  let itemsLeftOut = 0;
  const commands = summary.commands.flatMap(({ name, cmdId, items }) => {
    if (left <= 0) return [];
    left -= costOf([name, cmdId]);
    const listed = items.flatMap(({ target, source, format, type, size, preview }) => {
      if (left <= 0) return [];
      left -= costOf([target, source, format, type, preview]);
      return [{ target: bounded(target), source: bounded(source), format: bounded(format), type: bounded(type), size, preview }];
    });
    const more = items.length - listed.length;
    itemsLeftOut += more;
    return [{ name, cmdId: bounded(cmdId), items: listed, ...(more === 0 ? {} : { itemsLeftOut: more }) }];
  });
  const { kind, verDtd, verProto, sessionId, msgId } = summary;
  const head = { kind, verDtd: bounded(verDtd), verProto: bounded(verProto), sessionId: bounded(sessionId), msgId: bounded(msgId) };
  const commandsLeftOut = summary.commands.length - commands.length;
  const xml = boundedXml(root, octets, summary.xml);
  return {
    shown: { ...head, commands, ...(commandsLeftOut === 0 ? {} : { commandsLeftOut }), ...xml.shown },
    diagnostics: [
      ...(cut === 0 ? [] : [leftOut(`${cut} texts of the message are longer than ${mostOfText} characters and cut there`, root.offset)]),
      ...(commandsLeftOut === 0
        ? []
        : [leftOut(`there are ${summary.commands.length} commands, of which ${commands.length} are listed`, root.offset)]),
      ...(itemsLeftOut === 0 ? [] : [leftOut(`${itemsLeftOut} items of commands that are listed are not`, root.offset)]),
      ...xml.diagnostics,
    ],
  };
}

function costOf(texts: readonly (string | null)[]): number {
  return texts.reduce((sum, text) => sum + Math.min(text?.length ?? 4, mostOfText), bareCharacters);
}
