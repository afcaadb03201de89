import { join } from 'node:path';
import type { Config, SecretReference } from '../config/index.js';
import type {
  CredentialKind,
  EndpointSender,
  HostAndPort,
  HttpSenderOptions,
  ListenHttpOptions,
  OpenListener,
} from '../endpoints/index.js';
import { isLoopbackHost } from '../sending/index.js';
import { enclosedCredential } from './enclosed-credential.js';
import type { EndpointSettings } from './endpoint-plan.js';
import { pemOf, secretOf } from './endpoint-secrets.js';

type HttpConfig = NonNullable<NonNullable<Config['endpoints']>['http']>;

/** The registered ports of OTA-HTTP, without and with TLS. @see WAP-235-PushOTA */
const plainPort = 4035;
const securePort = 4036;

/**
 * The listener for OTA-HTTP at an address, with what the configuration demands of senders.
 * @throws EndpointError `endpoints/bad-address`, `endpoints/bad-certificate`; ConfigError where a secret is missing
 */
export async function httpListenerOf(text: string, settings: EndpointSettings): Promise<OpenListener> {
  const { EndpointError, listenHttp, parseListenAddress } = await import('../endpoints/index.js');
  const http = settings.http ?? {};
  const at = parseListenAddress(text);
  const secure = isSecure(at, http);
  const clientCertificate = http.require?.includes('client-certificate') === true;
  const tls = secure ? await pemOf('endpoints.http', http) : undefined;
  if (tls !== undefined && (tls.certificate === undefined || tls.key === undefined)) {
    throw new EndpointError('endpoints/bad-certificate', `HTTPS at ${text} needs a certificate and its key`, {
      advice:
        'give endpoints.http.certificate and endpoints.http.key in the configuration; without TLS only where endpoints.http.tls is false',
    });
  }
  if (clientCertificate && tls === undefined) {
    throw new EndpointError('endpoints/bad-certificate', `a client certificate is demanded, and at ${text} TLS is not spoken`, {
      advice: 'give endpoints.http.certificate and endpoints.http.key, or take client-certificate out of endpoints.http.require',
    });
  }
  const credentials = await credentialsOf(http, settings);
  return listenHttp({
    ...at,
    tls,
    clientCertificate,
    terminal: { id: http['terminal-id'], sizeHeader: http['size-header'] },
    ...(credentials === undefined ? {} : { credentials }),
  });
}

/**
 * What posts to a terminal.
 * @throws EndpointError `endpoints/bad-target`, `endpoints/bad-certificate`, `endpoints/plain-not-allowed`; ConfigError where a secret is missing
 */
export async function httpSenderOf(target: string, settings: EndpointSettings): Promise<EndpointSender> {
  const { EndpointError, httpSender } = await import('../endpoints/index.js');
  const http = settings.http ?? {};
  const plain = /^http:\/\/(?:\[([^\]]*)\]|([^/:?#]*))/i.exec(target);
  if (plain !== null && http.tls !== false && !isLoopbackHost(plain[1] ?? plain[2] ?? '')) {
    throw new EndpointError('endpoints/plain-not-allowed', `${target} would be sent to without TLS`, {
      advice: 'write https://, or set endpoints.http.tls to false where the network is your own',
    });
  }
  const proof = await proofOf(http, settings);
  return httpSender(
    {
      target,
      tls: await pemOf('endpoints.http', http),
      envelope: http.envelope,
      register: http.register,
      ...(proof === undefined ? {} : { proof }),
    },
    settings,
  );
}

async function proofOf(http: HttpConfig, settings: EndpointSettings): Promise<HttpSenderOptions['proof']> {
  const { user, password, credentials: kind = 'hmac' } = http;
  if (user === undefined || password === undefined) return undefined;
  const { usedNoncesIn } = await import('../endpoints/index.js');
  return {
    kind,
    user,
    password: await secretOf(password, settings),
    nonces: await noncesOf(http.nonces, settings),
    used: usedNoncesIn(join(settings.directory, 'http-nonces-sent')),
  };
}

/** Whether TLS is spoken at an address: as said, else as the registered ports have it, and elsewhere unless it is on loopback without a certificate. */
function isSecure({ host, port }: HostAndPort, http: HttpConfig): boolean {
  if (http.tls !== undefined) return http.tls;
  if (port === securePort) return true;
  if (!isLoopbackHost(host)) return true;
  return port !== plainPort && http.certificate !== undefined;
}

async function credentialsOf(http: HttpConfig, settings: EndpointSettings): Promise<ListenHttpOptions['credentials']> {
  const kinds = (http.require ?? []).filter((proof): proof is CredentialKind => proof !== 'client-certificate');
  if (kinds.length === 0) return undefined;
  const { usedNoncesIn } = await import('../endpoints/index.js');
  const senders = [];
  for (const { user, password, nonces } of http.senders ?? []) {
    senders.push({ user, password: await secretOf(password, settings), nonces: await noncesOf(nonces, settings) });
  }
  return { kinds, senders, used: usedNoncesIn(join(settings.directory, 'http-nonces')), enclosed: enclosedCredential };
}

/** Nonces that were agreed beforehand. */
async function noncesOf(reference: SecretReference | undefined, settings: EndpointSettings): Promise<readonly string[]> {
  return reference === undefined ? [] : (await secretOf(reference, settings)).split(/\s+/);
}
