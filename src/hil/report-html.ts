import { escapeXml } from './report-junit.js';
import { latencyHistogram, partPlot } from './report-svg.js';
import { firstLine, kindOf, type ReportedJourney, redacted, seedsOf } from './reporter.js';

const style = `
:root { color-scheme: light dark; --ink: #1a1d21; --soft: #60666e; --line: #d5d9de; --paper: #fff; --good: #1c7c3c; --bad: #b3261e; --plain: #8a6500; --mark: #2b5fa8 }
@media (prefers-color-scheme: dark) { :root { --ink: #e6e8eb; --soft: #9aa2ab; --line: #3a4047; --paper: #16181b; --good: #6fcf8a; --bad: #ff8a80; --plain: #e0b84c; --mark: #8ab4f8 } }
body { font: 15px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper); max-width: 60rem; margin: 0 auto; padding: 1rem }
.kind { font-weight: 700; padding: .6rem .8rem; border: 2px solid; border-radius: .3rem; margin: 0 0 1rem }
.virtual { color: var(--plain) } .real { color: var(--mark) }
h1 { font-size: 1.3rem; margin: 0 0 .3rem } h2 { font-size: 1.05rem; margin: 1.6rem 0 .4rem }
table { border-collapse: collapse; width: 100%; font-size: .9rem } th, td { text-align: left; padding: .2rem .5rem; border-bottom: 1px solid var(--line); vertical-align: top }
td.time { white-space: nowrap; text-align: right; font-variant-numeric: tabular-nums }
details { border-top: 1px solid var(--line); padding: .45rem 0 } summary { cursor: pointer } summary b { display: inline-block; width: 4.2rem }
.passed { color: var(--good) } .failed { color: var(--bad) } .skipped { color: var(--soft) }
pre { white-space: pre-wrap; overflow-wrap: anywhere; background: color-mix(in srgb, var(--bad) 8%, transparent); padding: .5rem }
.soft { color: var(--soft) } summary .soft, td.word { white-space: nowrap } .wide { overflow-x: auto }
svg { width: 100%; min-width: 30rem; max-width: 640px; height: auto; display: block; margin: .5rem 0 }
svg text { font: 10px system-ui, sans-serif; fill: var(--soft) } svg rect, svg circle { fill: var(--mark) } svg line { stroke: var(--mark); stroke-opacity: .5 }
svg circle.sent { fill: var(--paper); stroke: var(--mark) } svg text.lost { fill: var(--bad) } a { color: var(--mark) }
`;

/** One file that needs no other: bench, journeys, timelines and plots. Its first line says what kind of bench it was. */
export function reportHtml(journeys: readonly ReportedJourney[]): string {
  const kind = kindOf(journeys);
  const count = (state: ReportedJourney['state']): number => journeys.filter((journey) => journey.state === state).length;
  const latencies = journeys.flatMap(({ record }) => record?.latenciesMs ?? []);
  const bench = journeys[0]?.record?.bench ?? 'bench';
  const summary = `${count('passed')} passed, ${count('failed')} failed, ${count('skipped')} skipped`;
  return `<!doctype html><!-- ${firstLine(journeys)} -->
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${escapeXml(`${kind} bench ${bench}: ${summary}`)}</title><style>${style}</style></head>
<body><p class="kind ${kind}">${escapeXml(firstLine(journeys))}</p>
<h1>${escapeXml(bench)}</h1><p>${escapeXml(summary)}</p>${seeds(journeys)}
${modems(journeys)}
${latencies.length === 0 ? '' : `<h2>Latency of ${latencies.length} messages, milliseconds</h2><div class="wide">${latencyHistogram(latencies)}</div><p class="soft">From the modem's answer to the first part until the hand-on. ${escapeXml(spread(latencies))}</p>`}
<h2>Journeys</h2>
${journeys.map(section).join('\n')}
</body></html>
`;
}

/** How the run is repeated; nothing on a real bench, where nothing is. */
function seeds(journeys: readonly ReportedJourney[]): string {
  const all = seedsOf(journeys);
  const again = all.map((seed) => `<code>SEED=${seed}</code>`).join(', ');
  return all.length === 0 ? '' : `<p class="soft">Seed ${all.join(', ')}: ${again} takes the same chances again.</p>`;
}

function modems(journeys: readonly ReportedJourney[]): string {
  const record = journeys.findLast((journey) => journey.record !== null)?.record;
  const rows = (record?.modems ?? []).map(({ name, label, facts }) => {
    const cells = [
      name,
      label,
      facts?.manufacturer,
      facts?.model,
      facts?.firmware,
      facts?.profile,
      facts?.virtual === true ? 'virtual' : 'real',
    ];
    return `<tr>${cells.map((cell) => `<td class="word">${escapeXml(redacted(cell ?? '-'))}</td>`).join('')}</tr>`;
  });
  return `<h2>Modems</h2><div class="wide"><table><tr><th>name</th><th>SIM</th><th>manufacturer</th><th>model</th><th>firmware</th><th>profile</th><th></th></tr>${rows.join('')}</table></div>`;
}

function section({ name, state, durationMs, errors, record }: ReportedJourney): string {
  const rows = (record?.timeline ?? []).map(
    ({ atMs, modem, facts }) =>
      `<tr><td class="time">${atMs.toFixed(1)} ms</td><td>${escapeXml(modem)}</td><td>${escapeXml(redacted(facts))}</td></tr>`,
  );
  const links = (record?.attachments ?? []).map(({ title, file }) => `<a href="${escapeXml(file)}">${escapeXml(title)}</a>`);
  const why = record?.skipped == null ? '' : `<p class="skipped">${escapeXml(redacted(record.skipped))}</p>`;
  const wrong = errors.map((error) => `<pre>${escapeXml(redacted(error))}</pre>`).join('');
  const head = `<summary><b class="${state}">${state}</b> ${escapeXml(name)} <span class="soft">${(durationMs / 1000).toFixed(2)} s</span></summary>`;
  const parts = partPlot(record?.parts ?? []);
  const plot = parts === '' ? '' : `<div class="wide">${parts}</div>`;
  const timeline =
    rows.length === 0 ? '' : `<div class="wide"><table><tr><th>after</th><th>at</th><th>what</th></tr>${rows.join('')}</table></div>`;
  return `<details${state === 'failed' ? ' open' : ''}>${head}${why}${wrong}${plot}${timeline}<p>${links.join(' · ')}</p></details>`;
}

function spread(latencies: readonly number[]): string {
  const sorted = latencies.toSorted((one, other) => one - other);
  const at = (share: number): string => (sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0).toFixed(0);
  return `Median ${at(0.5)} ms, nine in ten within ${at(0.9)} ms, longest ${at(1)} ms.`;
}
