import { createServer } from 'node:http';
import { describe } from 'vitest';
import { profiles } from '../../src/profiles/index.js';
import { notExpected, type PeerTask, peerTasks } from '../../src/profiles/peer-table.vectors.js';
import { eventually, filesIn } from '../support/files.js';
import { dmPushParts, plainDeliver, plainText } from '../support/messages.js';
import { describePeer } from '../support/peer.js';
import { type RunningBench, type Scene, test } from '../support/scene.js';
import { Terminal } from '../support/terminal.js';
import { gammu, gammuDaemon, inject } from './gammu.js';
import { kannel } from './kannel.js';

/** A bench of a profile whose modems have had time to be ready. */
async function benchOf(scene: Scene, profile: string): Promise<RunningBench> {
  const late = profiles.find(({ id }) => id === profile)?.quirks.includes('messages-late-after-sim') === true;
  const bench = await scene.bench({ modems: 2, parameters: ['--profile', profile] });
  if (late) await new Promise((resolve) => setTimeout(resolve, 8_500));
  return bench;
}

/** Has the network deliver a part; when it arrives is seen at the peer. */
function deliverSometime(bench: RunningBench, tpdu: string): void {
  bench.command({ do: 'deliver', to: 'modem-1', tpdu, within: 50 }, { timeoutMs: 60_000 }).catch(() => {});
}

/** Waits until a modem has submitted so many messages. */
const submitted = (bench: RunningBench, count: number, describeAll: () => string): Promise<true> =>
  eventually(
    `${count} messages submitted`,
    async () => {
      const answer = await bench.command({ do: 'state' });
      const modems = answer['modems'];
      const [first] = Array.isArray(modems) ? modems : [];
      return Number(first?.counters?.submitted ?? 0) >= count ? true : null;
    },
    { timeoutMs: 40_000, describe: describeAll },
  );

const title = 'A page, and a title long enough that the push needs a second short message to be carried whole';

const tasks: Readonly<Record<PeerTask, (scene: Scene, profile: string) => Promise<void>>> = {
  'gammu: identify': async (scene, profile) => {
    const bench = await benchOf(scene, profile);
    const { exit, output } = await gammu(scene, bench.modem(1).port, ['identify']);
    if (exit.code !== 0 || !/^IMEI +: \d{15}$/m.test(output)) throw new Error(output);
  },
  'gammu: list': async (scene, profile) => {
    const bench = await benchOf(scene, profile);
    const terminal = await Terminal.open(bench.modem(1).port);
    await terminal.command('AT+CNMI=1,1,0,0,0');
    await bench.command({ do: 'deliver', to: 'modem-1', tpdu: plainDeliver });
    await terminal.close();
    const { exit, output } = await gammu(scene, bench.modem(1).port, ['getallsms']);
    if (exit.code !== 0 || output.split(plainText).length !== 2) throw new Error(output);
  },
  'gammu-smsd: receive two parts, send two parts': async (scene, profile) => {
    const bench = await benchOf(scene, profile);
    const daemon = await gammuDaemon(scene, bench.modem(1).port);
    for (const tpdu of dmPushParts) deliverSometime(bench, tpdu);
    await filesIn(daemon.inbox, /\.bin$/, 2, { describe: () => daemon.program.describe() });
    await inject(scene, daemon, ['WAPINDICATOR', bench.modem(2).number, 'http://www.example.test/a/page/with/a/path', title]);
    await submitted(bench, 2, () => daemon.program.describe());
  },
  'Kannel: receive two parts, send two parts': async (scene, profile) => {
    const bench = await benchOf(scene, profile);
    let calls = 0;
    const server = createServer((_request, response) => {
      calls += 1;
      response.end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    scene.atEnd(() => new Promise((resolve) => server.close(resolve)));
    const address = server.address();
    const gateway = await kannel(scene, {
      port: bench.modem(1).port,
      initString: 'AT+CNMI=1,2,0,0,0',
      mobileOriginatedUrl: `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}/`,
    });
    for (const tpdu of dmPushParts) deliverSometime(bench, tpdu);
    await eventually('the message at the web server', () => (calls > 0 ? true : null), { timeoutMs: 40_000, describe: gateway.describe });
    // A wapbox has ports that cannot be chosen, so that two of them cannot run at once: the parts go by smsbox, each with its header.
    for (const part of ['01', '02']) {
      const header = `%05%00%03%2A%02%${part}`;
      const answer = await fetch(
        `${gateway.sendUrl}&from=15550001111&to=%2B${bench.modem(2).number.slice(1)}&coding=1&udh=${header}&text=part`,
      );
      if (answer.status !== 202) throw new Error(`${answer.status} ${await answer.text()}`);
    }
    await submitted(bench, 2, gateway.describe);
  },
};

const programs = {
  gammu: { gammu: 'gammu' },
  'gammu-smsd': { 'gammu-smsd': 'gammu-smsd', 'gammu-smsd-inject': 'gammu-smsd' },
  kannel: { bearerbox: 'kannel', smsbox: 'kannel' },
} as const;

for (const task of Object.keys(peerTasks) as PeerTask[]) {
  describePeer(`${task}, by profile`, programs[peerTasks[task]], () => {
    describe.concurrent('every profile that it can be expected to work with', () => {
      for (const { id } of profiles) {
        const reason = notExpected[id]?.[task];
        const title = `${id}: ${task}`;
        if (reason === undefined) test(title, { timeout: 60_000 }, ({ scene }) => tasks[task](scene, id));
      }
    });
  });
}
