import type { Diagnostic } from '../octets/index.js';
import type { DocumentNode, ElementNode } from './document.js';
import { formatElement } from './format-xml.js';

/** One item of a command. */
export interface DmItem {
  readonly target: string | null;
  readonly source: string | null;
  readonly format: string | null;
  readonly type: string | null;
  /** Octets of its data; null where it has none. */
  readonly size: number | null;
  /** The beginning of its data. */
  readonly preview: string | null;
}

/** One command of a message. @see OMA-TS-SyncML_RepPro-V1_2 */
export interface DmCommand {
  readonly name: string;
  readonly cmdId: string | null;
  readonly items: readonly DmItem[];
}

/** What a DM message is about, in a screen. */
export interface DmMessageSummary {
  readonly kind: 'bootstrap' | 'sessionless' | 'alert' | 'other';
  readonly verDtd: string | null;
  readonly verProto: string | null;
  readonly sessionId: string | null;
  readonly msgId: string | null;
  readonly commands: readonly DmCommand[];
  readonly xml: string;
}

/** What is told beside the document: how it was sent. */
export interface DmMessageContext {
  readonly form: 'wbxml' | 'xml';
  /** The content type had SEC or MAC. */
  readonly secured: boolean;
}

const commandNames = new Set([
  'Add',
  'Alert',
  'Atomic',
  'Copy',
  'Delete',
  'Exec',
  'Get',
  'Map',
  'Move',
  'Put',
  'Replace',
  'Results',
  'Search',
  'Sequence',
  'Status',
  'Sync',
]);
const previewCharacters = 60;

/** Tells what a SyncML document says; what does not follow the standard becomes a diagnostic with its clause. */
export function describeDmMessage(
  root: ElementNode,
  context: DmMessageContext,
): { readonly summary: DmMessageSummary; readonly diagnostics: readonly Diagnostic[] } {
  const header = child(root, 'SyncHdr');
  const body = child(root, 'SyncBody');
  const commands = body === undefined ? [] : commandsIn(body);
  const summary: DmMessageSummary = {
    kind: 'other',
    verDtd: textOfChild(header, 'VerDTD'),
    verProto: textOfChild(header, 'VerProto'),
    sessionId: textOfChild(header, 'SessionID'),
    msgId: textOfChild(header, 'MsgID'),
    commands: commands.map(describeCommand),
    xml: formatElement(root, { indent: 2 }),
  };
  const kind = kindOf(summary, context);
  return { summary: { ...summary, kind }, diagnostics: complaints({ ...summary, kind }, root, context) };
}

/**
 * A bootstrap is secured by its content type, or begins a management account before any session (SessionID and MsgID 0). A message
 * of DM 1.3 that stands alone is sessionless; its own header rules were not at hand, so that it is not judged by its session id.
 */
function kindOf(summary: DmMessageSummary, { secured }: DmMessageContext): DmMessageSummary['kind'] {
  const own = summary.commands.filter(({ name }) => name !== 'Status' && name !== 'Results');
  if (secured || (summary.sessionId === '0' && summary.msgId === '0')) return 'bootstrap';
  if (own.length > 0 && own.every(({ name }) => name === 'Alert')) return 'alert';
  return summary.verProto === 'DM/1.3' && own.length > 0 ? 'sessionless' : 'other';
}

function complaints(summary: DmMessageSummary, root: ElementNode, { form }: DmMessageContext): readonly Diagnostic[] {
  const found: Diagnostic[] = [];
  const say = (code: Diagnostic['code'], message: string): void => {
    found.push({ code, message, offset: root.offset });
  };
  if (root.name !== 'SyncML')
    say('dm/not-a-dm-message', `the document element is <${root.name}>, a DM message begins with <SyncML> (OMA-TS-DM_RepPro-V1_2_1)`);
  if (summary.kind === 'bootstrap' && form === 'xml')
    say('dm/bootstrap-in-xml', 'a bootstrap is sent as WBXML (OMA-TS-DM_Bootstrap-V1_2_1)');
  const targets = summary.commands.flatMap(({ items }) => items.map(({ target }) => target));
  if (summary.kind === 'bootstrap' && !targets.includes('./Inbox')) {
    say('dm/bootstrap-without-inbox', 'no command of the bootstrap is for ./Inbox (OMA-TS-DM_Bootstrap-V1_2_1)');
  }
  return found;
}

function commandsIn(body: ElementNode): ElementNode[] {
  const found: ElementNode[] = [];
  const open: ElementNode[] = [body];
  for (let element = open.pop(); element !== undefined; element = open.pop()) {
    if (element !== body) found.push(element);
    const nested = element === body || element.name === 'Atomic' || element.name === 'Sequence' || element.name === 'Sync';
    if (nested)
      open.push(
        ...elements(element)
          .filter(({ name }) => commandNames.has(name))
          .toReversed(),
      );
  }
  return found;
}

function describeCommand(command: ElementNode): DmCommand {
  const meta = child(command, 'Meta');
  return {
    name: command.name,
    cmdId: textOfChild(command, 'CmdID'),
    items: elements(command)
      .filter(({ name }) => name === 'Item')
      .map((item) => describeItem(item, meta)),
  };
}

function describeItem(item: ElementNode, commandMeta: ElementNode | undefined): DmItem {
  const meta = child(item, 'Meta');
  const data = child(item, 'Data');
  const value = data === undefined ? null : contentOf(data);
  return {
    target: textOfChild(child(item, 'Target'), 'LocURI'),
    source: textOfChild(child(item, 'Source'), 'LocURI'),
    format: metaText(meta, 'Format') ?? metaText(commandMeta, 'Format'),
    type: metaText(meta, 'Type') ?? metaText(commandMeta, 'Type'),
    size: value === null ? null : value.size,
    preview: value === null ? null : value.preview,
  };
}

/** A MetInf element may stand in Meta itself or in a MetInf inside it. */
function metaText(meta: ElementNode | undefined, name: string): string | null {
  if (meta === undefined) return null;
  return textOfChild(meta, name) ?? textOfChild(child(meta, 'MetInf'), name);
}

function contentOf(data: ElementNode): { readonly size: number; readonly preview: string } {
  let size = 0;
  let preview = '';
  for (const node of data.children) {
    const text = nodeText(node);
    size += node.kind === 'binary' ? node.octets.length : new TextEncoder().encode(text).length;
    preview += text;
  }
  return { size, preview: preview.length > previewCharacters ? `${preview.slice(0, previewCharacters)}…` : preview };
}

function nodeText(node: DocumentNode): string {
  if (node.kind === 'text' || node.kind === 'opaque-text') return node.text;
  if (node.kind === 'binary') return `(${node.octets.length} octets)`;
  return formatElement(node.kind === 'element' ? node : node.document.root);
}

function elements(parent: ElementNode): readonly ElementNode[] {
  return parent.children.filter((node) => node.kind === 'element');
}

function child(parent: ElementNode | undefined, name: string): ElementNode | undefined {
  return parent === undefined ? undefined : elements(parent).find((element) => element.name === name);
}

function textOfChild(parent: ElementNode | undefined, name: string): string | null {
  const found = child(parent, name);
  return found === undefined ? null : found.children.map(nodeText).join('');
}
