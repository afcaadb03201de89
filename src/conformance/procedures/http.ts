import { expectNoSecret, withoutSecrets } from '../no-secrets.js';
import type { PeerBench } from '../peers/bench.js';
import { makeAuthority } from '../peers/certificates.js';
import { curl, openSslMd5, type Posted, sClientPost, startSServer } from '../peers/http-clients.js';
import { startNginx } from '../peers/nginx.js';
import { freePort } from '../peers/ports.js';
import type { Procedure } from '../types.js';
import {
  agreedNonce,
  expectOutcome,
  expectStatus,
  expectTaken,
  expectVerdict,
  password,
  secrets,
  send,
  terminal,
  user,
} from './http-bench.js';
import { expectThat, dmTypeNames as types } from './push-bench.js';

/** A sessionless Replace, the message whose MACs are known: 157 octets. */
const dmMessage = Buffer.from(
  '02A4016A006D6C7103312E3200017203444D2F312E3300016503324600015B033100016E5703494D45493A303034343031303133323433353436000101675703687474703A2F2F646D2E62656E63682E696E76616C69642F646D000101016B604B03310001546E57032E2F44657644657461696C2F4578742F42656E63682F466C61670001015A00014703696E7400010100004FC30137010101120101',
  'hex',
);
const xmlMessage = Buffer.from('<SyncML xmlns="SYNCML:SYNCML1.2"><SyncHdr><VerDTD>1.2</VerDTD></SyncHdr><SyncBody/></SyncML>');

/** The procedures of terminal and gateway. @see OMA-TS-DM_PushBinding-V1_3 5.3, Appendix B */
export const httpProcedures: readonly Procedure[] = withoutSecrets(
  [
    {
      item: 'DM-PUSH-C-005',
      title: 'takes both types from curl over TLS, directly and inside application/http, and gives no other type to the DM application',
      peer: 'curl',
      needs: ['curl', 'openssl'],
      run: receivesBothTypes,
    },
    {
      item: 'DM-PUSH-C-007',
      title:
        'is verified by curl and by openssl s_client, and takes nothing from who shows no client certificate or one of another authority',
      peer: 'openssl and curl',
      needs: ['curl', 'openssl'],
      run: demandsCertificate,
    },
    ...(['hmac', 'md5'] as const).map(
      (kind): Procedure => ({
        item: 'DM-PUSH-C-007',
        title: `demands ${kind === 'hmac' ? 'x-syncml-hmac' : 'MD5 credentials'} made by openssl md5: good is taken, wrong, missing and a nonce used before are answered with 401`,
        peer: 'openssl md5 and curl',
        needs: ['curl', 'openssl'],
        run: (bench) => demandsDigest(bench, kind),
      }),
    ),
    {
      item: 'DM-PUSH-C-007',
      title: 'demands Basic or digest credentials of curl: good is taken, wrong and missing are answered with 401',
      peer: 'curl',
      needs: ['curl', 'openssl'],
      run: demandsPassword,
    },
    {
      item: 'DM-PUSH-S-005',
      title: 'posts both types to nginx over TLS, with type, length and octets as they are, and reaches nobody there without TLS',
      peer: 'nginx',
      needs: ['nginx', 'openssl'],
      run: postsToNginx,
    },
    {
      item: 'DM-PUSH-S-007',
      title: 'shows nginx its client certificate and a MAC that openssl md5 makes too',
      peer: 'nginx and openssl md5',
      needs: ['nginx', 'openssl'],
      run: provesItself,
    },
    {
      item: 'DM-PUSH-S-007',
      title: 'sends nothing to openssl s_server with a certificate of another authority or another host, and shows its own to -Verify',
      peer: 'openssl s_server',
      needs: ['openssl'],
      run: verifiesTheServer,
    },
  ],
  [password, agreedNonce, Buffer.from(`${user}:${password}`).toString('base64')],
);

