/** A number that a fault may be given. */
export interface FaultParameter {
  readonly name: 'seconds' | 'delaySeconds' | 'count' | 'share' | 'error' | 'baud' | 'octets' | 'rate';
  readonly initial: number;
  readonly lowest: number;
  readonly highest: number;
}

/** A fault of the bench. */
export interface FaultDefinition {
  readonly name: string;
  /** What it does, in one sentence. */
  readonly sentence: string;
  readonly parameters: readonly FaultParameter[];
}

/** How long a fault lasts; 0 means until it is cleared. */
const lasting: FaultParameter = { name: 'seconds', initial: 0, lowest: 0, highest: 86_400 };
const share: FaultParameter = { name: 'share', initial: 1, lowest: 0, highest: 1 };
const always: FaultParameter = { name: 'count', initial: 0, lowest: 0, highest: 1_000_000 };
const once: FaultParameter = { ...always, initial: 1 };
const delay: FaultParameter = { name: 'delaySeconds', initial: 10, lowest: 0, highest: 86_400 };

/** Every fault of the bench, in the order in which `bench --faults` lists them. */
export const faultTable = [
  {
    name: 'unplug',
    sentence: 'The port hangs up and is gone, its link with it; with seconds it comes back by itself, under a new tty name.',
    parameters: [lasting],
  },
  { name: 'replug', sentence: 'The port hangs up and the modem comes back at once, restarted, under a new tty name.', parameters: [] },
  {
    name: 'hang',
    sentence: 'The modem reads nothing, answers nothing and takes no message; nothing of it is lost.',
    parameters: [lasting],
  },
  { name: 'no-answer', sentence: 'Commands are not answered, but unsolicited lines still come.', parameters: [lasting] },
  {
    name: 'reboot',
    sentence: 'The modem restarts on its port: settings are as from the factory, and for a while it says nothing.',
    parameters: [],
  },
  {
    name: 'garbage',
    sentence: 'Octets of chance appear on the line, between lines or inside them.',
    parameters: [{ name: 'octets', initial: 256, lowest: 1, highest: 1_000_000 }],
  },
  {
    name: 'no-line-end',
    sentence: 'Printable characters without a line end pour out as fast as the line takes them.',
    parameters: [{ name: 'octets', initial: 4_000_000, lowest: 1, highest: 1_000_000_000 }],
  },
  {
    name: 'urc-flood',
    sentence: 'Unsolicited signal-strength lines come without pause; rate is lines a second, 0 as fast as the line takes them.',
    parameters: [
      { ...lasting, initial: 5 },
      { name: 'rate', initial: 0, lowest: 0, highest: 100_000 },
    ],
  },
  { name: 'echo-forever', sentence: 'Every octet comes back, and nothing else.', parameters: [lasting] },
  {
    name: 'prompt-stuck',
    sentence: 'At the prompt everything is taken as message text, Ctrl-Z included, until ESC.',
    parameters: [lasting],
  },
  {
    name: 'slow-line',
    sentence: 'The line is paced at baud in both directions, ten bits an octet.',
    parameters: [lasting, { name: 'baud', initial: 9600, lowest: 300, highest: 4_000_000 }],
  },
  { name: 'reset-cnmi', sentence: 'The modem sets <mt> and <ds> of +CNMI to 0 without a word.', parameters: [] },
  { name: 'sim-locked', sentence: 'The SIM asks for its PIN, which is 1234.', parameters: [] },
  {
    name: 'no-service',
    sentence: 'The modem is off the network: +CREG reports 0, sending fails with 331, the network keeps messages.',
    parameters: [lasting],
  },
  { name: 'memory-full', sentence: 'Every memory shows itself full and takes nothing.', parameters: [lasting] },
  {
    name: 'refuse-submit',
    sentence: 'The network refuses what the modem sends, with +CMS ERROR error; count is how many, 0 for all.',
    parameters: [lasting, share, always, { name: 'error', initial: 38, lowest: 0, highest: 511 }],
  },
  { name: 'lose', sentence: 'Messages to the modem vanish; count is how many, 0 for all.', parameters: [lasting, share, always] },
  {
    name: 'duplicate',
    sentence: 'Messages to the modem are delivered twice; count is how many, 0 for all.',
    parameters: [lasting, share, always],
  },
  {
    name: 'reorder',
    sentence: 'Messages to the modem are gathered, count at a time or for half a second, and go on in an order of chance.',
    parameters: [lasting, { name: 'count', initial: 4, lowest: 2, highest: 1000 }],
  },
  { name: 'delay', sentence: 'Messages to the modem go on only after delaySeconds.', parameters: [lasting, delay] },
  {
    name: 'late-reports',
    sentence: 'Status reports to the modem go on only after delaySeconds.',
    parameters: [lasting, { ...delay, initial: 30 }],
  },
  {
    name: 'lost-ack',
    sentence: 'The network never hears that the modem took a message, and delivers it again later; count is how many.',
    parameters: [lasting, share, once],
  },
  { name: 'clear', sentence: 'Ends every fault that lasts, unplugged included; a locked SIM is unlocked.', parameters: [] },
] as const satisfies readonly FaultDefinition[];

/** The name of a fault. */
export type FaultName = (typeof faultTable)[number]['name'];

/** Numbers given with a fault, by name. */
export type FaultNumbers = Readonly<Partial<Record<FaultParameter['name'], number>>>;
