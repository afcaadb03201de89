import { type Evidence, notAskedFor, type StatedItem, type Statement } from './run.js';
import { readableTime, shownByWords, spoken, summaryWords } from './statement-words.js';

const style = `
:root { color-scheme: light dark; --ink: #1a1d21; --soft: #5a6068; --line: #d5d9de; --paper: #fff; --good: #1c7c3c; --bad: #b3261e; --plain: #7d5c00 }
@media (prefers-color-scheme: dark) { :root { --ink: #e6e8eb; --soft: #a4acb5; --line: #3a4047; --paper: #16181b; --good: #6fcf8a; --bad: #ff8a80; --plain: #e0b84c } }
body { font: 15px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper); max-width: 64rem; margin: 0 auto; padding: 1rem }
h1 { font-size: 1.35rem; margin: 0 0 .2rem } h2 { font-size: 1.1rem; margin: 1.8rem 0 .3rem } h3 { font-size: 1rem; margin: 1.2rem 0 .2rem }
.hardware { font-weight: 700; color: var(--plain); padding: .6rem .8rem; border: 2px solid; border-radius: .3rem; margin: .8rem 0 }
table { border-collapse: collapse; width: 100%; font-size: .9rem } th, td { text-align: left; padding: .3rem .5rem; border-bottom: 1px solid var(--line); vertical-align: top; overflow-wrap: anywhere }
th, td.item, td.when, td.state { white-space: nowrap } td.peer { min-width: 7.5rem } td.when { font-variant-numeric: tabular-nums }
.supported, .passed { color: var(--good); font-weight: 600 } .failed { color: var(--bad); font-weight: 600 } .not-shown, .not-run { color: var(--plain) } .not-supported, .soft { color: var(--soft) }
`;

/** The statement as one file that needs no other: nothing in it is loaded from elsewhere, and what peers said cannot act in it. */
export function statementHtml({ document, version, at, durationMs, items }: Statement): string {
  const title = `Static conformance statement: ${document}`;
  const role = (name: string, letter: string): string => {
    const rows = items.filter(({ item }) => item.startsWith(`DM-PUSH-${letter}`)).map(row);
    return `<h2>${name}</h2>
<table><tr><th>item</th><th>what it asks for</th><th>status</th><th>support</th><th>shown by</th></tr>
${rows.join('\n')}
</table>`;
  };
  const evidence = items.filter((item) => item.evidence.some(({ reason }) => reason !== notAskedFor)).map(section);
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${escaped(title)}</title><style>${style}</style></head>
<body><h1>${escaped(title)}</h1>
<p class="soft">wapbridge ${escaped(version)}, tested ${escaped(readableTime(at))} UTC in ${Math.round(durationMs / 1000)} s: ${summaryWords(items)}</p>
<p class="hardware">Shown on virtual modems and on the loopback network; nothing here has been seen on hardware.</p>
${role('DM client: receives', 'C')}
${role('DM server: sends', 'S')}
<h2>Evidence</h2>
${evidence.join('\n')}
</body></html>
`;
}

function row(stated: StatedItem): string {
  const { item, title, clause, status, support } = stated;
  const words = shownByWords(stated);
  const what = `${escaped(title)} <span class="soft">(${escaped(clause)})</span>`;
  return `<tr><td class="item">${item}</td><td>${what}</td><td class="state">${status}</td><td class="state ${support}">${spoken(support)}</td><td>${escaped(words)}</td></tr>`;
}

function section({ item, evidence }: StatedItem): string {
  return `<h3>${item}</h3>
<table><tr><th>outcome</th><th>wapbridge …</th><th>judged by</th><th>when</th></tr>
${evidence
  .filter(({ reason }) => reason !== notAskedFor)
  .map(proof)
  .join('\n')}
</table>`;
}

function proof({ title, peer, outcome, reason, at, durationMs }: Evidence): string {
  const why = reason === null ? '' : `<br><span class="soft">${escaped(reason.slice(0, 2000))}</span>`;
  const when = at === null || durationMs === null ? '' : `${escaped(readableTime(at).slice(11))}, ${(durationMs / 1000).toFixed(1)} s`;
  return `<tr><td class="state ${outcome}">${spoken(outcome)}</td><td>${escaped(title)}${why}</td><td class="peer">${escaped(peer ?? 'itself')}</td><td class="when">${when}</td></tr>`;
}

function escaped(text: string): string {
  return text
    .replace(/[^\t\n\r -\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, '\uFFFD')
    .replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