async function receivesBothTypes(bench: PeerBench): Promise<void> {
  const { listen, target, authority, client, next } = await terminal(bench, { require: ['client-certificate'] });
  const post = (body: Uint8Array, headers: readonly string[]) =>
    curl(bench, target, { authority: authority.certificate, client, body, headers });
  const enveloped = (type: string, body: Uint8Array): Uint8Array =>
    Buffer.concat([Buffer.from(`HTTP/1.1 200 OK\r\nContent-Type: ${type}\r\nContent-Length: ${body.length}\r\n\r\n`), body]);
  const large = Buffer.alloc(30_000, dmMessage);
  for (const [type, body] of [
    [types.wbxml, dmMessage],
    [types.xml, xmlMessage],
    [types.wbxml, large],
  ] as const) {
    expectTaken(await post(body, [`Content-Type: ${type}`, 'X-Wap-Application-Id: x-wap-application:syncml.dm']));
    expectTaken(await post(enveloped(type, body), ['Content-Type: application/http', 'Expect:']));
    for (const message of await next(2)) expectVerdict(message, 'dm-application', body);
  }
  for (const type of ['text/plain', 'application/vnd.syncml.dm+wbxmlx', 'application/vnd.wap.connectivity-wbxml']) {
    expectTaken(await post(dmMessage, [`Content-Type: ${type}`]));
    expectVerdict((await next(1)).at(-1), 'other-application', dmMessage);
  }
  await listen.stop();
}

async function demandsCertificate(bench: PeerBench): Promise<void> {
  const { listen, target, port, authority, client, next } = await terminal(bench, { require: ['client-certificate'] });
  const other = await makeAuthority(bench, 'Another authority');
  const foreign = await other.issue('client', 'client');
  const headers = [`Content-Type: ${types.wbxml}`];
  const refusedBy = async (what: string, posted: Promise<Posted>): Promise<void> => {
    const { status, said } = await posted;
    expectThat(status === null, `a POST ${what} was answered with ${status}: ${said}`);
  };
  const own = authority.certificate;
  await refusedBy('without a certificate', curl(bench, target, { authority: own, body: dmMessage, headers }));
  await refusedBy('with a foreign certificate', curl(bench, target, { authority: own, client: foreign, body: dmMessage, headers }));
  await refusedBy('that trusts another authority', curl(bench, target, { authority: other.certificate, client, body: dmMessage, headers }));
  await refusedBy('without TLS', curl(bench, target.replace('https', 'http'), { authority: own, body: dmMessage, headers }));
  await refusedBy('by s_client without a certificate', sClientPost(bench, port, { authority: own, body: dmMessage, type: types.wbxml }));
  await refusedBy(
    'with TLS 1.1',
    sClientPost(bench, port, {
      authority: own,
      client,
      body: dmMessage,
      type: types.wbxml,
      parameters: ['-tls1_1', '-cipher', 'ALL:@SECLEVEL=0'],
    }),
  );
  expectThat(listen.eventsNamed('message').length === 0, 'something was taken from who showed no certificate');
  expectTaken(await curl(bench, target, { authority: own, client, body: dmMessage, headers }));
  for (const version of ['-tls1_2', '-tls1_3']) {
    expectTaken(await sClientPost(bench, port, { authority: own, client, body: dmMessage, type: types.wbxml, parameters: [version] }));
  }
  for (const message of await next(3)) expectVerdict(message, 'dm-application', dmMessage);
  await listen.stop();
}

