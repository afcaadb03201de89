import { expect, test } from 'vitest';
import { withoutSecrets } from './no-secrets.js';
import type { OwnProgram, PeerBench, Written } from './peers/bench.js';

const written = (items: readonly string[]): Written<string> => ({ items, wait: () => Promise.reject(new TypeError('nothing comes')) });

/** A wapbridge that has written these lines. */
function benchWriting(stdout: readonly string[], stderr: readonly string[]): PeerBench {
  const exited = Promise.resolve({ code: 0 });
  const own: OwnProgram = {
    program: { stdout: written(stdout), stderr: written(stderr), exited, stop: () => exited, describe: () => '' },
    waitForEvent: () => Promise.reject(new TypeError('nothing comes')),
    eventsNamed: () => [],
    exited,
    stop: () => exited,
  };
  return { folder: () => '', program: () => own.program, wapbridge: () => own };
}

const run = (stdout: readonly string[], stderr: readonly string[] = []): Promise<void> => {
  const procedure = { item: 'DM-PUSH-C-007', title: 'does it', peer: null, needs: [] } as const;
  const start = async (bench: PeerBench): Promise<void> => void bench.wapbridge(['listen']);
  return withoutSecrets([{ ...procedure, run: start }], ['hunter2'])[0]!.run(benchWriting(stdout, stderr));
};

test.each([
  ['a password', 'error: hunter2 was refused'],
  ['a MAC', 'x-syncml-hmac: algorithm=MD5, username="bench", mac=YxnCYIopIVYVNxYBGOO88w=='],
  ['a nonce', '{"challenge":"Digest realm=\\"x\\", nonce=\\"abcdefgh12345678\\""}'],
  ['an answer to a challenge', 'Digest username="a", response="6629fae49393a05397450978507c4ef1"'],
  ['Basic credentials', 'Authorization: Basic YmVuY2g6c2VjcmV0'],
  ['the IMSI of a virtual modem', 'modem-1: +CIMI 001010000000001'],
])('a procedure in which wapbridge writes %s does not pass, and does not say it again', async (_, line) => {
  for (const told of [run(['fine', line]), run([], [line])]) {
    await expect(told).rejects.toMatchObject({ code: 'conformance/secret-told', message: expect.not.stringContaining(line) });
  }
});

test('what an event of a message shows is no secret', async () => {
  const push = { name: 'X-Wap-Application-Id', value: 'x-wap-application:syncml.dm', octets: 'AF87' };
  await expect(run([JSON.stringify({ event: 'message', from: '+15550000001', push })])).resolves.toBeUndefined();
});
