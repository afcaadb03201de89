import { describe, expect } from 'vitest';
import { findProgram } from './program.js';
import { test } from './scene.js';

/** Set by `npm run check` and `.ci/run`: a missing program then fails instead of being skipped. */
const required = process.env['REQUIRE_PEERS'] === '1';

/**
 * Tests against other people's programs. Where one is not installed they are skipped, and the name of the skipped
 * group says what to install; with REQUIRE_PEERS=1 that is a failure.
 */
export function describePeer(title: string, programs: Readonly<Record<string, string>>, body: () => void): void {
  const missing = Object.entries(programs).filter(([name]) => findProgram(name) === null);
  if (missing.length === 0) {
    describe(title, body);
    return;
  }
  const names = missing.map(([name]) => name).join(', ');
  const packages = [...new Set(missing.map(([, packageName]) => packageName))].join(' ');
  if (!required) {
    describe.skip(`${title} (not installed: ${names}; apt-get install ${packages})`, body);
    return;
  }
  describe(title, () => {
    test('its programs are installed', () => expect(missing.map(([name]) => name)).toEqual([]));
  });
}
