import type { Config } from '../config/index.js';
import type { SendPolicy } from '../sending/index.js';

/** What a configuration lets be sent; `budget` of the command line counts before that of the file. */
export function sendPolicyOf(sending: Config['sending'], budget?: number): SendPolicy {
  const rate = sending?.['pushes-per-minute'];
  const most = budget ?? sending?.budget;
  return {
    allow: sending?.allow ?? [],
    ...(rate === undefined ? {} : { pushesPerMinute: rate }),
    ...(most === undefined ? {} : { budget: most }),
  };
}
