import { spawnSync } from 'node:child_process';
import type { DocumentNode, ElementNode } from '../../src/dm/index.js';
import type { TestElement } from './syncml-documents.js';

function run(program: string, parameters: readonly string[], input: Uint8Array): Uint8Array {
  const { status, signal, stdout, stderr } = spawnSync(program, [...parameters, '-o', '-', '-'], { input, maxBuffer: 64 * 1024 * 1024 });
  if (status !== 0) throw new Error(`${program} ended with ${signal ?? status}: ${stderr.toString()}`);
  return stdout;
}

/** WBXML as libwbxml reads it: compact XML with every blank kept. */
export function wbxml2xml(wbxml: Uint8Array): Uint8Array {
  return run('wbxml2xml', ['-m', '0', '-k'], wbxml);
}

/** XML as libwbxml writes it: WBXML 1.2, with its string table where it makes one. */
export function xml2wbxml(xml: Uint8Array): Uint8Array {
  return run('xml2wbxml', ['-v', '1.2', '-k'], xml);
}

/** Faults of libwbxml 0.11.8 that comparisons go through; each is named in docs/disagreements.md. */
export const faults = {
  /** It writes `+xml` where the document says `+wbxml`, and the other way when it encodes, also where the data is no document. */
  type: (text: string): string => text.replace(/^(application\/vnd\.syncml(?:-devinf|\.dmtnds|\.dmddf1\.2))\+(?:wbxml|xml)$/, '$1+*'),
} as const;

/** What a document says, as lines to compare: path, namespace and text of each element in order. How a text travelled is not part of it. */
export function saying(root: ElementNode): string[] {
  const lines: string[] = [];
  const visit = (element: ElementNode, path: string, around: string | null): void => {
    const namespace = element.namespace ?? around;
    const here = `${path}/${element.name}`;
    lines.push(line(here, namespace, textOf(element.children)));
    for (const child of element.children) {
      if (child.kind === 'element') visit(child, here, namespace);
      else if (child.kind === 'embedded') visit(child.document.root, here, namespace);
    }
  };
  visit(root, '', null);
  return lines;
}

/** The same of a generated document. */
export function meant(root: TestElement): string[] {
  const lines: string[] = [];
  const visit = ({ name, namespace, children }: TestElement, path: string): void => {
    const here = `${path}/${name}`;
    lines.push(line(here, namespace, typeof children === 'string' ? children : ''));
    if (typeof children !== 'string') for (const child of children) visit(child, here);
  };
  visit(root, '');
  return lines;
}

function line(path: string, namespace: string | null, text: string): string {
  return `${path} {${namespace}} ${JSON.stringify(path.endsWith('/Type') ? faults.type(text) : text)}`;
}

function textOf(children: readonly DocumentNode[]): string {
  return children
    .map((node) =>
      node.kind === 'text' || node.kind === 'opaque-text'
        ? node.text
        : node.kind === 'binary'
          ? `octets ${Buffer.from(node.octets).toString('hex')}`
          : '',
    )
    .join('');
}
