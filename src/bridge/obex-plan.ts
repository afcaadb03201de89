import type { Config, SecretReference } from '../config/index.js';
import type { EndpointSender, HostAndPort, ObexCredentials, ObexLine, ObexServiceOptions, OpenListener } from '../endpoints/index.js';
import { closePort, openPort } from '../modem/index.js';
import type { EndpointSettings } from './endpoint-plan.js';
import { secretOf } from './endpoint-secrets.js';

type ObexConfig = NonNullable<NonNullable<Config['endpoints']>['obex']>;

/** The assigned port of OBEX over TCP. */
const obexPort = 650;
const mostUserOctets = 20;

/**
 * The listener for OBEX at an address or on a serial device, with what the configuration demands of senders.
 * @throws EndpointError `endpoints/bad-address`; ConfigError where a secret is missing
 */
export async function obexListenerOf(text: string, settings: EndpointSettings): Promise<OpenListener> {
  const { listenObex, listenObexLine, parseListenAddress } = await import('../endpoints/index.js');
  const obex = settings.obex ?? {};
  const senders: ObexCredentials[] = [];
  for (const { user, password } of obex.senders ?? []) senders.push(await credentialsOf(user, password, settings));
  const service: ObexServiceOptions = {
    ...(senders.length === 0 ? {} : { senders }),
    ...(obex.password === undefined ? {} : { own: await credentialsOf(obex.user, obex.password, settings) }),
    realm: obex.realm,
    inbox: obex.inbox,
    maximumPacket: obex['maximum-packet'],
  };
  if (!text.includes('/')) return listenObex({ ...parseListenAddress(text), ...service });
  return listenObexLine({ device: text, open: () => openLine(text, obex, settings), ...service });
}

/** What puts objects to a receiver. @throws EndpointError `endpoints/bad-target`; ConfigError where a secret is missing */
export async function obexSenderOf(target: string, settings: EndpointSettings): Promise<EndpointSender> {
  const { obexSender } = await import('../endpoints/index.js');
  const obex = settings.obex ?? {};
  const [, device] = /^obex\+serial:(.+)$/.exec(target) ?? [];
  const at = device === undefined ? await addressOf(target) : null;
  return obexSender(
    {
      target,
      open: (signal) => (at === null ? openLine(device ?? '', obex, settings, signal) : connectTo(at, signal, settings)),
      ...(obex.password === undefined ? {} : { own: await credentialsOf(obex.user, obex.password, settings) }),
      mutual: obex.mutual,
      maximumPacket: obex['maximum-packet'],
    },
    settings,
  );
}

async function addressOf(target: string): Promise<HostAndPort> {
  const { EndpointError, parseListenAddress } = await import('../endpoints/index.js');
  const [, host, port] = /^obex:\/\/(\[[0-9A-Fa-f:.%a-z]+\]|[^\s:[\]/]+)(?::(\d{1,5}))?\/?$/.exec(target) ?? [];
  if (host !== undefined) {
    const at = parseListenAddress(`${host}:${port ?? obexPort}`);
    if (at.port > 0) return at;
  }
  throw new EndpointError('endpoints/bad-target', `${JSON.stringify(target.slice(0, 200))} is no OBEX target`, {
    advice: 'write obex://HOST[:PORT] or obex+serial:DEVICE',
  });
}

async function connectTo(at: HostAndPort, signal: AbortSignal, { clock }: EndpointSettings): Promise<ObexLine> {
  const { connectObex } = await import('../endpoints/index.js');
  return connectObex(at, signal, clock);
}

async function openLine(device: string, obex: ObexConfig, { clock }: EndpointSettings, signal?: AbortSignal): Promise<ObexLine> {
  const baud = obex.baud === undefined ? {} : { baudRate: obex.baud };
  const stream = await openPort(device, { clock, signal, ...baud });
  return { stream, close: () => closePort(stream, clock) };
}

async function credentialsOf(user: string | undefined, password: SecretReference, settings: EndpointSettings): Promise<ObexCredentials> {
  const { EndpointError } = await import('../endpoints/index.js');
  if (Buffer.byteLength(user ?? '') > mostUserOctets) {
    throw new EndpointError('endpoints/bad-target', `a user id of OBEX has at most ${mostUserOctets} octets`, {
      advice: 'shorten the user in endpoints.obex',
    });
  }
  return { user: user ?? null, password: await secretOf(password, settings) };
}
