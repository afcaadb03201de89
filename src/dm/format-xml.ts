import { base64 } from './base64.js';
import type { DocumentNode, ElementNode, WbxmlDocument } from './document.js';

export interface FormatXmlOptions {
  /** Blanks for each level; 0 writes one line. */
  readonly indent?: number;
}

/** The target of the processing instructions that say how the text behind them is written. */
export const markTarget = 'wapbridge';
/** What follows is base64 for octets that are no text. */
const base64Mark = `<?${markTarget} base64?>`;
/** Each line feed in the text of this element stands for carriage return and line feed, which XML readers would make one line feed anyway. */
const crlfMark = `<?${markTarget} crlf?>`;
/** What follows is text: it ends base64, and keeps blanks that would pass for layout. */
const textMark = `<?${markTarget} text?>`;

/**
 * A document as XML: namespaces declared where they change, opaque text as CDATA, octets that are no text as base64 behind a mark, lines
 * that end in carriage return and line feed as lines behind a mark, documents inside it in their place. Reading it back gives the same document.
 */
export function formatXml(document: WbxmlDocument | ElementNode, options: FormatXmlOptions = {}): string {
  return formatElement('root' in document ? document.root : document, options);
}

/** One step of the writer's list of things still to do, the next last. */
type Step = { readonly node: DocumentNode; readonly namespace: string | null; readonly level: number; readonly crlf: boolean } | string;

/** An element as XML. */
export function formatElement(root: ElementNode, { indent = 0 }: FormatXmlOptions = {}): string {
  const out: string[] = [];
  const steps: Step[] = [{ node: root, namespace: null, level: 0, crlf: false }];
  for (let step = steps.pop(); step !== undefined; step = steps.pop()) {
    if (typeof step === 'string') out.push(step);
    else if (step.node.kind === 'element') writeElement(step.node, step.namespace, step.level, indent, out, steps);
    else if (step.node.kind === 'embedded') steps.push({ ...step, node: step.node.document.root });
    else if (step.node.kind === 'binary') out.push(base64Mark, base64(step.node.octets));
    else {
      const text = step.crlf ? step.node.text.replaceAll('\r\n', '\n') : step.node.text;
      out.push(step.node.kind === 'text' ? escapeText(text) : cdata(text));
    }
  }
  return out.join('');
}

function writeElement(element: ElementNode, namespace: string | null, level: number, indent: number, out: string[], steps: Step[]): void {
  const own = element.namespace ?? namespace;
  out.push('<', element.name);
  if (own !== null && own !== namespace) out.push(' xmlns="', escapeAttribute(own), '"');
  for (const { name, value } of element.attributes) out.push(' ', name, '="', escapeAttribute(value), '"');
  if (element.children.length === 0) {
    out.push('/>');
    return;
  }
  out.push('>');
  const { children } = element;
  let texts = 0;
  let crlf = false;
  for (const node of children) {
    if (node.kind === 'element' || node.kind === 'embedded') continue;
    texts += 1;
    if (node.kind !== 'binary' && node.text.includes('\r')) crlf = true;
  }
  crlf &&= children.every((node) => (node.kind !== 'text' && node.kind !== 'opaque-text') || hasCrlfOnly(node.text));
  if (crlf) out.push(crlfMark);
  const breaks = indent > 0 && texts === 0;
  steps.push(`${breaks ? newLine(level, indent) : ''}</${element.name}>`);
  for (let index = children.length - 1; index >= 0; index -= 1) {
    const node = children[index];
    if (node === undefined) continue;
    steps.push({ node, namespace: own, level: level + 1, crlf });
    const before = children[index - 1];
    if (breaks) steps.push(newLine(level + 1, indent));
    else if (node.kind === 'text' && (before?.kind === 'binary' || (texts < children.length && node.text.trim() === '')))
      steps.push(textMark);
  }
}

/** Whether every line ends in carriage return and line feed, so that one mark says so for all of them. */
function hasCrlfOnly(text: string): boolean {
  return !/\r(?!\n)|(?<!\r)\n/.test(text);
}

function newLine(level: number, indent: number): string {
  return `\n${' '.repeat(level * indent)}`;
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
  '\r': '&#13;',
  '\n': '&#10;',
  '\t': '&#9;',
};

/** Text content; a carriage return is written by number, since a reader would otherwise make it a line feed. */
function escapeText(text: string): string {
  return /[&<>"'\r]/.test(text) ? text.replace(/[&<>"'\r]/g, (character) => entities[character] ?? character) : text;
}

function escapeAttribute(text: string): string {
  return text.replace(/[&<>"'\r\n\t]/g, (character) => entities[character] ?? character);
}

function cdata(text: string): string {
  if (text.includes('\r')) return escapeText(text);
  return `<![CDATA[${text.replaceAll(']]>', ']]]]><![CDATA[>')}]]>`;
}
