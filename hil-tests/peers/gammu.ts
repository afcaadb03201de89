import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Exit, RunningProgram } from '../support/program.js';
import type { Scene } from '../support/scene.js';

/** What a run of gammu printed and how it ended. */
export interface GammuRun {
  readonly exit: Exit;
  readonly output: string;
}

/** Runs one gammu command on a modem's port. */
export async function gammu(scene: Scene, port: string, parameters: readonly string[]): Promise<GammuRun> {
  const folder = scene.folder();
  const configuration = join(folder, 'gammurc');
  writeFileSync(configuration, `[gammu]\ndevice = ${port}\nconnection = at115200\n`);
  const program = scene.program('gammu', ['-c', configuration, ...parameters], { cwd: folder });
  const exit = await program.exited;
  return { exit, output: [...program.stdout.items, ...program.stderr.items].join('\n') };
}

/** A running gammu-smsd with its message folders. */
export interface GammuDaemon {
  readonly program: RunningProgram;
  readonly configuration: string;
  readonly inbox: string;
  readonly sent: string;
  readonly failed: string;
}

/** Starts gammu's SMS daemon on a modem's port, keeping messages as files. */
export async function gammuDaemon(scene: Scene, port: string): Promise<GammuDaemon> {
  const folder = scene.folder();
  const box = (name: string): string => {
    const path = join(folder, name);
    mkdirSync(path);
    return path;
  };
  const [inbox, outbox, sent, failed] = [box('inbox'), box('outbox'), box('sent'), box('failed')];
  const configuration = join(folder, 'smsdrc');
  const settings: readonly (readonly [string, string | number])[] = [
    ['service', 'files'],
    ['logfile', join(folder, 'log')],
    ['debuglevel', 1],
    ...['checksecurity', 'checkbattery', 'checksignal', 'checknetwork', 'hangupcalls', 'receivefrequency'].map(
      (name) => [name, 0] as const,
    ),
    ['statusfrequency', 0],
    ['loopsleep', 1],
    ['commtimeout', 2],
    ['sendtimeout', 20],
    // gammu wants the folders' names with their last slash.
    ['inboxpath', `${inbox}/`],
    ['outboxpath', `${outbox}/`],
    ['sentsmspath', `${sent}/`],
    ['errorsmspath', `${failed}/`],
  ];
  writeFileSync(
    configuration,
    `[gammu]\ndevice = ${port}\nconnection = at115200\n\n[smsd]\n${settings.map(([name, value]) => `${name} = ${value}\n`).join('')}`,
  );
  const program = scene.program('gammu-smsd', ['-c', configuration], { cwd: folder });
  return { program, configuration, inbox, sent, failed };
}

/** Puts a message into the daemon's outbox with gammu's own composer. */
export async function inject(scene: Scene, daemon: GammuDaemon, parameters: readonly string[]): Promise<GammuRun> {
  const program = scene.program('gammu-smsd-inject', ['-c', daemon.configuration, ...parameters]);
  const exit = await program.exited;
  return { exit, output: [...program.stdout.items, ...program.stderr.items].join('\n') };
}
