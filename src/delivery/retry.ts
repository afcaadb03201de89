import type { Random } from '../runtime/index.js';
import type { RetryPolicy } from './types.js';

/** How sinks are asked again unless the configuration says otherwise: from one second to five minutes, for seven days. */
export const defaultRetry: RetryPolicy = { firstDelayMs: 1000, maximumDelayMs: 300_000, giveUpAfterMs: 7 * 86_400_000 };

/** A sink may ask for a longer wait than the policy has, up to this. */
const longestAskedForMs = 86_400_000;

/**
 * Milliseconds to wait after the try with number `attempt` (1 for the first): doubling from the first delay up to the longest,
 * of which between half and all is waited, by chance, so that many messages do not come back at once.
 */
export function retryDelayMs(policy: RetryPolicy, attempt: number, random: Random, askedForMs = 0): number {
  const full = Math.min(policy.maximumDelayMs, policy.firstDelayMs * 2 ** Math.min(attempt - 1, 60));
  return Math.max(full / 2 + (full / 2) * random.fraction(), Math.min(askedForMs, longestAskedForMs));
}
