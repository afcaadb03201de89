import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { seed } from '../support/seed.js';

const script = fileURLToPath(new URL('../../scripts/hotplug.mjs', import.meta.url));
const unplugs = Number(process.env.UNPLUGS ?? 50);

test.each(['plain-27005', 'huawei-e-series'])(
  `a modem pulled out ${unplugs} times at octets of chance and with commands unanswered, %s: no message lost, none handed on twice (SEED=${seed})`,
  { timeout: 500_000 },
  async (profile) => {
    expect(existsSync(fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url)))).toBe(true);
    const parameters = [
      script,
      '--json',
      '--unplugs',
      String(profile === 'plain-27005' ? unplugs : Math.max(6, Math.ceil(unplugs / 5))),
      '--seed',
      String(seed),
      '--profile',
      profile,
    ];
    const { stdout } = await promisify(execFile)(process.execPath, parameters);
    const result: Readonly<Record<string, number>> = JSON.parse(stdout);
    expect(result).toMatchObject({ lost: 0, handedOnTwice: 0, invented: 0, stillWaiting: 0, exitCode: 0 });
    expect(result.ttyNames).toBeGreaterThan(result.unplugs ?? Number.NaN);
  },
);