async function demandsDigest(bench: PeerBench, kind: 'hmac' | 'md5'): Promise<void> {
  const { listen, target, authority, client, next } = await terminal(bench, { require: ['client-certificate', kind] });
  const entityDigest = await openSslMd5(bench, dmMessage);
  const account = await openSslMd5(bench, Buffer.from(`${user}:${password}`));
  const proof = async (nonce: string): Promise<string> => {
    const text = kind === 'hmac' ? `${account}:${nonce}:${entityDigest}` : `${account}:${nonce}`;
    const made = await openSslMd5(bench, Buffer.from(text));
    return kind === 'hmac'
      ? `x-syncml-hmac: algorithm=MD5, username="${user}", mac=${made}`
      : `Authorization: SyncML-MD5 username="${user}", digest="${made}"`;
  };
  const post = (headers: readonly string[]) =>
    curl(bench, target, {
      authority: authority.certificate,
      client,
      body: dmMessage,
      headers: [`Content-Type: ${types.wbxml}`, ...headers],
    });
  const good = await proof(agreedNonce);
  expectStatus(await post([]), 401, 'a missing one');
  expectStatus(await post([await proof('another-nonce')]), 401, 'a wrong one');
  const taken = await post([good]);
  expectTaken(taken);
  expectStatus(await post([good]), 401, 'one whose nonce was used before');
  const [, nextNonce = ''] = /^authentication-info: nextnonce="([^"]+)"/im.exec(taken.said) ?? [];
  const again = await proof(nextNonce);
  expectTaken(await post([again]));
  expectStatus(await post([again]), 401, 'one whose next nonce was used before');
  await next(2);
  await listen.stop();
  expectThat(listen.eventsNamed('message').length === 2, 'more was taken than was proved');
  expectNoSecret(
    listen.program,
    [good, again, nextNonce].map((text) => text.replace(/^.*(?:mac=|digest=")/, '').replace(/"$/, '')),
  );
}

async function demandsPassword(bench: PeerBench): Promise<void> {
  for (const kind of ['basic', 'digest'] as const) {
    const { listen, target, authority, client, next } = await terminal(bench, { require: ['client-certificate', kind] });
    const post = (parameters: readonly string[]) =>
      curl(bench, target, {
        authority: authority.certificate,
        client,
        body: dmMessage,
        headers: [`Content-Type: ${types.wbxml}`],
        parameters,
      });
    expectStatus(await post([]), 401, 'a missing one');
    expectStatus(await post([`--${kind}`, '-u', `${user}:wrong`]), 401, 'a wrong one');
    expectStatus(await post([`--${kind}`, '-u', `nobody:${password}`]), 401, 'one of nobody');
    expectTaken(await post([`--${kind}`, '-u', `${user}:${password}`]));
    await next(1);
    await listen.stop();
    expectThat(listen.eventsNamed('message').length === 1, 'more was taken than was proved');
  }
}

async function postsToNginx(bench: PeerBench): Promise<void> {
  const authority = await makeAuthority(bench, 'Bench authority');
  const nginx = await startNginx(bench, await authority.issue('localhost', 'server'));
  const target = `https://localhost:${nginx.port}/wappush`;
  const http = { authorities: authority.certificate };
  const large = Buffer.alloc(30_000, dmMessage);
  const sent = [
    ['dm+wbxml', dmMessage],
    ['dm+xml', xmlMessage],
    ['dm+wbxml', large],
  ] as const;
  for (const [type, body] of sent) expectOutcome(await send(bench, { target, type, body, http }), 'sent');
  const requests = await nginx.requests(sent.length);
  for (const [index, [type, body]] of sent.entries()) {
    const request = requests[index];
    expectThat(request?.method === 'POST' && request.target === '/wappush', `nginx saw ${request?.method} ${request?.target}`);
    expectThat(request?.contentType === `application/vnd.syncml.${type}`, `nginx saw the type ${request?.contentType}`);
    expectThat(request?.contentLength === String(body.length), `nginx saw the length ${request?.contentLength}`);
    expectThat(request !== undefined && Buffer.compare(request.entity, body) === 0, 'nginx saved other octets');
    expectThat(request?.applicationId === 'x-wap-application:syncml.dm', `nginx saw the application id ${request?.applicationId}`);
  }
  expectOutcome(await send(bench, { target, type: 'dm+wbxml', body: dmMessage, http: { ...http, envelope: true } }), 'sent');
  const enveloped = (await nginx.requests(sent.length + 1)).at(-1);
  expectThat(enveloped?.contentType === 'application/http', `nginx saw the type ${enveloped?.contentType}`);
  const text = Buffer.from(enveloped?.entity ?? []).toString('latin1');
  expectThat(text.startsWith('HTTP/1.1 200 OK\r\n') && text.endsWith(`\r\n\r\n${dmMessage.toString('latin1')}`), 'nginx saved no envelope');
  expectOutcome(await send(bench, { target: target.replace('https', 'http'), type: 'dm+wbxml', body: dmMessage, http }), 'not-sent');
  await nginx.stop();
}

