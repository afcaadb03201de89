import type { Config } from '../config/index.js';
import type { EndpointSender, OpenListener } from '../endpoints/index.js';
import type { Clock, Random } from '../runtime/index.js';

/** Listeners that are asked for, by binding. */
export interface ListenersAsked {
  /** `[HOST:]PORT` each. */
  readonly udp?: readonly string[] | undefined;
  /** `[HOST:]PORT` each. */
  readonly http?: readonly string[] | undefined;
  /** A SIP URI. */
  readonly sip?: string | undefined;
  /** `[HOST:]PORT` or the path of a device, each. */
  readonly obex?: readonly string[] | undefined;
}

/** What listeners and senders need beside their address. */
export interface EndpointSettings {
  readonly http?: NonNullable<Config['endpoints']>['http'];
  readonly sip?: NonNullable<Config['endpoints']>['sip'];
  readonly obex?: NonNullable<Config['endpoints']>['obex'];
  /** The state folder, which exists. */
  readonly directory: string;
  /** Destinations that may be sent to, `sending.allow`. */
  readonly allow: readonly string[];
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  readonly random: Random;
}

/** The listeners that are asked for. @throws EndpointError `endpoints/bad-address`, `endpoints/bad-certificate`; ConfigError where a secret is missing */
export async function listenersOf(asked: ListenersAsked, settings: EndpointSettings): Promise<readonly OpenListener[]> {
  const listeners: OpenListener[] = [];
  for (const address of asked.udp ?? []) {
    const { listenUdp, parseListenAddress } = await import('../endpoints/index.js');
    listeners.push(listenUdp(parseListenAddress(address)));
  }
  for (const address of asked.http ?? []) {
    const { httpListenerOf } = await import('./http-plan.js');
    listeners.push(await httpListenerOf(address, settings));
  }
  if (asked.sip !== undefined) {
    const { sipListenerOf } = await import('./sip-plan.js');
    listeners.push(await sipListenerOf(asked.sip, settings));
  }
  for (const address of asked.obex ?? []) {
    const { obexListenerOf } = await import('./obex-plan.js');
    listeners.push(await obexListenerOf(address, settings));
  }
  return listeners;
}

/** What sends to a target. @throws EndpointError `endpoints/bad-target`, `endpoints/bad-certificate`; ConfigError where a secret is missing */
export async function senderOf(target: string, settings: EndpointSettings): Promise<EndpointSender> {
  if (/^sips?:/.test(target)) {
    const { sipSenderOf } = await import('./sip-plan.js');
    return sipSenderOf(target, settings);
  }
  if (/^https?:/i.test(target)) {
    const { httpSenderOf } = await import('./http-plan.js');
    return httpSenderOf(target, settings);
  }
  if (/^obex(?::\/\/|\+serial:)/.test(target)) {
    const { obexSenderOf } = await import('./obex-plan.js');
    return obexSenderOf(target, settings);
  }
  const { EndpointError, parseListenAddress, udpSender } = await import('../endpoints/index.js');
  const [, address] = /^udp:\/\/([^/]+:\d{1,5})\/?$/.exec(target) ?? [];
  if (address !== undefined) return udpSender(parseListenAddress(address));
  throw new EndpointError('endpoints/bad-target', `${target} cannot be sent to by this version`, {
    advice: 'write udp://HOST:PORT, https://HOST:PORT/wappush, sip:USER@HOST[:PORT], obex://HOST[:PORT] or obex+serial:DEVICE',
  });
}
