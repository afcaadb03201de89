import { type Evidence, notAskedFor, type Procedure, type StatedItem, type Statement, summaryWords } from '../conformance/index.js';
import { type Glyphs, visible, wrap } from './present-message.js';
import { type Style, styled, type Terminal } from './terminal.js';

const styles: Readonly<Record<StatedItem['support'], Style>> = {
  supported: 'green',
  failed: 'red',
  'not-shown': 'yellow',
  'not-supported': 'dim',
};
const marks: Readonly<Record<Evidence['outcome'], readonly [word: string, style: Style]>> = {
  passed: ['passed ', 'green'],
  failed: ['failed ', 'red'],
  'not-run': ['not run', 'yellow'],
};
const indent = '  ';

/** The line before a procedure is run. */
export function presentProgress({ item, title }: Procedure, glyphs: Glyphs, terminal: Terminal): string {
  const [line = '', ...more] = wrap(visible(`${item} ${title}`, glyphs), Math.min(terminal.width, 100) - 4);
  return `${line}${more.length === 0 ? '' : ' ...'}`;
}

/** The statement as a person reads it, no wider than the terminal. */
export function presentStatement({ document, version, at, items }: Statement, terminal: Terminal, glyphs: Glyphs): readonly string[] {
  const width = Math.min(terminal.width, 100);
  const text = (said: string, style: Style, deep: string): readonly string[] =>
    wrap(visible(said, glyphs), width - deep.length).map((line) => `${deep}${styled(terminal, style, line)}`);
  const lines = [
    styled(terminal, 'bold', `Static conformance statement: ${document}`),
    ...text(`wapbridge ${version}, ${at.slice(0, 19).replace('T', ' ')} UTC. Nothing here has been seen on hardware.`, 'dim', ''),
  ];
  for (const item of items) lines.push('', ...presentItem(item, width, terminal, glyphs));
  const failed = items.some(({ support }) => support === 'failed');
  lines.push('', styled(terminal, failed ? 'red' : 'bold', summaryWords(items)));
  return lines;
}

function presentItem(
  { item, title, clause, status, support, note, evidence }: StatedItem,
  width: number,
  terminal: Terminal,
  glyphs: Glyphs,
) {
  const word = styled(terminal, styles[support], support.replace('-', ' '));
  const lines = [`${styled(terminal, 'bold', item)}  ${status}  ${word}`];
  const block = (said: string, deep: string): readonly string[] =>
    wrap(visible(said, glyphs), width - deep.length).map((line) => deep + line);
  lines.push(...block(`${title} (${clause})`, indent));
  if (note !== null) lines.push(...block(note, indent));
  for (const proof of evidence.filter(({ reason }) => reason !== notAskedFor)) {
    const [mark, style] = marks[proof.outcome];
    const by = proof.peer === null ? 'by itself' : `by ${proof.peer}`;
    const time = proof.durationMs === null ? '' : `, ${(proof.durationMs / 1000).toFixed(1)} s`;
    const why = proof.reason === null ? '' : `: ${proof.reason.slice(0, 500)}`;
    const deep = indent.repeat(2) + ' '.repeat(mark.length + 1);
    const said = visible(`${proof.title} (${by}${time})${why}`, glyphs);
    const [first = '', ...rest] = wrap(said, width - deep.length);
    lines.push(`${indent.repeat(2)}${styled(terminal, style, mark)} ${first}`, ...rest.map((line) => deep + line));
  }
  return lines;
}
