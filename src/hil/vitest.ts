import { test as base, expect, type TestContext } from 'vitest';
import { ConfigError } from '../config/index.js';
import { BridgeError } from '../errors.js';
import { attach } from './attachments.js';
import { Bench, type Needs } from './bench.js';
import { HilError } from './errors.js';
import { type JourneyRecord, recordJourney } from './journey.js';
import { openBench } from './open-bench.js';
import { readSeed } from './seed.js';
import type { ExpectedPush } from './types.js';

export * from './index.js';

declare module 'vitest' {
  interface TaskMeta {
    /** What the reports of wapbridge show of a journey. */
    wapbridge?: JourneyRecord;
  }
  // biome-ignore lint/suspicious/noExplicitAny: vitest declares its type parameter so, and declarations that are merged must agree.
  interface Matchers<T = any> {
    /** A push like this is handed on in time, and no earlier expectation of this test has had it. */
    toReceivePush(expected: ExpectedPush): Promise<T>;
  }
}

expect.extend({
  async toReceivePush(received: unknown, expected: ExpectedPush) {
    if (!(received instanceof Bench)) throw new TypeError('expect(bench).toReceivePush(…) takes a bench');
    try {
      const { facts } = await received.receivePush(expected);
      return { pass: true, message: () => `did not expect ${facts}` };
    } catch (cause) {
      return { pass: false, message: () => inWords(cause) };
    }
  },
});

/**
 * vitest's `test` with a `bench`: the one whose file the variable `BENCH` names, else two virtual modems `a` and `b`. It is opened once for
 * all tests of a file. `SEED` seeds a virtual bench, which otherwise chooses
 * a seed; reports have it.
 */
export const test = base.extend<{ bench: Bench; openedBench: Bench }>({
  openedBench: [
    // biome-ignore lint/correctness/noEmptyPattern: vitest reads the pattern to learn which fixtures this one needs.
    async ({}, use) => {
      const file = process.env['BENCH'] || undefined;
      const bench = await openBench({ file, seed: readSeed(process.env['SEED']) }).catch((cause: unknown) => {
        throw withAdvice(cause);
      });
      try {
        await use(bench);
      } finally {
        await bench.close();
      }
    },
    { scope: 'file' },
  ],
  bench: async ({ openedBench, task, onTestFailed }, use) => {
    onTestFailed(() => tellAdvice(task.result?.errors ?? []));
    openedBench.begin();
    const began = openedBench.modems.map(({ trace }) => trace.length);
    await use(openedBench);
    const attachments = await attach(openedBench, task.fullTestName ?? task.name, began);
    task.meta.wapbridge ??= recordJourney(openedBench, {}, { attachments });
    if (task.meta.wapbridge.attachments.length === 0) task.meta.wapbridge = { ...task.meta.wapbridge, attachments };
  },
});

/** A bench that cannot be opened, with all that is wrong and what to do about it: test runners show nothing but an error's message. */
function withAdvice(cause: unknown): unknown {
  if (!(cause instanceof BridgeError)) return cause;
  const lines =
    cause instanceof ConfigError
      ? cause.problems.map(({ line, column, message, advice }) => `${cause.file}:${line}:${column}: ${adviceAfter(message, advice)}`)
      : [inWords(cause)];
  return new HilError(cause.code, lines.join('\n'), { cause });
}

const inWords = (cause: unknown): string =>
  cause instanceof BridgeError ? adviceAfter(cause.message, cause.advice) : cause instanceof Error ? cause.message : String(cause);

/** vitest prints an error's message; what to do about it stands beside that. */
function tellAdvice(errors: { message: string; readonly [key: string]: unknown }[]): void {
  for (const error of errors) {
    if (typeof error['advice'] === 'string' && typeof error['code'] === 'string')
      error.message = adviceAfter(error.message, error['advice']);
  }
}

const adviceAfter = (message: string, advice: string | undefined): string => (advice === undefined ? message : `${message}; ${advice}`);

/** A test that states what it needs; what the bench lacks skips it, with the reason. Its name is a sentence. */
export function journey(
  name: string,
  needs: Needs,
  body: (context: { readonly bench: Bench; readonly task: TestContext['task'] }) => Promise<void>,
  timeoutMs = 600_000,
): void {
  test(name, { timeout: timeoutMs }, async ({ bench, task, skip }) => {
    const lacking = bench.lacks(needs);
    if (lacking !== null) {
      task.meta.wapbridge = recordJourney(bench, needs, { skipped: lacking });
      skip(lacking);
    }
    try {
      await body({ bench, task });
    } finally {
      task.meta.wapbridge = recordJourney(bench, needs);
    }
  });
}

export { expect };
