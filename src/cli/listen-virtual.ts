import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Bridge } from '../bridge/index.js';
import { type Clock, type Random, temporaryFolder } from '../runtime/index.js';
import { BenchControl, type BenchModem, listenForControl, openVirtualBench, programme } from '../virtual-bench/index.js';
import type { ListenTraces } from './listen-traces.js';
import type { Calling } from './program.js';
import { escapeText } from './terminal.js';

export interface DemonstrationOptions {
  readonly bridge: Bridge;
  readonly clock: Clock;
  readonly random: Random;
  /** Shuffles and repeats the parts of the programme; in its own order where absent. */
  readonly seed: number | undefined;
  /** One line on standard error. */
  readonly say: (line: string) => void;
  readonly traces: ListenTraces | null;
  readonly calling: Calling;
  /** How the virtual modem is to receive. */
  readonly reception?: 'auto' | 'direct' | 'stored' | undefined;
}

/** A virtual bench inside `listen`. */
export interface Demonstration {
  /** Resolves when the modem is ready, and the network has begun to deliver. */
  readonly ready: Promise<void>;
  close(): Promise<void>;
}

/** How long the last message may take to be shown before the hints follow it. */
const settlingMs = 300;

/** Opens a virtual bench with one modem, has the bridge drive it, and lets the network deliver the programme to it. */
export async function openDemonstration({
  bridge,
  clock,
  random,
  seed,
  say,
  traces,
  calling,
  reception = 'auto',
}: DemonstrationOptions): Promise<Demonstration> {
  const folder = temporaryFolder('wapbridge-bench-');
  const socket = join(folder, 'control');
  const bench = await openVirtualBench({ modems: 1, transport: 'pty', clock, random });
  const closeControl = await listenForControl(socket, new BenchControl(bench));
  const closed = new AbortController();
  const play = async (modem: BenchModem): Promise<void> => {
    // In this order: the network keeps what it has until the modem has taken what came before.
    await Promise.all(programme(clock.now(), seed).map(({ tpdu }) => modem.deliver(tpdu)));
    await clock.sleep(settlingMs, { signal: closed.signal });
    for (const line of hints(modem.name, socket, calling)) say(line);
  };
  const ready = Promise.all(
    bench.modems.map(async (modem) => {
      const options = { ...(reception === 'auto' ? {} : { reception }), ...traces?.optionsFor(modem.name, reception) };
      await bridge.drive({ name: modem.name, port: modem.port, options });
      // What is cut short by the end of the bench has nobody left to tell.
      play(modem).catch(() => undefined);
    }),
  ).then(() => undefined);
  return {
    ready,
    close: async () => {
      closed.abort();
      await closeControl();
      await bench.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** What can be done now. */
function hints(modem: string, socket: string, calling: Calling): readonly string[] {
  // An SMS-DELIVER to port 2948: a DM push for application id 7 whose body is the time, so that no two are alike.
  const tpdu = '440B915155009000F1000462112291830500130605040B8423F0010603C2AF87';
  const inject = `s=require("net").connect("${socket}");s.end(JSON.stringify({do:"deliver",to:"${modem}",tpdu:"${tpdu}"+(+new Date).toString(16).padStart(12,0)})+"\\n");s.pipe(process.stdout)`;
  return [
    '',
    `Still listening on the virtual modem; Ctrl-C ends it.`,
    `With a real modem:   ${escapeText(calling.program)} listen --modem /dev/ttyUSB2`,
    `One more push here, from another terminal:`,
    `  node -e '${inject}'`,
  ];
}
