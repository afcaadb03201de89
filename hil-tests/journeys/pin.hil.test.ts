import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { type RunningBench, type Scene, test } from '../support/scene.js';
import type { RunningWapbridge } from '../support/wapbridge.js';

/** A bench whose SIM wants its PIN, which is 1234, and a configuration that takes one from the environment. */
async function locked(scene: Scene): Promise<{ readonly bench: RunningBench; readonly config: string; readonly stateDir: string }> {
  const bench = await scene.bench();
  await bench.command({ do: 'fault', to: 'modem-1', fault: 'sim-locked' });
  const folder = scene.folder();
  const config = join(folder, 'wapbridge.yaml');
  writeFileSync(config, `modems:\n  - { name: locked, port: ${bench.modem(1).port}, pin: { environment: SIM_PIN } }\n`);
  return { bench, config, stateDir: join(folder, 'state') };
}

function listen(scene: Scene, { config, stateDir }: { readonly config: string; readonly stateDir: string }, pin: string): RunningWapbridge {
  return scene.wapbridge(['listen', '--json', '--verbose', '--config', config, '--state-dir', stateDir], { environment: { SIM_PIN: pin } });
}

test('listen unlocks a SIM with the PIN that the configuration points at', async ({ scene }) => {
  const setting = await locked(scene);
  const started = listen(scene, setting, '1234');
  await started.waitForEvent('modem', (event) => event['state'] === 'ready', { timeoutMs: 20_000 });
  expect(started.program.describe()).not.toContain('1234');
});

test('listen tries a wrong PIN once, also when it is started again, and shows it nowhere', async ({ scene }) => {
  const setting = await locked(scene);
  for (const [start, code] of [
    [1, 'modem/sim-locked'],
    [2, 'modem/pin-refused'],
  ] as const) {
    const started = listen(scene, setting, '9753');
    const failed = await started.waitForEvent('modem', (event) => event['state'] === 'failed' && event['code'] === code, {
      timeoutMs: 30_000,
    });
    expect([start, failed['code']]).toEqual([start, code]);
    // Time enough to be tempted again.
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    started.program.signal('SIGTERM');
    await started.exited;
    expect(started.program.describe()).not.toContain('9753');
  }
  const file = join(setting.stateDir, 'refused-pins.json');
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(readFileSync(file, 'utf8')).not.toContain('9753');
  // Two tries are left: the right one still opens it.
  const mended = listen(scene, setting, '1234');
  await mended.waitForEvent('modem', (event) => event['state'] === 'ready', { timeoutMs: 30_000 });
});
