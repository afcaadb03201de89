import { wholeNumber } from './command-line.js';
import type { CommandTable, Firmware } from './firmware.js';
import { messageTypeOf, octetAt, splitPduMode } from './pdu-mode.js';
import { equipmentError, error, messageError, noResult, ok, type Reply } from './reply.js';

/** More than any TPDU a host may hand over. @see 3GPP TS 23.040 9.2.2.2 */
const longestTpduOctets = 176;
/** For the quirk `acknowledges-slowly`. */
const slowAcknowledgementMs = 90_000;

/** Asks for a PDU and hands it on when it is one; ESC ends with OK. */
function promptForPdu(tpduOctets: number, use: (serviceCentre: string, tpdu: string) => Reply): Reply {
  return {
    kind: 'prompt',
    finish: (text) => {
      if (text === null) return ok();
      const pdu = splitPduMode(text, tpduOctets);
      return pdu === null ? messageError(304) : use(pdu.serviceCentre, pdu.tpdu);
    },
  };
}

/** Sends a TPDU that a host wrote or stored. */
export function submit(firmware: Firmware, serviceCentre: string, tpdu: string, name: string, sent?: () => void): Reply {
  if (messageTypeOf(tpdu) !== 1 || tpdu.length < 14) return messageError(304);
  if (!firmware.registered) return messageError(331);
  if (!firmware.takesSubmissions) return messageError(500);
  if (octetAt(serviceCentre, 0) === 0 && firmware.settings.serviceCentre === '') return messageError(330);
  return {
    kind: 'later',
    begin: (finish) =>
      firmware.submit(tpdu, (outcome) => {
        if ('error' in outcome) {
          finish(messageError(outcome.error));
          return;
        }
        sent?.();
        finish(ok(`${name}: ${outcome.reference}`));
      }),
  };
}

/** The forms of +CNMA that a quirk leaves: `''` is the bare command. */
function takesForm({ profile: { quirks } }: Firmware, form: string): boolean {
  if (quirks.has('no-acknowledgement')) return false;
  if (quirks.has('acknowledges-with-zero')) return form === '0';
  return !quirks.has('acknowledges-with-one') || form === '1';
}

/** A form the firmware does not know ends the wait for an acknowledgement: the network hears that the message was not taken. */
function refuseForm(firmware: Firmware): Reply {
  firmware.acknowledge(false);
  return error;
}

function acknowledge(firmware: Firmware, accepted: boolean): Reply {
  if (!firmware.acknowledge(accepted)) return messageError(340);
  if (!firmware.profile.quirks.has('acknowledges-slowly')) return ok();
  return { kind: 'later', begin: (finish) => void firmware.clock.after(slowAcknowledgementMs, () => finish(ok())) };
}

