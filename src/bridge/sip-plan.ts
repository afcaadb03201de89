import { readFileSync, writeFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { join } from 'node:path';
import type { Config } from '../config/index.js';
import type { EndpointSender, ListenSipOptions, OpenListener, SipUri } from '../endpoints/index.js';
import { checkTarget, SendError } from '../sending/index.js';
import type { EndpointSettings } from './endpoint-plan.js';
import { pemOf, secretOf } from './endpoint-secrets.js';

type SipConfig = NonNullable<NonNullable<Config['endpoints']>['sip']>;

const transports = ['udp', 'tcp', 'tls'] as const;

/**
 * The listener for SIP MESSAGE, with what the configuration says of registrar and senders.
 * @throws EndpointError `endpoints/bad-address`, `endpoints/bad-certificate`; ConfigError where a secret is missing
 */
export async function sipListenerOf(text: string, settings: EndpointSettings): Promise<OpenListener> {
  const { EndpointError, listenSip } = await import('../endpoints/index.js');
  const { sip } = settings;
  const uri = await sipUri(text, 'endpoints/bad-address');
  const host = uri.host === 'localhost' ? '127.0.0.1' : uri.host;
  if (isIP(host) === 0) {
    const advice = 'give an address of this machine as the host, such as sip:dev@127.0.0.1:5060';
    throw new EndpointError('endpoints/bad-address', `${JSON.stringify(text)} is no address to listen at`, { advice });
  }
  const wanted = uri.scheme === 'sips' ? 'tls' : uri.parameters.get('transport')?.toLowerCase();
  const transport = transports.find((one) => one === wanted);
  const tls = await pemOf('endpoints.sip', sip ?? {});
  if (transport === 'tls' && (tls.certificate === undefined || tls.key === undefined)) {
    const advice = 'give endpoints.sip.certificate and endpoints.sip.key in the configuration, or choose another transport';
    throw new EndpointError('endpoints/bad-certificate', 'TLS needs a certificate and its key', { advice });
  }
  const passwords = new Map<string, string>();
  for (const { user, password } of sip?.senders ?? []) passwords.set(user, await secretOf(password, settings));
  const registration = await registrationOf(uri, settings);
  return listenSip({
    host,
    port: uri.port ?? (transport === 'tls' ? 5061 : 5060),
    transport,
    tls,
    algorithms: sip?.algorithms,
    ...(passwords.size === 0 ? {} : { passwords }),
    ...(registration === undefined ? {} : { registration }),
  });
}

/** What sends by SIP MESSAGE. @throws EndpointError `endpoints/bad-target`, `endpoints/bad-certificate`; ConfigError where a secret is missing */
export async function sipSenderOf(target: string, settings: EndpointSettings): Promise<EndpointSender> {
  const { sipSender } = await import('../endpoints/index.js');
  const { sip, clock, random } = settings;
  const proxy = sip?.proxy === undefined ? undefined : await sipUri(sip.proxy, 'endpoints/bad-target');
  const credentials = await credentialsOf(sip, sip?.from ?? 'sip:wapbridge@localhost', settings);
  const uri = await sipUri(target, 'endpoints/bad-target');
  const from = sip?.from === undefined ? undefined : (await sipUri(sip.from, 'endpoints/bad-target')).text;
  const mayFollow = ({ text }: SipUri): boolean => mayBeSentTo(text, settings);
  return sipSender({ target: uri, proxy, from, credentials, tls: await pemOf('endpoints.sip', sip ?? {}), mayFollow }, { clock, random });
}

/** Whether a redirection may be followed: whoever redirects must not choose whom we send to. */
function mayBeSentTo(target: string, { allow }: EndpointSettings): boolean {
  try {
    checkTarget(target, allow);
    return true;
  } catch (error) {
    if (error instanceof SendError) return false;
    throw error;
  }
}

async function registrationOf(uri: SipUri, settings: EndpointSettings): Promise<ListenSipOptions['registration']> {
  const { sip } = settings;
  if (sip?.registrar === undefined) return undefined;
  const registrar = await sipUri(sip.registrar, 'endpoints/bad-target');
  const aor = sip.aor ?? `sip:${uri.user ?? 'wapbridge'}@${registrar.host.includes(':') ? `[${registrar.host}]` : registrar.host}`;
  return {
    registrar,
    proxy: sip.proxy === undefined ? undefined : await sipUri(sip.proxy, 'endpoints/bad-target'),
    aor: (await sipUri(aor, 'endpoints/bad-target')).text,
    instance: sip.instance ?? instanceIn(settings),
    credentials: await credentialsOf(sip, aor, settings),
    expiresSeconds: sip['expires-s'],
  };
}

async function sipUri(text: string, code: `endpoints/${string}`): Promise<SipUri> {
  const { EndpointError, parseSipUri } = await import('../endpoints/index.js');
  const uri = parseSipUri(text);
  if (uri !== null) return uri;
  const advice = 'write sip:USER@HOST[:PORT][;transport=udp|tcp|tls]';
  throw new EndpointError(code, `${JSON.stringify(text.slice(0, 200))} is no SIP URI`, { advice });
}

async function credentialsOf(sip: SipConfig | undefined, aor: string, settings: EndpointSettings) {
  if (sip?.password === undefined) return undefined;
  const username = sip.user ?? (await sipUri(aor, 'endpoints/bad-target')).user ?? '';
  return { username, password: await secretOf(sip.password, settings) };
}

/** The instance id of this state folder: a registrar knows the device again by it. @see RFC 5626 4.1 */
function instanceIn({ directory, random }: EndpointSettings): string {
  const file = join(directory, 'sip-instance');
  try {
    const kept = readFileSync(file, 'utf8').trim();
    if (/^urn:uuid:[0-9a-f-]{36}$/i.test(kept)) return kept;
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
  }
  const made = `urn:uuid:${random.uuid()}`;
  writeFileSync(file, `${made}\n`, { mode: 0o600 });
  return made;
}
