import { SendError } from './errors.js';

const targetPattern = /^(?:udp:\/\/|https?:\/\/|sips?:|obex:\/\/|obex\+serial:)\S+$/;

/** Whether a word names where to send without a modem. */
export function isTarget(word: string): boolean {
  return word.length <= 2048 && targetPattern.test(word);
}

/** The host of a target; null where it has none, as a device. */
function hostOf(target: string): string | null {
  const [, bracketed, plain] = /^(?:[a-z]+:\/\/(?:[^@/?#\s]*@)?|sips?:(?:[^@\s]*@)?)(?:\[([^\]]+)\]|([^:/;?\s@]+))/.exec(target) ?? [];
  return bracketed ?? plain ?? null;
}

/** Whether a target is on this machine: what is sent there reaches nobody else, so no allow-list and no rate hold. */
export function isLoopbackTarget(target: string): boolean {
  const host = hostOf(target);
  return host !== null && isLoopbackHost(host);
}

/** Whether a host is this machine, so that nobody else hears what is said to it. */
export function isLoopbackHost(host: string): boolean {
  return /^127(?:\.\d{1,3}){3}$/.test(host) || host === '::1' || host === 'localhost';
}

/** @throws SendError `sending/destination-not-allowed`, `sending/bad-target` */
export function checkTarget(target: string, allow: readonly string[]): void {
  if (!isTarget(target)) {
    throw new SendError('sending/bad-target', `${JSON.stringify(target.slice(0, 80))} is nothing that can be sent to`, {
      advice: 'write modem, udp://HOST:PORT, http://HOST:PORT/wappush, https://…, sip:USER@HOST, obex://HOST:PORT or obex+serial:DEVICE',
    });
  }
  const listed = allow.some((entry) =>
    entry.endsWith('*') ? entry.length > 1 && target.startsWith(entry.slice(0, -1)) : entry === target,
  );
  if (listed || isLoopbackTarget(target)) return;
  throw new SendError('sending/destination-not-allowed', `${target} is not on the allow-list of destinations`, {
    advice: 'add it to sending.allow in the configuration',
  });
}
