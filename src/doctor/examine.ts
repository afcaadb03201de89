import { finding } from './find.js';
import type { Severity } from './finding-table.js';
import { machineFindings } from './machine-findings.js';
import { modemFindings } from './modem-findings.js';
import { deviceFindings, portFindings } from './port-findings.js';
import { survey } from './survey.js';
import type { Finding, SurveyedModem, SurveyOptions } from './types.js';
import { runningPrograms, worldOf } from './world.js';

export interface ExamineOptions extends Omit<SurveyOptions, 'tryIndications'> {
  /** Where `listen` keeps its journal. */
  readonly stateFolder: string;
}

/** What an examination found. */
export interface Examination {
  /** The worst first. */
  readonly findings: readonly Finding[];
  readonly modems: readonly SurveyedModem[];
  /** 0 where nothing stops the work, else the code of the worst. */
  readonly exitCode: 0 | 3 | 4 | 5;
}

const order: readonly Severity[] = ['stops', 'warns', 'note'];

/**
 * Finds what is wrong with a bench. Nothing lasting is changed: no PIN is entered, no message is read or deleted, and a port that another
 * program has open is left alone.
 * @throws `signal.reason`
 */
export async function examine(options: ExamineOptions): Promise<Examination> {
  const world = worldOf(options.world);
  const programs = await runningPrograms(world);
  const modems = await survey({ ...options, tryIndications: true });
  const findings = [...(await machineFindings(options.stateFolder, programs, world))];
  if (options.modems.every(({ address }) => address === 'auto') && !modems.some(({ device }) => device?.known?.kind === 'modem')) {
    findings.push(
      finding('no-modem', {
        subject: null,
        what: 'No known modem is plugged in.',
        remedy: 'Plug one in, or name its port; without one, try the virtual modem.',
        command: 'wapbridge listen --modem virtual',
      }),
    );
  }
  for (const modem of modems) {
    findings.push(...(await portFindings(modem, world)), ...(await deviceFindings(modem, programs, world)), ...modemFindings(modem));
  }
  findings.sort(
    (left, right) => order.indexOf(left.severity) - order.indexOf(right.severity) || (left.exitCode ?? 9) - (right.exitCode ?? 9),
  );
  return { findings, modems, exitCode: findings.find(({ exitCode }) => exitCode !== null)?.exitCode ?? 0 };
}