async function provesItself(bench: PeerBench): Promise<void> {
  const authority = await makeAuthority(bench, 'Bench authority');
  const own = await authority.issue('bench-gateway', 'client');
  const nginx = await startNginx(bench, { ...(await authority.issue('localhost', 'server')), clientAuthority: authority.certificate });
  const target = `https://localhost:${nginx.port}/wappush`;
  const http = { authorities: authority.certificate, certificate: own.certificate, key: own.key };
  const sender = await send(bench, { target, type: 'dm+wbxml', body: dmMessage, http: { ...http, ...secrets(bench) } });
  expectOutcome(sender, 'sent');
  expectOutcome(
    await send(bench, { target, type: 'dm+wbxml', body: dmMessage, http: { ...http, ...secrets(bench), credentials: 'basic' } }),
    'sent',
  );
  const [first, second] = await nginx.requests(2);
  expectThat(first?.clientCertificate === 'SUCCESS', `nginx saw the client certificate ${first?.clientCertificate}`);
  const account = await openSslMd5(bench, Buffer.from(`${user}:${password}`));
  const mac = await openSslMd5(bench, Buffer.from(`${account}:${agreedNonce}:${await openSslMd5(bench, dmMessage)}`));
  expectThat(mac === 'YxnCYIopIVYVNxYBGOO88w==', `openssl makes the MAC ${mac}`);
  expectThat(first?.hmac === `algorithm=MD5, username="${user}", mac=${mac}`, `nginx saw ${first?.hmac}`);
  expectThat(second?.authorization === 'Basic YmVuY2g6c2VjcmV0', `nginx saw ${second?.authorization}`);
  expectNoSecret(sender.program.program, [mac]);
  // Without a certificate nginx takes nothing.
  expectOutcome(await send(bench, { target, type: 'dm+wbxml', body: dmMessage, http: { authorities: authority.certificate } }), 'not-sent');
  await nginx.stop();
}

async function verifiesTheServer(bench: PeerBench): Promise<void> {
  const authority = await makeAuthority(bench, 'Bench authority');
  const other = await makeAuthority(bench, 'Another authority');
  const own = await authority.issue('bench-gateway', 'client');
  const cases = [
    { what: 'of another authority', server: await other.issue('localhost', 'server'), taken: false },
    { what: 'of another host', server: await authority.issue('other.invalid', 'server'), taken: false },
    { what: 'that is right', server: await authority.issue('localhost', 'server'), taken: true },
  ];
  for (const { what, server, taken } of cases) {
    const port = await freePort();
    const sink = await startSServer(bench, port, { ...server, authority: authority.certificate });
    const target = `https://localhost:${port}/wappush`;
    const http = { authorities: authority.certificate, certificate: own.certificate, key: own.key };
    expectOutcome(await send(bench, { target, type: 'dm+wbxml', body: dmMessage, http }), taken ? 'sent' : 'not-sent');
    const said = await sink.stop();
    expectThat(said.includes('POST /wappush') === taken, `s_server with a certificate ${what} ${taken ? 'saw no' : 'saw a'} POST`);
    if (!taken) continue;
    expectThat(/depth=0 CN = bench-gateway[\s\S]*verify return:1/.test(said), `s_server saw no client certificate: ${said.slice(0, 1000)}`);
    expectThat(said.includes(dmMessage.toString('latin1')), 's_server saw other octets');
  }
}
