import type { WspPush } from './types.js';

/** What a push says, without the octets that say it. */
export function meaningOf(push: WspPush) {
  return {
    transactionId: push.transactionId,
    pduType: push.pduType,
    contentType: {
      code: push.contentType.code,
      name: push.contentType.name,
      parameters: push.contentType.parameters.map(({ name, token, value }) => ({ name, token, value })),
    },
    applicationId: push.applicationId,
    headers: push.headers.map(({ name, code, page, value }) => ({ name, code, page, value })),
    body: [...push.body],
  };
}
