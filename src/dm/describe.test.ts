import { expect, test } from 'vitest';
import { fromHex } from '../octets/index.js';
import { bodies } from './dm.vectors.js';
import { type DmMessageContext, decodeWbxml, describeDmMessage, parseXml } from './index.js';

const plain: DmMessageContext = { form: 'wbxml', secured: false };
const describeBody = (name: keyof typeof bodies, context = plain): ReturnType<typeof describeDmMessage> =>
  describeDmMessage(decodeWbxml(fromHex(bodies[name].wbxml)).root, context);
const describeXml = (xml: string, context: DmMessageContext = { form: 'xml', secured: false }): ReturnType<typeof describeDmMessage> =>
  describeDmMessage(parseXml(new TextEncoder().encode(xml)).root, context);

test('a bootstrap is known by its session and message id, and shown with what it adds', () => {
  const { summary, diagnostics } = describeBody('bootstrap_dm12');
  expect(summary).toMatchObject({
    kind: 'bootstrap',
    verDtd: '1.2',
    verProto: 'DM/1.2',
    sessionId: '0',
    msgId: '0',
    commands: [
      {
        name: 'Add',
        cmdId: '1',
        items: [{ target: './Inbox', source: null, format: 'chr', type: 'text/plain', size: 5, preview: 'hello' }],
      },
    ],
  });
  expect(diagnostics).toEqual([]);
});

test('a message of DM 1.3 that stands alone is sessionless', () => {
  expect(describeBody('sessionless_replace').summary).toMatchObject({
    kind: 'sessionless',
    sessionId: '2F',
    commands: [{ name: 'Replace', items: [{ target: './DevDetail/Ext/Bench/Flag', format: 'int', type: null, size: 1, preview: '7' }] }],
  });
  expect(describeBody('sessionless_replace', { form: 'wbxml', secured: true }).summary.kind).toBe('bootstrap');
});

test('an alert is one, with octets counted and not characters', () => {
  expect(describeBody('generic_alert_1226').summary).toMatchObject({
    kind: 'alert',
    commands: [
      {
        name: 'Alert',
        cmdId: '2',
        items: [{ target: null, source: './Bench', type: 'org.example.bench.event', size: 8, preview: 'a&b < é' }],
      },
    ],
  });
});

test('commands inside others are listed in their order, with the meta of the command where the item has none', () => {
  const { summary } = describeXml(
    '<SyncML><SyncHdr/><SyncBody><Atomic><CmdID>1</CmdID><Delete><CmdID>2</CmdID><Meta><MetInf><Type>t/x</Type></MetInf></Meta><Item/></Delete><Add><CmdID>3</CmdID></Add></Atomic><Get><CmdID>4</CmdID></Get></SyncBody></SyncML>',
  );
  expect(summary.commands.map(({ name, cmdId }) => `${name} ${cmdId}`)).toEqual(['Atomic 1', 'Delete 2', 'Add 3', 'Get 4']);
  expect(summary.commands[1]?.items[0]).toEqual({ target: null, source: null, format: null, type: 't/x', size: null, preview: null });
});

test('a bootstrap in XML, or without ./Inbox, and a document that is no SyncML are told', () => {
  const codes = (xml: string, context?: DmMessageContext): readonly string[] =>
    describeXml(xml, context).diagnostics.map(({ code }) => code);
  const bootstrap = '<SyncML><SyncHdr><SessionID>0</SessionID><MsgID>0</MsgID></SyncHdr><SyncBody/></SyncML>';
  expect(codes(bootstrap)).toEqual(['dm/bootstrap-in-xml', 'dm/bootstrap-without-inbox']);
  expect(codes(bootstrap, plain)).toEqual(['dm/bootstrap-without-inbox']);
  expect(codes('<other/>')).toEqual(['dm/not-a-dm-message']);
});

test('a long text is cut in its preview and counted whole; octets are counted, not shown', () => {
  const { summary } = describeXml(
    `<SyncML><SyncBody><Add><Item><Data>${'x'.repeat(100)}</Data></Item><Item><Data><?wapbridge base64?>/wD+</Data></Item><Item><Data><MgmtTree/></Data></Item></Add></SyncBody></SyncML>`,
  );
  expect(summary.commands[0]?.items.map(({ size, preview }) => [size, preview])).toEqual([
    [100, `${'x'.repeat(60)}…`],
    [3, '(3 octets)'],
    [11, '<MgmtTree/>'],
  ]);
});
