import type { JourneyRecord } from './journey.js';
import { escapeXml } from './report-junit.js';

const width = 640;

/** How many messages took how long, in at most twelve columns. */
export function latencyHistogram(latenciesMs: readonly number[]): string {
  if (latenciesMs.length === 0) return '';
  const most = Math.max(...latenciesMs);
  const step = roundStep(most / 12);
  const columns = Math.max(1, Math.ceil(most / step));
  const counts = Array.from(
    { length: columns },
    (_, at) => latenciesMs.filter((ms) => Math.min(columns - 1, Math.floor(ms / step)) === at).length,
  );
  const tallest = Math.max(...counts);
  const column = width / columns;
  const bars = counts.map((count, at) => {
    const height = (100 * count) / tallest;
    const label = count === 0 ? '' : `<text x="${(at + 0.5) * column}" y="${112 - height}" text-anchor="middle">${count}</text>`;
    const bar = `<rect x="${at * column + 2}" y="${116 - height}" width="${column - 4}" height="${height}"><title>${at * step} to ${(at + 1) * step} ms: ${count}</title></rect>`;
    return `${bar}${label}<text x="${at * column + 2}" y="130">${at * step}</text>`;
  });
  return svg(140, 'latency of messages, in milliseconds', bars.join(''));
}

/** The next of 1, 2, 5, 10, 20, 50 … that is no smaller. */
function roundStep(least: number): number {
  let step = 1;
  for (let at = 0; step < least; at += 1) step *= at % 3 === 1 ? 2.5 : 2;
  return step;
}

/** Parts of one journey that are drawn. */
const mostPartsDrawn = 60;

/** Each part as a line from when it was sent to when it was received. */
export function partPlot(parts: JourneyRecord['parts']): string {
  const shown = parts.slice(0, mostPartsDrawn);
  const times = shown.flatMap(({ sentMs, receivedMs }) => [sentMs ?? 0, receivedMs ?? 0]);
  if (times.length === 0) return '';
  const most = Math.max(1, ...times);
  const x = (ms: number): number => 40 + (ms / most) * (width - 60);
  const rows = shown.map(({ sentMs, receivedMs }, at) => {
    const y = 14 + at * 12;
    const sent =
      sentMs === null ? '' : `<circle cx="${x(sentMs)}" cy="${y}" r="3" class="sent"><title>sent after ${sentMs} ms</title></circle>`;
    const came =
      receivedMs === null
        ? `<text x="${x(sentMs ?? 0) + 8}" y="${y + 4}" class="lost">never received</text>`
        : `<circle cx="${x(receivedMs)}" cy="${y}" r="3"><title>received after ${receivedMs} ms</title></circle>`;
    const line = sentMs === null || receivedMs === null ? '' : `<line x1="${x(sentMs)}" y1="${y}" x2="${x(receivedMs)}" y2="${y}"/>`;
    return `<text x="2" y="${y + 4}">${at + 1}</text>${line}${sent}${came}`;
  });
  const bottom = 14 + shown.length * 12;
  const scale = `<text x="40" y="${bottom + 10}">0 ms</text><text x="${width - 20}" y="${bottom + 10}" text-anchor="end">${Math.round(most)} ms</text>`;
  const left = parts.length > shown.length ? ` (the first ${shown.length} of ${parts.length} parts)` : '';
  return svg(bottom + 18, 'parts, sent (hollow) and received (full)', rows.join('') + scale + legend(bottom + 6, left));
}

function legend(y: number, more: string): string {
  const [sent, came] = [width / 2 - 110, width / 2 - 60];
  const text = (x: number, words: string): string => `<text x="${x}" y="${y + 4}">${words}</text>`;
  return `<circle cx="${sent}" cy="${y}" r="3" class="sent"/>${text(sent + 7, 'sent')}<circle cx="${came}" cy="${y}" r="3"/>${text(came + 7, `received${more}`)}`;
}

function svg(height: number, title: string, content: string): string {
  const words = escapeXml(title);
  return `<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${words}"><title>${words}</title>${content}</svg>`;
}
