import { realpath, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { DiscoveredModem, PortHolder } from '../modem/index.js';
import { shellWord } from '../runtime/index.js';
import { finding } from './find.js';
import type { Finding, SurveyedModem, World } from './types.js';
import { groupOf, type RunningProgram, udevProperty, wordOf } from './world.js';

/** Where a package of wapbridge has its udev rules, as commands name it. */
const installRules = 'sudo cp udev/77-wapbridge-modems.rules /etc/udev/rules.d/';
/** Programs known to open serial ports by themselves, and what keeps each off. @see docs/bench-setup.md */
const thieves: Readonly<Record<string, string>> = {
  brltty: 'sudo systemctl mask --now brltty.path brltty-udev brltty',
  gpsd: 'sudo systemctl disable --now gpsd.socket gpsd',
  'gammu-smsd': 'sudo systemctl disable --now gammu-smsd',
  smsd: 'sudo systemctl disable --now smstools',
  ofonod: 'sudo systemctl mask --now ofono',
  pppd: 'sudo poff -a',
  wvdial: 'sudo killall wvdial',
};

/** What is wrong with a port that could not be asked. */
export async function portFindings(modem: SurveyedModem, world: World): Promise<readonly Finding[]> {
  const { port, device, notAsked } = modem;
  if (notAsked === null) return [];
  const subject = port ?? device?.ports[0]?.device ?? device?.usbPath ?? null;
  switch (notAsked.why) {
    case 'missing':
      return [
        finding('port-missing', {
          subject,
          what: `${notAsked.message}.`,
          ...(/^[a-z]+:/.test(port ?? '') && typeof notAsked.advice === 'string'
            ? { remedy: sentence(notAsked.advice) }
            : { remedy: 'Plug the modem in, or look for its name.', command: 'wapbridge modems' }),
        }),
      ];
    case 'failed':
      return [
        finding('port-failed', { subject, what: `${notAsked.message}.`, remedy: sentence(notAsked.advice ?? 'see the reason named') }),
      ];
    case 'not-permitted':
      return [await permissionFinding(port ?? '', world)];
    case 'held':
      return holderFindings(port ?? '', notAsked.holders);
    case 'silent':
      return [silentFinding(modem, notAsked.instead)];
    case 'other-role':
      return [
        finding('wrong-port', {
          subject,
          what: `${port} is the ${roleWords[modem.devicePort?.role ?? ''] ?? 'other'} port of ${deviceName(device)}; nothing was written to it.`,
          ...rightPort(device),
        }),
      ];
    case 'no-at-port':
      return [
        finding('at-port-unknown', {
          subject,
          what: `No source says which port of ${deviceName(device)} speaks AT: ${device?.ports.map(({ device: path }) => path).join(', ')}.`,
          remedy: 'Try them one after the other.',
          command: `wapbridge modems --modem ${shellWord(device?.ports[0]?.device ?? 'PORT')}`,
        }),
      ];
    case 'unknown-device':
      return [unknownDevice(subject, device)];
    case 'no-modem':
      return device?.known?.kind === 'recovery'
        ? [
            finding('recovery-mode', {
              subject,
              what: `${deviceName(device)} is in its download mode.`,
              remedy: 'Unplug it, wait ten seconds, plug it in again.',
            }),
          ]
        : [unknownDevice(subject, device)];
  }
}

const roleWords: Readonly<Record<string, string>> = {
  diag: 'diagnostic',
  nmea: 'position',
  audio: 'audio',
  ignore: 'logging',
  ppp: 'dial-up',
};

function unknownDevice(subject: string | null, device: DiscoveredModem | null): Finding {
  return finding('unknown-device', {
    subject,
    what: `${deviceName(device)} is not known as a modem and was not opened.`,
    remedy: 'Name its port if it is one.',
    command: subject === null ? null : `wapbridge modems --modem ${shellWord(subject)}`,
  });
}

/** A device as a person knows it. */
export function deviceName(device: DiscoveredModem | null): string {
  if (device === null) return 'the device';
  return `${device.known?.model ?? ([device.manufacturer, device.product].filter((word) => word !== null).join(' ') || 'a device')} (${device.usbId})`;
}

function rightPort(device: DiscoveredModem | null): { readonly remedy: string; readonly command: string | null } {
  return device?.atPort === null || device === null
    ? { remedy: 'Name the port that speaks AT; a composite modem has several.', command: 'wapbridge modems' }
    : { remedy: 'Name its AT port.', command: `wapbridge modems --modem ${shellWord(device.atPort)}` };
}

function silentFinding({ port, device, devicePort }: SurveyedModem, instead: string): Finding {
  const right = device?.atPort ?? null;
  const elsewhere = right !== null && right !== port && right !== devicePort?.stablePath;
  const what = `Nothing on ${port} answers AT commands: ${instead}.`;
  if (instead !== 'it is silent' || elsewhere) {
    return finding('wrong-port', {
      subject: port,
      what,
      ...(elsewhere ? rightPort(device) : { remedy: 'Name the AT port of the modem.', command: 'wapbridge modems' }),
    });
  }
  return finding('no-answer', {
    subject: port,
    what,
    remedy: 'Check that it is the AT port and its speed, then plug the modem in again.',
    command: 'wapbridge modems',
  });
}

/** Says which group a port belongs to and whether joining it helps. */
async function permissionFinding(port: string, world: World): Promise<Finding> {
  const found = await stat(port).catch(() => null);
  const group = found === null ? null : await groupOf(world, found.gid);
  const name = group?.name ?? (found === null ? 'dialout' : String(found.gid));
  const mayRead = found !== null && (found.mode & 0o060) === 0o060 && found.gid !== 0;
  if (!mayRead) {
    return finding('port-not-permitted', {
      subject: port,
      what: `${port} may be opened by no group (it belongs to ${name}, mode ${((found?.mode ?? 0) & 0o777).toString(8).padStart(4, '0')}).`,
      remedy: 'Install the udev rules, which give modems to the group dialout, join it, and plug the modem in again.',
      command: installRules,
    });
  }
  if (group?.listed === true && !world.user.groupIds.includes(found.gid)) {
    return finding('login-again', {
      subject: port,
      what: `${port} belongs to the group ${name}, which ${world.user.name} joined after logging in.`,
      remedy: 'Log out and in again.',
      command: `newgrp ${name}`,
    });
  }
  return finding('port-not-permitted', {
    subject: port,
    what: `${port} belongs to the group ${name}, of which ${world.user.name} is no member.`,
    remedy: 'Join the group, then log in again.',
    command: `sudo usermod -aG ${shellWord(name)} ${shellWord(world.user.name)}`,
  });
}

function holderFindings(port: string, holders: readonly PortHolder[]): readonly Finding[] {
  if (holders.length === 0) {
    return [
      finding('port-held', {
        subject: port,
        what: `${port} is held by a program that this user may not see.`,
        remedy: 'Find it and end it.',
        command: `sudo fuser -v ${shellWord(port)}`,
      }),
    ];
  }
  return holders.map(({ pid, program }) => {
    if (program === 'wapbridge listen') {
      return finding('held-by-listen', {
        subject: port,
        what: `${port} is driven by wapbridge listen (pid ${pid}).`,
        remedy: 'Nothing is to be done; end it to have the modem examined.',
      });
    }
    const name = program ?? 'a program';
    const known =
      program === 'ModemManager'
        ? 'sudo systemctl mask --now ModemManager'
        : program === 'agetty'
          ? `sudo systemctl mask --now serial-getty@${basename(port)}`
          : thieves[program ?? ''];
    return finding('port-held', {
      subject: port,
      what: `${port} is held by ${name} (pid ${pid}).`,
      remedy: known === undefined ? 'End that program.' : `Keep ${name} off it.`,
      command: known ?? `kill ${pid}`,
    });
  });
}

/** What of the system around a USB modem could lose messages, whether or not the modem could be asked. */
export async function deviceFindings(
  { port, device, devicePort }: SurveyedModem,
  programs: readonly RunningProgram[],
  world: World,
): Promise<readonly Finding[]> {
  if (device === null || (device.known?.kind !== 'modem' && port === null)) return [];
  const found: Finding[] = [];
  const subject = port ?? device.ports[0]?.device ?? null;
  const manager = programs.find(({ name }) => name === 'ModemManager');
  if (manager !== undefined && !(await isToldOff(device, devicePort?.device ?? null, manager, world))) {
    found.push(
      finding('modem-manager', {
        subject,
        what: `ModemManager (pid ${manager.pid}) runs and was not told to leave ${deviceName(device)} alone.`,
        remedy:
          'Install the udev rules, which tell it, and plug the modem in again; or do without: sudo systemctl mask --now ModemManager.',
        command: installRules,
      }),
    );
  }
  for (const { pid, name } of programs) {
    const command = thieves[name];
    if (command !== undefined) {
      found.push(
        finding('other-program', {
          subject,
          what: `${name} (pid ${pid}) runs, which opens serial ports by itself.`,
          remedy: 'Stop it, or configure it to leave this port alone.',
          command,
        }),
      );
    }
  }
  const control = device.sysfsFolder === null ? null : await wordOf(device.sysfsFolder, 'power/control');
  if (control === 'auto') {
    found.push(
      finding('autosuspend', {
        subject,
        what: `USB autosuspend is on for ${deviceName(device)}: what it says while it sleeps is lost.`,
        remedy: 'Switch it off; the udev rules do so at every plug-in.',
        command: `echo on | sudo tee ${join(world.sysfsRoot, 'bus/usb/devices', device.usbPath ?? '', 'power/control')}`,
      }),
    );
  }
  if (devicePort !== null && (devicePort.role === 'at2' || devicePort.role === 'ppp') && device.atPort !== null && device.atPort !== port) {
    found.push(
      finding('second-port', {
        subject,
        what: `${port} is the ${devicePort.role === 'ppp' ? 'dial-up' : 'second AT'} port of ${deviceName(device)}.`,
        remedy: 'Name its first AT port, where messages are announced.',
        command: `wapbridge listen --modem ${shellWord(device.atPort)}`,
      }),
    );
  }
  if (devicePort !== null && devicePort.stablePath === null && port === devicePort.device) {
    found.push(
      finding('no-stable-name', {
        subject,
        what: `${port} has no name that stays when the modem is plugged in again.`,
        remedy: 'Install the udev rules and plug it in again; in a container, pass a stable link of the host in.',
        command: installRules,
      }),
    );
  }
  return found;
}

async function isToldOff(device: DiscoveredModem, port: string | null, manager: RunningProgram, world: World): Promise<boolean> {
  if (manager.words.some((word) => /ALLOWLIST-ONLY|WHITELIST-ONLY/.test(word))) return true;
  if (device.sysfsFolder !== null && (await udevProperty(world, 'c', device.sysfsFolder, 'ID_MM_DEVICE_IGNORE')) === '1') return true;
  if (port === null) return false;
  const tty = await realpath(join(world.sysfsRoot, 'class/tty', basename(port))).catch(() => null);
  if (tty === null) return false;
  const ignored = await Promise.all(
    ['ID_MM_DEVICE_IGNORE', 'ID_MM_PORT_IGNORE'].map((property) => udevProperty(world, 'c', tty, property)),
  );
  return ignored.includes('1');
}

function sentence(advice: string): string {
  return `${advice.charAt(0).toUpperCase()}${advice.slice(1)}.`;
}
