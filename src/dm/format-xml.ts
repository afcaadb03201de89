import { base64 } from './base64.js';
import type { DocumentNode, ElementNode, WbxmlDocument } from './document.js';

export interface FormatXmlOptions {
  /** Blanks for each level; 0 writes one line. */
  readonly indent?: number;
}

/** The target of the processing instruction that marks base64. */
export const base64Mark = '<?wapbridge base64?>';

/**
 * A document as XML: namespaces declared where they change, opaque text as CDATA, octets that are no text as base64 behind a mark,
 * documents inside it in their place. Reading it back gives the same document.
 */
export function formatXml(document: WbxmlDocument | ElementNode, options: FormatXmlOptions = {}): string {
  return formatElement('root' in document ? document.root : document, options);
}

/** One step of the writer's list of things still to do, the next last. */
type Step = { readonly node: DocumentNode; readonly namespace: string | null; readonly level: number } | string;

/** An element as XML. */
export function formatElement(root: ElementNode, { indent = 0 }: FormatXmlOptions = {}): string {
  const out: string[] = [];
  const steps: Step[] = [{ node: root, namespace: null, level: 0 }];
  for (let step = steps.pop(); step !== undefined; step = steps.pop()) {
    if (typeof step === 'string') out.push(step);
    else if (step.node.kind === 'element') writeElement(step.node, step.namespace, step.level, indent, out, steps);
    else if (step.node.kind === 'embedded') steps.push({ node: step.node.document.root, namespace: step.namespace, level: step.level });
    else if (step.node.kind === 'binary') out.push(base64Mark, base64(step.node.octets));
    else out.push(step.node.kind === 'text' ? escapeText(step.node.text) : cdata(step.node.text));
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
  const breaks = indent > 0 && element.children.every(({ kind }) => kind === 'element' || kind === 'embedded');
  steps.push(`${breaks ? newLine(level, indent) : ''}</${element.name}>`);
  for (const node of element.children.toReversed()) {
    steps.push({ node, namespace: own, level: level + 1 });
    if (breaks) steps.push(newLine(level + 1, indent));
  }
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
  return text.replace(/[&<>"'\r]/g, (character) => entities[character] ?? character);
}

function escapeAttribute(text: string): string {
  return text.replace(/[&<>"'\r\n\t]/g, (character) => entities[character] ?? character);
}

function cdata(text: string): string {
  if (text.includes('\r')) return escapeText(text);
  return `<![CDATA[${text.replaceAll(']]>', ']]]]><![CDATA[>')}]]>`;
}
