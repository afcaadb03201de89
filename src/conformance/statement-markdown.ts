import { type Evidence, notAskedFor, type StatedItem, type Statement } from './run.js';
import { readableTime, shownByWords, spoken, summaryWords } from './statement-words.js';

const begin = '<!-- statement -->';
const end = '<!-- end of statement -->';

/** The statement in Markdown. */
export function statementMarkdown({ document, version, at, durationMs, items }: Statement): string {
  const role = (name: string, letter: string): string[] => [
    `### ${name}`,
    '',
    '| item | what it asks for | status | support | shown by |',
    '| --- | --- | --- | --- | --- |',
    ...items.filter(({ item }) => item.startsWith(`DM-PUSH-${letter}`)).map(row),
    '',
  ];
  const shown = items.filter(({ evidence }) => evidence.some(({ reason }) => reason !== notAskedFor));
  return [
    `Of ${document}, appendix B, by wapbridge ${version}, tested ${readableTime(at)} UTC in ${Math.round(durationMs / 1000)} s,`,
    'on virtual modems and on the loopback network: nothing here has been seen on hardware.',
    '',
    `**${summaryWords(items)}**`,
    '',
    ...role('DM client: receives', 'C'),
    ...role('DM server: sends', 'S'),
    ...shown.flatMap(section),
  ].join('\n');
}

/** A page with the statement in the place that it keeps for it, between two comments; a page without that place is the statement alone. */
export function pageWithStatement(page: string, statement: string): string {
  const [first, last] = [page.indexOf(begin), page.indexOf(end)];
  if (first < 0 || last < first) return `# Static conformance statement\n\n${statement}`;
  return `${page.slice(0, first + begin.length)}\n${statement}${page.slice(last)}`;
}

function row(stated: StatedItem): string {
  const { item, title, clause, status, support } = stated;
  return cells([item, `${title} (${clause})`, status, spoken(support), shownByWords(stated)]);
}

function section({ item, evidence }: StatedItem): string[] {
  return [
    `### ${item}: what showed it`,
    '',
    '| outcome | wapbridge … | judged by | when |',
    '| --- | --- | --- | --- |',
    ...evidence.filter(({ reason }) => reason !== notAskedFor).map(proof),
    '',
  ];
}

function proof({ title, peer, outcome, reason, at, durationMs }: Evidence): string {
  const why = reason === null ? '' : ` (${reason.slice(0, 500)})`;
  const when = at === null || durationMs === null ? '' : `${readableTime(at).slice(11)}, ${(durationMs / 1000).toFixed(1)} s`;
  return cells([spoken(outcome), `${title}${why}`, peer ?? 'itself', when]);
}

/** What a peer said stands in one cell, and means nothing in Markdown or HTML. */
function cells(texts: readonly string[]): string {
  const plain = (text: string): string => text.replace(/[^ -~\u{a0}-\u{10ffff}]+/gu, ' ').replace(/[\\|`*_<>[\]]/g, '\\$&');
  return `| ${texts.map(plain).join(' | ')} |`;
}
