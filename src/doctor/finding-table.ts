/** `stops`: no message can come. `warns`: messages come, or could be lost. `note`: nothing is wrong. */
export type Severity = 'stops' | 'warns' | 'note';

/** One kind of finding. */
export interface FindingKind {
  readonly severity: Severity;
  /** Only of what stops the work. */
  readonly exitCode: 3 | 4 | 5 | null;
  readonly means: string;
  readonly mend: string;
}

const stops = (exitCode: 3 | 4 | 5, means: string, mend: string) => ({ severity: 'stops', exitCode, means, mend }) as const;
const warns = (means: string, mend: string) => ({ severity: 'warns', exitCode: null, means, mend }) as const;
const note = (means: string, mend: string) => ({ severity: 'note', exitCode: null, means, mend }) as const;

/** Everything `doctor` can find; docs/doctor.md has the same table. */
export const findingTable = {
  'no-modem': stops(3, 'No known modem is plugged in and none was named.', 'Plug one in, or name its port with `--modem`.'),
  'port-missing': stops(3, 'The port named does not exist, or nobody answers there.', 'Plug the modem in; `wapbridge modems` lists ports.'),
  'port-failed': stops(3, 'The port exists and cannot be opened.', 'See the reason named.'),
  'at-port-unknown': stops(
    3,
    'A known modem is plugged in, and no source says which of its ports speaks AT.',
    'Name the port with `--modem`.',
  ),
  'recovery-mode': stops(3, 'The modem is in its download mode.', 'Switch it off and on; if it stays so, its firmware is damaged.'),
  'port-not-permitted': stops(4, 'This user may not open the port.', 'Join the group that owns it, or install the udev rules.'),
  'login-again': stops(4, 'This user joined the group of the port after logging in.', 'Log in again, or `newgrp GROUP`.'),
  'port-held': stops(4, 'Another program has the port open.', 'End that program, or keep it off the modem.'),
  'state-folder-not-writable': stops(4, 'The state folder cannot be written.', 'Give it to this user, or name another with `--state-dir`.'),
  'disk-full': stops(4, 'The disk of the state folder is full: nothing could be stored, so nothing would be acknowledged.', 'Make room.'),
  'wrong-port': stops(
    5,
    'The port is none that speaks AT: positions, diagnostics, an echo, an OK to everything.',
    'Name the AT port of the modem.',
  ),
  'no-answer': stops(5, 'The port is open and silent.', 'Name the AT port, or plug the modem in again.'),
  'sim-missing': stops(5, 'The modem sees no SIM.', 'Put one in; some modems see it only after they were plugged in again.'),
  'sim-unusable': stops(
    5,
    'The modem does not say how its SIM stands, or cannot use it.',
    'Check how it sits, then plug the modem in again.',
  ),
  'sim-locked': stops(
    5,
    'The SIM wants its PIN, or is bound to another network; says how many tries are left.',
    'Configure the PIN, or switch it off in a phone.',
  ),
  'sim-puk': stops(5, 'The SIM wants its PUK; says how many tries are left. It is never entered here.', 'Unlock it in a phone.'),
  'not-registered': stops(
    5,
    'The modem is in no network, with the reason the network gave where the modem tells.',
    'See the reason: antenna, roaming, the SIM’s contract.',
  ),
  'modem-manager': warns('ModemManager runs and was not told to leave this modem alone.', 'Install the udev rules, or mask ModemManager.'),
  'other-program': warns('A program runs that is known to open serial ports by itself.', 'Stop it, or keep it off this port.'),
  'second-port': warns(
    'The port is the modem’s second AT port or its dial-up port: messages may be announced on the other.',
    'Name the AT port.',
  ),
  'radio-off': warns('The radio is switched off (+CFUN).', '`listen` switches it on.'),
  'weak-signal': warns('The signal is so weak that messages may not come.', 'Move the antenna.'),
  'service-centre-empty': warns(
    'No service centre is set: nothing can be sent. Receiving does not need it.',
    'Set it with +CSCA; the operator names it.',
  ),
  'memory-filling': warns(
    'A memory of the modem is filled to 80 % or more; when it is full the network keeps the rest.',
    '`listen` takes the messages over and frees it.',
  ),
  'indications-reset': warns(
    'The modem stopped announcing messages (+CNMI) because one was not acknowledged in time.',
    '`listen` arms it again and looks every minute.',
  ),
  'indications-refused': warns('The modem takes no +CNMI that announces messages.', '`listen` looks into its memories every 5 s instead.'),
  'indications-elsewhere': warns('The modem announces messages on another of its ports.', 'Point it at this port with the command named.'),
  autosuspend: warns(
    'USB autosuspend is on for the modem: what it says while it sleeps is lost.',
    'Install the udev rules, or switch it off.',
  ),
  'disk-low': warns('The disk of the state folder has little room left.', 'Make room.'),
  'node-too-old': warns('This Node.js is older than wapbridge supports.', 'Install Node.js 20.19 or later.'),
  'no-stable-name': note('The port has no name that stays when the modem is plugged in again.', 'Install the udev rules, or run udev.'),
  'unknown-device': note(
    'A serial device that no source knows as a modem; it is not opened unless it is named.',
    'Name it with `--modem` if it is one.',
  ),
  'held-by-listen': note(
    'A running `wapbridge listen` drives this modem; it is not disturbed.',
    'Nothing; stop it to have the modem examined.',
  ),
  'state-folder-held': note('A running program writes the state folder.', 'Nothing; another `listen` needs another folder.'),
} as const satisfies Readonly<Record<string, FindingKind>>;

/** The name of a kind of finding. */
export type FindingCode = keyof typeof findingTable;

/** The table as Markdown, for docs/doctor.md. */
export function formatFindingTable(): string {
  const rows = Object.entries(findingTable).map(
    ([code, { severity, exitCode, means, mend }]) => `| \`${code}\` | ${severity} | ${exitCode ?? ''} | ${means} | ${mend} |`,
  );
  return ['| finding | severity | exit | means | what mends it |', '| --- | --- | --- | --- | --- |', ...rows].join('\n');
}
