#!/usr/bin/env node
// Nothing is imported before signals are watched, so that this is the first of our own code that runs: what comes earlier meets Node itself,
// which dies of it with nothing opened.

/** Commands that a signal ends as they should end; the others die of one that comes while they are being loaded, as any program does. */
const endedBySignals = new Set(['listen', 'bench']);

const words = process.argv.slice(2);
const callbacks: (() => void)[] = [];
let [watching, came] = [false, false];

function watch(): void {
  if (watching) return;
  watching = true;
  const stop = (): void => {
    came = true;
    for (const callback of callbacks) callback();
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
}

if (words.some((word) => endedBySignals.has(word))) watch();

const { run } = await import('./run.js');
const { programName } = await import('./program.js');

process.exitCode = await run(words, {
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  environment: process.env,
  program: programName({ script: process.argv[1], environment: process.env, folder: workingFolder() }),
  onStop: (callback) => {
    callbacks.push(callback);
    watch();
    // It came while the program was being loaded.
    if (came) callback();
  },
});

/** Null where it does not exist any more. */
function workingFolder(): string | null {
  try {
    return process.cwd();
  } catch {
    return null;
  }
}
