import type { ItemId } from '../items.js';
import { withoutSecrets } from '../no-secrets.js';
import type { PeerBench } from '../peers/bench.js';
import type { Procedure } from '../types.js';
import { dmBody, dmTypes, expectDm, listening, messagesOf, sent, virtualPair } from './push-bench.js';

/** How wapbridge meets itself over a binding: what it listens with, and what it sends with once that is known. */
interface Meeting {
  readonly by: string;
  readonly client: ItemId;
  readonly server: ItemId;
  readonly octets: readonly number[];
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
];

/** Between wapbridge's own two ends: what stands where nobody else's program is installed. */
export const ownProcedures: readonly Procedure[] = withoutSecrets(
  meetings.flatMap((meeting) => [
    {
      item: meeting.client,
      title: `receives both types from itself by ${meeting.by}, octet for octet`,
      peer: null,
      needs: [],
      run: (bench: PeerBench) => meets(bench, meeting),
    },
    {
      item: meeting.server,
      title: `sends both types to itself by ${meeting.by}, octet for octet`,
      peer: null,
      needs: [],
      run: (bench: PeerBench) => meets(bench, meeting),
    },
  ]),
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
