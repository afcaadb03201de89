/** Estimate of a round trip. @see RFC 3261 17.1.1.1 */
export const t1Ms = 500;
/** Longest time between retransmissions. */
export const t2Ms = 4000;
/** How long a request may come again, and how long an answer is waited for. @see RFC 3261 17.1.2.2, timers F and J */
export const transactionMs = 64 * t1Ms;
/**
 * How long after a request its sender, or a proxy that began later, may still repeat it. What comes later under the same Call-ID and CSeq
 * is a new request, as test tools with a fixed script send it.
 */
export const longestRepetitionMs = 2 * transactionMs;
