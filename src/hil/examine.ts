import type { BenchPlan } from '../config/index.js';
import { type DiscoveredModem, discoverModems } from '../modem/index.js';
import { type OpenBenchOptions, openBench } from './open-bench.js';

/** What `bench check` found of one modem. */
export interface ExaminedModem {
  readonly name: string;
  readonly sim: string;
  readonly port: string;
  readonly virtual: boolean;
  readonly manufacturer: string | null;
  readonly model: string | null;
  readonly firmware: string | null;
  readonly profile: string | null;
  readonly registration: string;
  readonly signalDbm: number | null;
  readonly reception: string | null;
}

/** Opens what a bench file names, asks each modem how it stands, and sends nothing. @throws what `openBench` throws */
export async function examineBench(
  options: OpenBenchOptions,
): Promise<{ readonly kind: 'virtual' | 'real'; readonly modems: readonly ExaminedModem[] }> {
  const bench = await openBench(options);
  try {
    const modems: ExaminedModem[] = [];
    for (const modem of bench.modems) {
      const { registration, signalDbm } = await modem.driver.status();
      modems.push({
        name: modem.name,
        sim: modem.label,
        port: modem.port,
        virtual: modem.facts?.virtual ?? false,
        manufacturer: modem.facts?.manufacturer ?? null,
        model: modem.facts?.model ?? null,
        firmware: modem.facts?.firmware ?? null,
        profile: modem.facts?.profile ?? null,
        registration,
        signalDbm,
        reception: modem.facts?.reception ?? null,
      });
    }
    return { kind: bench.kind, modems };
  } finally {
    await bench.close();
  }
}

/** A first bench file for what is plugged in; without a modem one for the virtual bench. Nothing is opened and nothing sent. */
export async function suggestBench(discover: () => Promise<readonly DiscoveredModem[]> = discoverModems): Promise<string> {
  const found = (await discover()).filter(({ atPort }) => atPort !== null);
  if (found.length === 0) return virtualBenchFile;
  const quoted = (text: string): string => JSON.stringify(text);
  const serials = found.map(({ serialNumber }) => serialNumber);
  const modems = found.map(({ atPort, serialNumber, product, known, usbId }, at) => {
    const unique = serialNumber !== null && serials.filter((other) => other === serialNumber).length === 1;
    const place = unique ? `usb-serial: ${quoted(serialNumber)}` : `port: ${quoted(atPort ?? '')}`;
    const what = (known?.model ?? product ?? usbId).replace(/[^ -~]/g, '?');
    return `  # ${what}\n  - name: ${nameOf(at)}\n    ${place}\n    features: [sms-mo, sms-mt]`;
  });
  const sims = found.map((_, at) => {
    const upper = nameOf(at).toUpperCase();
    return `  - label: sim-${nameOf(at)}\n    in: ${nameOf(at)}\n    number: { environment: SIM_${upper}_NUMBER }\n    # pin: { environment: SIM_${upper}_PIN }`;
  });
  return [
    '# What is plugged in now. Say what each modem can do, and set the variables before a run; see docs/hil.md.',
    'name: my-bench',
    'modems:',
    ...modems,
    'sims:',
    ...sims,
    `allow: [${found.map((_, at) => `sim-${nameOf(at)}`).join(', ')}]`,
    '# Every message costs what your operator asks for it.',
    'budget:\n  messages: 40\n  per-sim: 20',
    'quiet-hours:\n  - { from: "22:00", to: "07:00" }',
    '',
  ].join('\n');
}

const nameOf = (at: number): string => (at < 26 ? String.fromCharCode(97 + at) : `m${at + 1}`);

const virtualBenchFile = `# No known modem is plugged in: this is a virtual bench.
name: virtual
modems:
  - { name: a, virtual: true, features: [sms-mo, sms-mt, direct-delivery, stored-delivery, status-reports, unplug, reset] }
  - { name: b, virtual: true, features: [sms-mo, sms-mt, direct-delivery, stored-delivery, status-reports, unplug, reset] }
sims:
  - { label: sim-a, in: a }
  - { label: sim-b, in: b }
`;

/** What a plan is, for people who check it; `kind` is what its modems said of themselves. */
export function describePlan({ name, modems, budget }: BenchPlan, kind: 'virtual' | 'real'): string {
  const bound = budget === null ? 'nothing goes over the air' : `at most ${budget.messages} messages a run, ${budget.perSim} a SIM`;
  return `${name}: ${kind}, ${modems.length} modem${modems.length === 1 ? '' : 's'}, ${bound}`;
}
