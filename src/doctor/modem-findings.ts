import type { ModemInspection } from '../modem/index.js';
import { shellWord } from '../runtime/index.js';
import { finding } from './find.js';
import type { Finding, SurveyedModem } from './types.js';

const fillingShare = 0.8;
const weakDbm = -107;
/** Memories that hold no received messages. */
const otherMemories: ReadonlySet<string> = new Set(['SR', 'BM', 'TA']);

/** What a modem said of itself that keeps messages from coming, or could. */
export function modemFindings({ port, inspection }: SurveyedModem): readonly Finding[] {
  if (inspection === null || port === null) return [];
  if (inspection.saysOkToEverything) {
    return [
      finding('wrong-port', {
        subject: port,
        what: `${port} says OK to a command that does not exist, and nothing of itself.`,
        remedy: 'Name the AT port of the modem.',
        command: 'wapbridge modems',
      }),
    ];
  }
  const sim = simFinding(port, inspection);
  // A modem without its SIM is in no network, has no service centre and announces nothing: that is one fault, not four.
  if (sim !== null) return [sim];
  return [...networkFindings(port, inspection), ...memoryFindings(port, inspection), ...announcementFindings(port, inspection)];
}

function simFinding(subject: string, { status, attempts }: ModemInspection): Finding | null {
  const { sim } = status;
  if (sim === 'READY' || sim === 'SIM PIN2' || sim === 'SIM PUK2') return null;
  if (sim === 'NOT INSERTED') {
    return finding('sim-missing', {
      subject,
      what: `No SIM is in the modem at ${subject}.`,
      remedy: 'Put one in; some modems see it only after they were plugged in again.',
    });
  }
  if (sim === null) {
    return finding('sim-unusable', {
      subject,
      what: `The modem at ${subject} does not say how its SIM stands.`,
      remedy: 'Check that it sits properly, then plug the modem in again.',
    });
  }
  if (sim.includes('PUK')) {
    return finding('sim-puk', {
      subject,
      what: `The SIM at ${subject} wants ${sim}${triesWords(attempts?.puk ?? null)}.`,
      remedy: 'Unlock it in a phone with the PUK of its operator; wapbridge never enters a PUK.',
    });
  }
  return finding('sim-locked', {
    subject,
    what: `The SIM at ${subject} wants ${sim}${triesWords(attempts?.pin ?? null)}; nothing was entered.`,
    remedy: /^PH-/.test(sim)
      ? 'The modem is bound to another SIM or network: its seller can unbind it.'
      : 'Configure its PIN (docs/config.md), or switch the PIN off in a phone.',
  });
}

function triesWords(left: number | null): string {
  return left === null ? ', and does not say how many tries are left' : ` (${left} ${left === 1 ? 'try' : 'tries'} left)`;
}

function networkFindings(subject: string, inspection: ModemInspection): readonly Finding[] {
  const { status, functionality, rejection } = inspection;
  const found: Finding[] = [];
  if (functionality !== null && functionality !== 1) {
    found.push(
      finding('radio-off', {
        subject,
        what: `The radio of the modem at ${subject} is off (+CFUN: ${functionality}).`,
        remedy: 'Switch it on; listen does so by itself.',
        command: 'AT+CFUN=1',
      }),
    );
  } else if (status.registration !== 'home' && status.registration !== 'roaming') {
    found.push(finding('not-registered', { subject, ...registrationFacts(subject, status.registration, rejection) }));
  } else if (status.signalDbm !== null && status.signalDbm <= weakDbm) {
    found.push(
      finding('weak-signal', {
        subject,
        what: `The signal at ${subject} is ${status.signalDbm} dBm.`,
        remedy: 'Move the antenna, or use a better one.',
      }),
    );
  }
  if (status.serviceCentre === null) {
    found.push(
      finding('service-centre-empty', {
        subject,
        what: `No service centre is set at ${subject}: nothing can be sent. Receiving does not need it.`,
        remedy: 'Set the number that the operator names.',
        command: 'AT+CSCA="+NUMBER",145',
      }),
    );
  }
  return found;
}

function registrationFacts(
  subject: string,
  state: ModemInspection['status']['registration'],
  rejection: string | null,
): { readonly what: string; readonly remedy: string; readonly command?: string } {
  const modem = `The modem at ${subject}`;
  if (state === 'denied') {
    return {
      what: `${modem} is refused by the network${rejection === null ? ', which gives no reason' : ` (${rejection})`}.`,
      remedy: 'See the contract of the SIM, whether it may roam here, and whether the network still has this kind of radio.',
      command: 'AT+COPS=0',
    };
  }
  if (state === 'searching') {
    return {
      what: `${modem} still searches for a network.`,
      remedy: 'Wait a minute, then check the antenna.',
      command: 'wapbridge modems',
    };
  }
  return {
    what: `${modem} is in no network${state === 'unknown' ? ', as far as it says' : ' and searches for none'}.`,
    remedy: 'Let it choose a network by itself.',
    command: 'AT+COPS=0',
  };
}

function memoryFindings(subject: string, { status }: ModemInspection): readonly Finding[] {
  return status.memories
    .filter(({ memory, used, total }) => !otherMemories.has(memory) && total > 0 && used >= fillingShare * total)
    .map(({ memory, used, total }) =>
      finding('memory-filling', {
        subject,
        what: `The memory ${memory} of the modem at ${subject} holds ${used} of ${total} messages${used >= total ? ': no more are taken' : ''}.`,
        remedy: 'Let listen take them over, which frees the memory.',
        command: `wapbridge listen --modem ${shellWord(subject)}`,
      }),
    );
}

function announcementFindings(subject: string, inspection: ModemInspection): readonly Finding[] {
  const { messageService, indications, announces, announcementPort } = inspection;
  const found: Finding[] = [];
  const acknowledged = messageService === 1 || messageService === 128;
  if (acknowledged && indications !== null && indications[1] === 0 && (indications[3] ?? 0) === 0) {
    found.push(
      finding('indications-reset', {
        subject,
        what: `The modem at ${subject} announces no messages (+CNMI: ${indications.join(',')}) though a program once asked it to acknowledge them.`,
        remedy: 'One was not acknowledged in time; the network sends it again once listen runs.',
        command: `wapbridge listen --modem ${shellWord(subject)}`,
      }),
    );
  }
  if (announces === false) {
    found.push(
      finding('indications-refused', {
        subject,
        what: `The modem at ${subject} takes no +CNMI under which messages are announced.`,
        remedy: 'Nothing is lost: listen looks into its memories every 5 s.',
        command: `wapbridge listen --modem ${shellWord(subject)}`,
      }),
    );
  }
  if (announcementPort !== null && announcementPort !== 'usbat' && announcementPort !== 'all') {
    found.push(
      finding('indications-elsewhere', {
        subject,
        what: `The modem at ${subject} announces messages on its port ${JSON.stringify(announcementPort)}.`,
        remedy: 'Point it at its AT port; the modem remembers that.',
        command: 'AT+QURCCFG="urcport","usbat"',
      }),
    );
  }
  return found;
}
