import { isObject, type JsonObject, numberAt, objectAt, objectsAt, textAt } from '../json-view.js';
import { contentRows } from '../present-content.js';
import {
  because,
  bodyLines,
  conditionLines,
  errorText,
  type Glyphs,
  labelColumns,
  named,
  type Row,
  shorten,
  verdictStyles,
  visible,
} from '../present-message.js';
import { type Style, styled, type Terminal } from '../terminal.js';
import { wrap } from './present-explained.js';

/** What one line of input turned out to be, as a person reads it: one element a line, no wider than the terminal. */
export function presentDecoded(object: JsonObject, terminal: Terminal, glyphs: Glyphs): readonly string[] {
  const width = Math.min(terminal.width, 100);
  const row: Row = (label, text, style) => {
    const shown = shorten(visible(text, glyphs), width - labelColumns - 2);
    return `  ${styled(terminal, 'dim', label.padEnd(labelColumns))}${style === undefined ? shown : styled(terminal, style, shown)}`;
  };
  const wrapped = (label: string, text: string, style?: Style): readonly string[] =>
    wrap(visible(text, glyphs), width - labelColumns - 2).map((part, index) => row(index === 0 ? label : '', part, style));
  const tpdu = objectAt(object, 'tpdu');
  const lines = [styled(terminal, 'bold', shorten(visible(titleOf(object, tpdu), glyphs), width))];
  if (tpdu !== null) lines.push(...tpduRows(tpdu, row));
  const ports = objectAt(object, 'ports');
  if (ports !== null) lines.push(row('ports', `${numberAt(ports, 'source')} to ${numberAt(ports, 'destination')}`));
  const part = partOf(object);
  if (part !== null) lines.push(row('part', part));
  const text = textAt(object, 'text');
  if (text !== null) lines.push(...wrapped('whole text', text));
  const broadcast = objectAt(object, 'cellBroadcast');
  if (broadcast !== null) {
    lines.push(row('message', `${numberAt(broadcast, 'messageIdentifier')}, serial number ${numberAt(broadcast, 'serialNumber')}`));
    lines.push(row('page', `${numberAt(broadcast, 'page')} of ${numberAt(broadcast, 'pages')}`));
  }
  lines.push(...messageRows(object, row, terminal, glyphs, width));
  const error = objectAt(object, 'error');
  const xml = textAt(object, 'xml');
  // A document by itself is shown whole, below.
  lines.push(...contentRows(object, wrapped, xml === null ? undefined : { lines: 0, rest: '' }));
  if (xml !== null) lines.push(...xml.split('\n').map((part) => `  ${visible(part, glyphs)}`));
  if (error !== null) lines.push(...wrapped('error', errorText(error), 'red'));
  for (const diagnostic of objectsAt(object, 'diagnostics')) {
    const offset = numberAt(diagnostic, 'offset');
    lines.push(...wrapped('note', `${textAt(diagnostic, 'message')}${offset === null ? '' : ` (at octet ${offset})`}`));
  }
  return lines;
}

function titleOf(object: JsonObject, tpdu: JsonObject | null): string {
  const line = `line ${numberAt(object, 'line')}`;
  if (tpdu !== null) return `${line}: ${textAt(tpdu, 'type')}`;
  if (objectAt(object, 'cellBroadcast') !== null) return `${line}: cell broadcast`;
  if (objectAt(object, 'push') !== null) return `${line}: WSP push`;
  if (textAt(object, 'xml') !== null) return `${line}: WBXML document`;
  if (objectAt(object, 'notification') !== null) return `${line}: DM notification`;
  return object.ok === true ? line : `${line}: cannot be decoded`;
}

function tpduRows(tpdu: JsonObject, row: Row): readonly string[] {
  const rows: string[] = [];
  const say = (label: string, value: unknown): void => {
    if (typeof value === 'string' || typeof value === 'number') rows.push(row(label, String(value)));
  };
  say('from', tpdu.originatingAddress);
  say('to', tpdu.destinationAddress);
  say('recipient', tpdu.recipientAddress);
  say('service centre', tpdu.serviceCentreAddress);
  say('time', tpdu.serviceCentreTimeStamp);
  say('discharged', tpdu.dischargeTime);
  say('reference', tpdu.messageReference);
  if (typeof tpdu.status === 'number') say('status', hexNumber(tpdu.status));
  if (typeof tpdu.dataCodingScheme === 'number' && typeof tpdu.protocolIdentifier === 'number') {
    say('coding', `DCS ${hexNumber(tpdu.dataCodingScheme)}, PID ${hexNumber(tpdu.protocolIdentifier)}`);
  }
  say('text', tpdu.text);
  return rows;
}

const hexNumber = (value: number): string => `0x${value.toString(16).toUpperCase().padStart(2, '0')}`;

function partOf(object: JsonObject): string | null {
  const state = textAt(object, 'reassembly');
  const concatenation = objectAt(object, 'concatenation');
  if (concatenation === null || state === null) return null;
  const place = `${numberAt(concatenation, 'sequence')} of ${numberAt(concatenation, 'total')}, reference ${numberAt(concatenation, 'reference')}`;
  const missing = Array.isArray(object.missing) ? object.missing.map(String) : [];
  const waits = missing.length === 0 ? '' : `, waits for ${missing.slice(0, 8).join(', ')}${missing.length > 8 ? ' ...' : ''}`;
  const twin = objectAt(object, 'duplicateOf');
  return `${place}: ${state}${waits}${twin === null ? '' : ` of line ${numberAt(twin, 'line')}`}`;
}

function messageRows(object: JsonObject, row: Row, terminal: Terminal, glyphs: Glyphs, width: number): readonly string[] {
  const verdict = objectAt(object, 'verdict');
  if (verdict === null) return [];
  const rows: string[] = [];
  const push = objectAt(object, 'push');
  const datagram = objectAt(object, 'datagram');
  if (push !== null) {
    rows.push(row('content type', named(textAt(push, 'contentType'), numberAt(push, 'contentTypeCode'), 'unknown type')));
    rows.push(row('application id', named(textAt(push, 'applicationUri'), numberAt(push, 'applicationId'), 'none')));
    for (const header of objectsAt(push, 'headers')) {
      const value = header.value;
      const text = Array.isArray(value) ? value.map(String).join(', ') : isObject(value) ? '' : String(value);
      rows.push(row('header', `${textAt(header, 'name')}: ${text}`));
    }
  }
  for (const condition of objectsAt(verdict, 'conditions')) rows.push(...conditionLines(condition, terminal, glyphs, width));
  const name = textAt(verdict, 'verdict') ?? 'unknown';
  rows.push(row('verdict', because(verdict, name), verdictStyles[name]));
  const octets = textAt(push, 'body') ?? textAt(datagram, 'octets');
  if (octets !== null) rows.push(...bodyLines(push === null ? 'octets' : 'body', octets, row, width));
  return rows;
}
