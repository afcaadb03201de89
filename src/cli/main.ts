#!/usr/bin/env node
import { EarlySignals } from './early-signals.js';

const words = process.argv.slice(2);
const signals = new EarlySignals(process, words);

// Loaded after the signals are watched: it takes a while.
const { run } = await import('./run.js');

process.exitCode = await run(words, {
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  environment: process.env,
  onStop: (callback) => signals.onStop(callback),
});
