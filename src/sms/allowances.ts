/**
 * Deviations of real networks and modems that a decoder may be told to take; none is taken unless named, and each one that
 * is used leaves a diagnostic. Who needs them: `docs/allowances.md`.
 */
export const allowances = ['padding-after-user-data', 'truncated-user-data'] as const;

/** One of {@link allowances}. */
export type Allowance = (typeof allowances)[number];
