import type { Examination, Finding, Severity } from '../doctor/index.js';
import { stateOf } from './modem-facts.js';
import { type Glyphs, visible, wrap } from './present-message.js';
import { asCalled, type Calling } from './program.js';
import { type Style, styled, type Terminal } from './terminal.js';

const styles: Readonly<Record<Severity, Style>> = { stops: 'red', warns: 'yellow', note: 'cyan' };
const indent = '         ';

/** Findings as a person reads them, no wider than the terminal. */
export function presentExamination(
  { findings, modems }: Examination,
  { terminal, glyphs, calling }: { readonly terminal: Terminal; readonly glyphs: Glyphs; readonly calling: Calling },
): readonly string[] {
  const width = Math.min(terminal.width, 100);
  const lines: string[] = [];
  for (const { remedy, command, ...rest } of findings) {
    const called = { remedy: asCalled(remedy, calling), command: command === null ? null : asCalled(command, calling) };
    lines.push(...presentFinding({ ...rest, ...called }, width, terminal, glyphs), '');
  }
  for (const modem of modems) {
    const { identity } = modem.inspection ?? {};
    const model = [identity?.manufacturer, identity?.model].filter((word) => word !== undefined && word !== null).join(' ');
    const name = modem.port ?? modem.device?.ports[0]?.device ?? 'device';
    const words = `${name}: ${stateOf(modem)}${model === '' ? '' : ` (${model}, profile ${identity?.profile})`}`;
    lines.push(...wrap(visible(`examined ${words}`, glyphs), width).map((line) => styled(terminal, 'dim', line)));
  }
  lines.push(summary(findings, terminal));
  return lines;
}

function presentFinding({ severity, code, what, remedy, command }: Finding, width: number, terminal: Terminal, glyphs: Glyphs): string[] {
  const text = (said: string): readonly string[] => wrap(visible(said, glyphs), width - indent.length);
  const [first = '', ...rest] = text(what);
  const lines = [`${styled(terminal, styles[severity], severity.padEnd(indent.length))}${first}`, ...rest.map((line) => indent + line)];
  lines.push(...text(remedy).map((line) => indent + line));
  // A command is never broken into lines: it is there to be copied.
  if (command !== null) {
    const prompt = /^AT[+^&]/.test(command) ? 'to the modem: ' : '$ ';
    lines.push(`${indent}${styled(terminal, 'dim', prompt)}${styled(terminal, 'bold', visible(command, glyphs))}`);
  }
  lines.push(`${indent}${styled(terminal, 'dim', `(${code})`)}`);
  return lines;
}

function summary(findings: readonly Finding[], terminal: Terminal): string {
  const count = (severity: Severity): number => findings.filter((finding) => finding.severity === severity).length;
  const stops = count('stops');
  const warns = count('warns');
  const warnings = warns === 0 ? '' : `, ${warns} ${warns === 1 ? 'warning' : 'warnings'}`;
  if (stops > 0) return styled(terminal, 'red', `${stops} ${stops === 1 ? 'finding stops' : 'findings stop'} the work${warnings}.`);
  return styled(terminal, warns > 0 ? 'yellow' : 'green', `Nothing stops the work${warnings}.`);
}
