import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ItemId } from '../items.js';
import { withoutSecrets } from '../no-secrets.js';
import type { PeerBench } from '../peers/bench.js';
import { makeAuthority } from '../peers/certificates.js';
import type { Procedure } from '../types.js';
import { dmBody, dmTypes, expectDm, expectThat, listening, messagesOf, outcomeOf, sent, virtualPair } from './push-bench.js';

type Facts = Readonly<Record<string, unknown>>;

const password = 'not-for-the-log-1414';

/** How wapbridge meets itself over a binding: what it listens with, and what it sends with once that is known. */
interface Meeting {
  readonly by: string;
  readonly client: ItemId;
  readonly server: ItemId;
  readonly octets: readonly number[];
  readonly needs?: readonly string[];
  meet(bench: PeerBench): Promise<{ readonly listen: readonly string[]; send(port: number): readonly string[] }>;
}

const meetings: readonly Meeting[] = [
  {
    by: 'short message on virtual modems',
    client: 'DM-PUSH-C-002',
    server: 'DM-PUSH-S-002',
    octets: [100, 2_000],
    async meet(bench) {
      const { sender, receiver } = await virtualPair(bench);
      return { listen: ['--modem', receiver.port], send: () => ['--modem', sender.port, '--to', receiver.number] };
    },
  },
  {
    by: 'UDP',
    client: 'DM-PUSH-C-002',
    server: 'DM-PUSH-S-002',
    octets: [100, 30_000],
    meet: () => Promise.resolve({ listen: ['--udp', '0'], send: (port) => ['--via', `udp://127.0.0.1:${port}`] }),
  },
  {
    by: 'SIP',
    client: 'DM-PUSH-C-004',
    server: 'DM-PUSH-S-004',
    octets: [100, 30_000],
    meet: () => Promise.resolve({ listen: ['--sip', 'sip:dev@127.0.0.1:0'], send: (port) => ['--via', `sip:dev@127.0.0.1:${port}`] }),
  },
  {
    by: 'HTTP over TLS',
    client: 'DM-PUSH-C-005',
    server: 'DM-PUSH-S-005',
    octets: [100, 30_000],
    needs: ['openssl'],
    async meet(bench) {
      const { terminal, gateway } = await certified(bench);
      return {
        listen: ['--http', '0', ...configured(bench, { http: { ...terminal, require: ['client-certificate'] } })],
        send: (port) => ['--via', `https://localhost:${port}/wappush`, ...configured(bench, { http: gateway })],
      };
    },
  },
  {
    by: 'OBEX',
    client: 'DM-PUSH-C-006',
    server: 'DM-PUSH-S-006',
    octets: [100, 30_000],
    meet: () => Promise.resolve({ listen: ['--obex', '0'], send: (port) => ['--via', `obex://127.0.0.1:${port}`] }),
  },
];

/** How wapbridge proves itself to itself: who shows all that is demanded, and who lacks something of it. */
interface Proving {
  readonly by: string;
  readonly client: ItemId;
  readonly server: ItemId;
  readonly needs: readonly string[];
  readonly demanded: string;
  prove(bench: PeerBench): Promise<{
    readonly listen: readonly string[];
    good(port: number): readonly string[];
    bad(port: number): readonly (readonly string[])[];
  }>;
}

const provings: readonly Proving[] = [
  {
    by: 'HTTP over TLS',
    client: 'DM-PUSH-C-007',
    server: 'DM-PUSH-S-007',
    needs: ['openssl'],
    demanded: 'a client certificate and x-syncml-hmac',
    async prove(bench) {
      const { terminal, gateway, untrusted } = await certified(bench);
      const known = { ...gateway, ...secretsOf(bench, password) };
      const { certificate: _, key: __, ...withoutCertificate } = known;
      const via = (port: number, http: Facts) => ['--via', `https://localhost:${port}/wappush`, ...configured(bench, { http })];
      const require = ['client-certificate', 'hmac'];
      return {
        listen: ['--http', '0', ...configured(bench, { http: { ...terminal, require, senders: [secretsOf(bench, password)] } })],
        good: (port) => via(port, known),
        bad: (port) => [
          via(port, gateway),
          via(port, withoutCertificate),
          via(port, { ...gateway, ...secretsOf(bench, 'a-wrong-one-2236') }),
          via(port, { ...known, authorities: untrusted }),
        ],
      };
    },
  },
  {
    by: 'OBEX',
    client: 'DM-PUSH-C-008',
    server: 'DM-PUSH-S-008',
    needs: [],
    demanded: 'the password on both sides',
    prove(bench) {
      const { nonces: _, ...known } = secretsOf(bench, password);
      const { nonces: __, ...wrong } = secretsOf(bench, 'a-wrong-one-2236');
      const via = (port: number, obex: Facts) => ['--via', `obex://127.0.0.1:${port}`, ...configured(bench, { obex })];
      return Promise.resolve({
        listen: ['--obex', '0', ...configured(bench, { obex: { senders: [known] } })],
        good: (port) => via(port, known),
        bad: (port) => [via(port, {}), via(port, wrong)],
      });
    },
  },
];