/** Services, indications, sending. @see 3GPP TS 27.005 3 and 4 */
export const messageCommands: CommandTable = {
  '+CSMS': {
    test: () => ok('+CSMS: (0,1)'),
    read: ({ settings, profile }) => ok(`+CSMS: ${profile.quirks.has('service-level-meaningless') ? 1 : settings.messageService},1,1,1`),
    set: ({ settings }, [service]) => {
      const value = wholeNumber(service, 0, 1);
      if (value === null || value === undefined) return messageError(303);
      settings.messageService = value;
      return ok('+CSMS: 1,1,1');
    },
  },
  '+CMGF': {
    withoutSim: true,
    test: () => ok('+CMGF: (0)'),
    read: () => ok('+CMGF: 0'),
    set: ({ disturbance }, [mode]) => (disturbance.refusesPduMode !== true && (mode === '0' || mode === null) ? ok() : messageError(303)),
  },
  '+CSCA': {
    test: () => ok(),
    read: ({ settings }) => ok(`+CSCA: "${settings.serviceCentre}",${settings.serviceCentre.startsWith('+') ? 145 : 129}`),
    set: ({ settings }, [address, type]) => {
      if (!/^\+?\d{0,20}$/.test(address ?? '')) return messageError(304);
      const bare = address ?? '';
      settings.serviceCentre = type === '145' && bare !== '' && !bare.startsWith('+') ? `+${bare}` : bare;
      return ok();
    },
  },
  '+CNMI': {
    test: () => ok('+CNMI: (0-3),(0-3),(0,2),(0-2),(0,1)'),
    read: ({ settings: { indications: now } }) => ok(`+CNMI: ${now.mode},${now.deliver},${now.broadcast},${now.report},${now.buffer}`),
    set: (firmware, values) => {
      const { indications: now } = firmware.settings;
      const [mode, deliver, broadcast, report, buffer] = [
        wholeNumber(values[0], 0, 3),
        wholeNumber(values[1], 0, 3),
        wholeNumber(values[2], 0, 2),
        wholeNumber(values[3], 0, 2),
        wholeNumber(values[4], 0, 1),
      ];
      if (values.length > 5 || mode === null || deliver === null || report === null || buffer === null) return messageError(303);
      if (broadcast === null || broadcast === 1) return messageError(303);
      if (report === 1 && firmware.disturbance.refusesDirectReports === true) return messageError(303);
      firmware.settings.indications = {
        mode: mode ?? now.mode,
        deliver: deliver ?? now.deliver,
        broadcast: broadcast ?? now.broadcast,
        report: report ?? now.report,
        buffer: buffer ?? now.buffer,
      };
      firmware.armed(firmware.settings.indications.buffer === 0);
      return ok();
    },
  },
  '+CNMA': {
    test: () => ok('+CNMA: (0-2)'),
    execute: (firmware) => (takesForm(firmware, '') ? acknowledge(firmware, true) : refuseForm(firmware)),
    set: (firmware, [kind, length], text) => {
      if (text !== '2' && !takesForm(firmware, text)) return refuseForm(firmware);
      const value = wholeNumber(kind, 0, 2);
      if (value === null || value === undefined) return messageError(304);
      if (length === undefined || length === null) return acknowledge(firmware, value !== 2);
      const octets = wholeNumber(length, 1, longestTpduOctets);
      if (octets === null || octets === undefined) return messageError(304);
      if (!firmware.awaitsAcknowledgement) return messageError(340);
      return {
        kind: 'prompt',
        finish: (text) => {
          if (text === null) return ok();
          const hex = text.replace(/\s+/g, '');
          return hex.length === 2 * octets && /^[0-9A-Fa-f]+$/.test(hex) ? acknowledge(firmware, value !== 2) : messageError(304);
        },
      };
    },
  },
  '+CMMS': {
    test: () => ok('+CMMS: (0-2)'),
    read: ({ settings }) => ok(`+CMMS: ${settings.moreMessages}`),
    set: ({ settings, profile }, [mode]) => {
      const value = wholeNumber(mode, 0, 2);
      if (profile.quirks.has('no-link-keeping')) return noResult();
      if (value === null || value === undefined) return equipmentError(50);
      settings.moreMessages = value;
      return ok();
    },
  },
  '+CMGS': {
    test: () => ok(),
    set: (firmware, [length]) => {
      const octets = wholeNumber(length, 7, longestTpduOctets);
      if (octets === null || octets === undefined) return messageError(304);
      return promptForPdu(octets, (serviceCentre, tpdu) => submit(firmware, serviceCentre, tpdu, '+CMGS'));
    },
  },
  '+CMGW': {
    test: () => ok(),
    set: (firmware, [length, status]) => {
      const octets = wholeNumber(length, 7, longestTpduOctets);
      const given = wholeNumber(status, 0, 3);
      if (octets === null || octets === undefined || given === null) return messageError(304);
      return promptForPdu(octets, (serviceCentre, tpdu) => {
        const stored = given ?? (messageTypeOf(tpdu) === 1 ? 2 : 0);
        const index = firmware.stores[firmware.settings.memories[1]].put({
          status: stored === 0 || stored === 1 || stored === 2 ? stored : 3,
          pdu: `${serviceCentre}${tpdu}`,
          tpduOctets: octets,
        });
        return index === null ? messageError(322) : ok(`+CMGW: ${index}`);
      });
    },
  },
};
