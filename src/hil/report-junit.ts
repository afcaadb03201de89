import { firstLine, kindOf, type ReportedJourney, seedsOf } from './reporter.js';

const seconds = (milliseconds: number): string => (milliseconds / 1000).toFixed(3);

/** Text that XML takes, in attributes too; characters that XML 1.0 does not have become a replacement character. */
export function escapeXml(text: string): string {
  return text
    .replace(/[^\t\n\r -\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, '\uFFFD')
    .replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** The results for CI systems, latencies as properties. Its first line says what kind of bench it was. */
export function reportJunit(journeys: readonly ReportedJourney[]): string {
  const count = (state: ReportedJourney['state']): number => journeys.filter((journey) => journey.state === state).length;
  const total = journeys.reduce((sum, { durationMs }) => sum + durationMs, 0);
  const [first] = journeys;
  const name = `${first?.record?.bench ?? 'bench'} (${kindOf(journeys)})`;
  const attributes = `tests="${journeys.length}" failures="${count('failed')}" skipped="${count('skipped')}" time="${seconds(total)}"`;
  return [
    `<?xml version="1.0" encoding="UTF-8"?><!-- ${firstLine(journeys)} -->`,
    `<testsuites name="wapbridge hil" ${attributes}>`,
    `  <testsuite name="${escapeXml(name)}" ${attributes}>`,
    `    <properties>${propertiesOf([['bench-kind', kindOf(journeys)], ...seedsOf(journeys).map((seed) => ['seed', `${seed}`] as const)])}</properties>`,
    ...journeys.map(testCase),
    '  </testsuite>',
    '</testsuites>',
    '',
  ].join('\n');
}

function propertiesOf(properties: readonly (readonly [string, string])[]): string {
  return properties.map(([key, value]) => `<property name="${escapeXml(key)}" value="${escapeXml(value)}"/>`).join('');
}

function testCase({ file, name, state, durationMs, errors, record }: ReportedJourney): string {
  const latencies = record?.latenciesMs ?? [];
  const properties = propertiesOf([
    ['bench-kind', record?.kind ?? 'virtual'],
    ...(record?.seed == null ? [] : [['seed', `${record.seed}`] as const]),
    ...latencies.map((latency, at) => [`latency-ms-${at + 1}`, latency.toFixed(1)] as const),
    ...(record?.modems ?? []).map(
      ({ name: modem, facts }) => [`firmware-${modem}`, `${facts?.model ?? '-'} ${facts?.firmware ?? '-'}`] as const,
    ),
  ]);
  const outcome =
    state === 'failed'
      ? `<failure message="${escapeXml((errors[0] ?? 'failed').split('\n', 1)[0] ?? '')}">${escapeXml(errors.join('\n\n'))}</failure>`
      : state === 'skipped'
        ? `<skipped message="${escapeXml(record?.skipped ?? 'skipped')}"/>`
        : '';
  return `    <testcase classname="${escapeXml(file)}" name="${escapeXml(name)}" time="${seconds(durationMs)}"><properties>${properties}</properties>${outcome}</testcase>`;
}