/** Certificates for both ends, by one authority, and the certificate of another authority. */
async function certified(bench: PeerBench) {
  const authority = await makeAuthority(bench, 'Bench authority');
  const other = await makeAuthority(bench, 'Another authority');
  const authorities = authority.certificate;
  return {
    terminal: { ...(await authority.issue('localhost', 'server')), authorities },
    gateway: { ...(await authority.issue('bench-gateway', 'client')), authorities },
    untrusted: other.certificate,
  };
}

/** The words that name a configuration of its own. */
function configured(bench: PeerBench, endpoints: Facts): readonly string[] {
  const file = join(bench.folder(), 'wapbridge.yaml');
  // JSON is YAML.
  writeFileSync(file, JSON.stringify({ endpoints }));
  return ['--config', file];
}

/** A user, a password and a nonce for it, as files. */
function secretsOf(bench: PeerBench, word: string) {
  const folder = bench.folder();
  writeFileSync(join(folder, 'password'), `${word}\n`, { mode: 0o600 });
  writeFileSync(join(folder, 'nonces'), 'nonce-of-the-bench\n', { mode: 0o600 });
  return { user: 'dms', password: { file: join(folder, 'password') }, nonces: { file: join(folder, 'nonces') } };
}

/** Between wapbridge's own two ends: what stands where nobody else's program is installed. */
export const ownProcedures: readonly Procedure[] = withoutSecrets(
  [
    ...meetings.flatMap((meeting) => {
      const { client, server, by, needs = [] } = meeting;
      const run = (bench: PeerBench): Promise<void> => meets(bench, meeting);
      return [
        { item: client, title: `receives both types from itself by ${by}, octet for octet`, peer: null, needs, run },
        { item: server, title: `sends both types to itself by ${by}, octet for octet`, peer: null, needs, run },
      ];
    }),
    ...provings.flatMap((proving) => {
      const { client, server, by, needs, demanded } = proving;
      const run = (bench: PeerBench): Promise<void> => proves(bench, proving);
      return [
        {
          item: client,
          title: `demands ${demanded} of itself by ${by}, and takes nothing from who lacks any of it`,
          peer: null,
          needs,
          run,
        },
        {
          item: server,
          title: `shows itself ${demanded} by ${by}, and is refused where any of it is missing or wrong`,
          peer: null,
          needs,
          run,
        },
      ];
    }),
  ],
  [password, 'a-wrong-one-2236', 'nonce-of-the-bench'],
);

async function meets(bench: PeerBench, { meet, octets }: Meeting): Promise<void> {
  const { listen: words, send } = await meet(bench);
  const listen = await listening(bench, words);
  const port = Number(listen.eventsNamed('listening').at(0)?.['port'] ?? 0);
  let count = 0;
  for (const { option, code } of dmTypes) {
    for (const size of octets) {
      const body = dmBody(size);
      await sent(bench, send(port), option, body);
      count += 1;
      expectDm((await messagesOf(listen, count)).at(-1), code, body);
    }
  }
  await listen.stop();
}

async function proves(bench: PeerBench, { prove }: Proving): Promise<void> {
  const { listen: words, good, bad } = await prove(bench);
  const listen = await listening(bench, words);
  const port = Number(listen.eventsNamed('listening').at(0)?.['port'] ?? 0);
  for (const [index, way] of bad(port).entries()) {
    const { outcome, program } = await outcomeOf(bench, way, 'dm+wbxml', dmBody(100 + index));
    expectThat(outcome === 'not-sent', `attempt ${index + 1} ended with ${String(outcome)}: ${program.program.describe()}`);
  }
  const body = dmBody(90);
  await sent(bench, good(port), 'dm+wbxml', body);
  expectDm((await messagesOf(listen, 1)).at(-1), 0x42, body);
  await listen.stop();
  expectThat(listen.eventsNamed('message').length === 1, 'something was taken from who did not prove all that is demanded');
}
