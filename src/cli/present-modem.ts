import type { SurveyedModem } from '../doctor/index.js';
import type { ModemInspection } from '../modem/index.js';
import { covered, reasonOf, stateOf } from './modem-facts.js';
import { type Glyphs, visible, wrap } from './present-message.js';
import { type Style, styled, type Terminal } from './terminal.js';

const labelColumns = 10;
const registrationWords: Readonly<Record<string, string>> = {
  home: 'registered at home',
  roaming: 'registered, roaming',
  searching: 'searching',
  denied: 'refused by the network',
  'not-registered': 'not registered',
  unknown: 'registration unknown',
};
const roleWords: Readonly<Record<string, string>> = {
  at: 'AT',
  at2: 'second AT',
  ppp: 'dial-up',
  nmea: 'positions',
  diag: 'diagnostics',
  audio: 'audio',
  ignore: 'not for AT',
};

/** A modem as a person reads it, no wider than the terminal. */
export function presentModem(modem: SurveyedModem, terminal: Terminal, glyphs: Glyphs): readonly string[] {
  const width = Math.min(terminal.width, 100);
  const state = stateOf(modem);
  const style: Style = state === 'ready' ? 'green' : state === 'held' || state === 'not-known' ? 'yellow' : 'red';
  const { device, inspection } = modem;
  const name = modem.port ?? device?.ports[0]?.device ?? device?.usbPath ?? 'device';
  const lines = [`${styled(terminal, 'bold', visible(name, glyphs))}  ${styled(terminal, style, state)}`];
  const say = (label: string, text: string): void => {
    for (const [at, piece] of wrap(visible(text, glyphs), width - labelColumns - 2).entries())
      lines.push(`  ${styled(terminal, 'dim', (at === 0 ? label : '').padEnd(labelColumns))}${piece}`);
  };
  const reason = reasonOf(modem);
  if (reason !== null) say('why', reason);
  if (device !== null) {
    const place = device.usbPath === null ? '' : `, at ${device.usbPath}`;
    say('usb', `${device.usbId} ${device.known?.model ?? device.product ?? 'not known'}${place}`);
  }
  if (inspection !== null) for (const [label, text] of facts(inspection)) say(label, text);
  for (const [at, port] of (device?.ports ?? []).entries()) {
    const number = port.interfaceNumber === null ? '' : ` (interface ${port.interfaceNumber})`;
    say(at === 0 ? 'ports' : '', `${port.device} ${roleWords[port.role ?? ''] ?? 'no known role'}${number}`);
    if (port.stablePath !== null) say('', `  = ${port.stablePath}`);
  }
  return lines;
}

function facts(inspection: ModemInspection): readonly (readonly [label: string, text: string])[] {
  const { identity, status, attempts, indications, messageService } = inspection;
  const model = [identity.manufacturer, identity.model].filter((word) => word !== null).join(' ');
  const subscriber = [
    identity.imsi === null ? null : `IMSI ${covered(identity.imsi, 5)}`,
    inspection.cardNumber === null ? null : `card ${covered(inspection.cardNumber, 6)}`,
  ].filter((word) => word !== null);
  const tries = attempts === null ? '' : `, tries left: PIN ${attempts.pin ?? 'unknown'}, PUK ${attempts.puk ?? 'unknown'}`;
  const registration = registrationWords[status.registration] ?? status.registration;
  const signal = status.signalDbm === null ? 'signal unknown' : `${status.signalDbm} dBm`;
  const memories = status.memories.map(({ memory, used, total }) => `${memory} ${used} of ${total}`).join(', ');
  return [
    ['model', `${model === '' ? 'says nothing of itself' : model}${identity.firmware === null ? '' : `, firmware ${identity.firmware}`}`],
    ['profile', identity.profile],
    ['imei', identity.imei ?? 'not told'],
    ['sim', [`${status.sim ?? 'not told'}${tries}`, ...subscriber].join(', ')],
    ['network', `${registration}${status.operator === null ? '' : ` (${status.operator})`}, ${signal}`],
    ...(inspection.rejection === null ? [] : [['', `refused: ${inspection.rejection}`] as const]),
    ['', status.registrations.map(({ network, state }) => `${network} ${state}`).join(', ')],
    ['smsc', status.serviceCentre ?? 'none: nothing can be sent'],
    ['memory', memories === '' ? 'not told' : memories],
    ['announces', announcementWords(indications, messageService)],
  ];
}

/** +CNMI and +CSMS in words. @see 3GPP TS 27.005 3.2.1, 3.4.1 */
function announcementWords(indications: readonly number[] | null, service: number | null): string {
  if (indications === null) return 'not told';
  const words: readonly string[] = ['no messages', 'stored messages', 'messages directly', 'class 3 directly, others stored'];
  const acknowledged = service === 1 || service === 128 ? ', with acknowledgement' : '';
  return `${words[indications[1] ?? 0] ?? 'messages'} (+CNMI: ${indications.join(',')})${indications[1] === 0 ? '' : acknowledged}`;
}
