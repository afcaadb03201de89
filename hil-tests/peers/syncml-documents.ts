import type { Random } from '../../src/runtime/index.js';

/** An element of a generated document: its children are elements or one text. */
export interface TestElement {
  readonly name: string;
  readonly namespace: string;
  readonly children: readonly TestElement[] | string;
}

/** A generated document and what it is made of. */
export interface TestDocument {
  readonly root: TestElement;
  readonly xml: string;
}

const metInf = 'syncml:metinf';
const devInf = 'syncml:devinf';
const ddf = 'syncml:dmddf1.2';

/** What ends a CDATA section. */
export const cdataEnd = ']]>';

/** Texts that formats stumble over: characters that XML escapes, of two to four octets in UTF-8, long ones, blanks inside, digits. */
const words = [
  'Mail',
  '0',
  '-7',
  'a&b',
  '<x>',
  '"q"',
  "it's",
  'ä ö ü',
  'ß€',
  '漢字',
  '😀',
  '%2F',
  'two  blanks',
  'true',
  cdataEnd,
  '\u00a0',
  '1226',
];
const nodes = ['.', 'DevDetail', 'DevInfo', 'Ext', 'Bench', 'AP', 'Flag', 'Con', 'Übung', 'x'.repeat(40)];
const types = ['text/plain', 'application/octet-stream', 'org.example.bench.event', 'text/xml'];
const formats = ['chr', 'int', 'bool', 'b64', 'node', 'xml', 'null'];

/** SyncML documents of a seed: every command, deep ones too, device information and management trees inside, versions 1.1 and 1.2; `without` leaves texts out. */
export function makeDocument(random: Random, without: readonly string[] = []): TestDocument {
  const sayable = words.filter((word) => !without.includes(word));
  const below = (count: number): number => Math.floor(random.fraction() * count);
  const pick = <Item>(items: readonly Item[]): Item => items[below(items.length)]!;
  const version = pick(['1.2', '1.2', '1.1']);
  const syncMl = `SYNCML:SYNCML${version}`;
  let commandId = 0;
  const element = (name: string, children: TestElement['children'] = [], namespace = syncMl): TestElement => ({
    name,
    namespace,
    children,
  });
  const text = (): string => Array.from({ length: 1 + below(6) }, () => pick(sayable)).join(pick(['', ' ', '/']));
  const maybe = (make: () => TestElement): TestElement[] => (below(2) === 0 ? [] : [make()]);
  const uri = (): string => Array.from({ length: 1 + below(6) }, () => pick(nodes)).join('/');
  const place = (name: string): TestElement => element(name, [element('LocURI', uri()), ...maybe(() => element('LocName', text()))]);
  const meta = (): TestElement => {
    const inner = [
      ...maybe(() => element('Format', pick(formats), metInf)),
      element('Type', pick(types), metInf),
      ...maybe(() => element('Size', String(below(100_000)), metInf)),
    ];
    return element('Meta', below(4) === 0 ? [element('MetInf', inner, metInf)] : inner);
  };
  const item = (): TestElement =>
    element('Item', [
      ...maybe(() => place('Target')),
      ...maybe(() => place('Source')),
      ...maybe(meta),
      ...maybe(() => element('Data', text())),
    ]);
  const identity = (): TestElement => {
    commandId += 1;
    return element('CmdID', String(commandId));
  };
  const tree = (depth: number): TestElement =>
    element(
      'Node',
      [
        element('NodeName', pick(nodes), ddf),
        ...(depth < 4 && below(2) === 0 ? [tree(depth + 1), tree(depth + 1)] : [element('Value', text(), ddf)]),
      ],
      ddf,
    );
  const embedded = (): TestElement =>
    version === '1.2' && below(2) === 0
      ? element('MgmtTree', [element('VerDTD', '1.2', ddf), tree(0)], ddf)
      : element(
          'DevInf',
          [
            element('VerDTD', version, devInf),
            element('Man', text(), devInf),
            element('Mod', text(), devInf),
            element('DevID', text(), devInf),
            element('DevTyp', pick(['phone', 'pda']), devInf),
          ],
          devInf,
        );
  const withDocument = (): TestElement => {
    const root = embedded();
    const type = root.name === 'DevInf' ? 'application/vnd.syncml-devinf+wbxml' : 'application/vnd.syncml.dmtnds+wbxml';
    return element('Item', [place('Target'), element('Meta', [element('Type', type, metInf)]), element('Data', [root])]);
  };
  const command = (depth: number): TestElement => {
    const name = pick(['Add', 'Replace', 'Delete', 'Get', 'Exec', 'Alert', 'Status', 'Results', 'Atomic', 'Sequence', 'Put']);
    if ((name === 'Atomic' || name === 'Sequence') && depth < 8)
      return element(name, [identity(), command(depth + 1), ...maybe(() => command(depth + 1))]);
    const items = Array.from({ length: 1 + below(4) }, item);
    if (name === 'Status') {
      return element(name, [
        identity(),
        element('MsgRef', '1'),
        element('CmdRef', String(1 + below(9))),
        element('Cmd', 'Replace'),
        element('Data', pick(['200', '212', '405'])),
      ]);
    }
    if (name === 'Alert') return element(name, [identity(), element('Data', pick(['1200', '1201', '1226'])), ...items]);
    if (name === 'Results' || name === 'Put' || name === 'Add') {
      const all = below(3) === 0 ? [...items, withDocument()] : items;
      return element(name, [identity(), ...maybe(meta), ...all]);
    }
    return element(name === 'Atomic' || name === 'Sequence' ? 'Replace' : name, [identity(), ...items]);
  };
  const root = element('SyncML', [
    element('SyncHdr', [
      element('VerDTD', version),
      element('VerProto', version === '1.2' ? pick(['DM/1.2', 'DM/1.3']) : 'DM/1.1'),
      element('SessionID', below(65_536).toString(16).toUpperCase()),
      element('MsgID', String(below(100))),
      element('Target', [element('LocURI', `IMEI:${String(below(1e9)).padStart(15, '0')}`)]),
      element('Source', [element('LocURI', 'http://dm.bench.invalid/dm')]),
    ]),
    element('SyncBody', [...Array.from({ length: 1 + below(8) }, () => command(0)), ...maybe(() => element('Final'))]),
  ]);
  return { root, xml: xmlOf(root, version) };
}

/** Written here and not by wapbridge, so that its writer and its reader cannot agree about a mistake. */
function xmlOf(root: TestElement, version: string): string {
  const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  const write = ({ name, namespace, children }: TestElement, around: string): string => {
    const space = namespace === around ? '' : ` xmlns="${namespace}"`;
    if (children.length === 0) return `<${name}${space}/>`;
    const content = typeof children === 'string' ? escaped(children) : children.map((child) => write(child, namespace)).join('');
    return `<${name}${space}>${content}</${name}>`;
  };
  const doctype = `<!DOCTYPE SyncML PUBLIC "-//SYNCML//DTD SyncML ${version}//EN" "http://www.openmobilealliance.org/tech/DTD/syncml.dtd">`;
  return `<?xml version="1.0" encoding="UTF-8"?>${doctype}${write(root, '')}`;
}
