/** Named points of `send`, and of a `listen` that sends, at which the torture ends it, with how often each may be passed before. */
export const points = {
  'modem:octets': 60,
  'modem:line': 80,
  'modem:command-begins': 40,
  'modem:writing': 60,
  'modem:written': 60,
  'modem:command-answered': 40,
  'modem:ready': 1,
  'journal:begin:before': 24,
  'journal:send:enqueued': 1,
  'journal:send:recorded': 24,
  'journal:commit:before': 24,
  'journal:commit:after': 24,
  'journal:answered': 24,
  'journal:checkpoint:before': 2,
  'send:submitting': 20,
  'send:submitted': 20,
  'bridge:recovered': 1,
};

/** Where a receipt is most easily untrue: a part has left, or may have, and that is not on disk. Struck so much more often than others. */
const weights = { 'send:submitting': 3, 'send:submitted': 4, 'modem:written': 3 };

/** The names to choose from, each as often as it weighs. */
export const weighed = Object.keys(points).flatMap((name) => Array.from({ length: weights[name] ?? 1 }, () => name));
