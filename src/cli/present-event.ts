import type { BridgeEvent, ModemNoteEvent } from '../bridge/index.js';
import { type Glyphs, visible } from './present-message.js';
import { asCalled, type Calling } from './program.js';
import { type Style, styled, type Terminal } from './terminal.js';

/** An event as a person reads it, in one line; null where there is nothing to say beside the message itself. */
export function presentEvent(event: BridgeEvent, terminal: Terminal, glyphs: Glyphs, calling: Calling): string | null {
  const said = words(event, calling);
  if (said === null) return null;
  const [style, text] = said;
  const shown = visible(text, glyphs);
  return style === null ? shown : styled(terminal, style, shown);
}

function words(event: BridgeEvent, calling: Calling): readonly [Style | null, string] | null {
  switch (event.event) {
    case 'modem': {
      const model = [event.manufacturer, event.model].filter((word) => word !== null).join(' ');
      const detail = event.state === 'ready' && model !== '' ? ` (${model}, profile ${event.profile})` : '';
      const reason = event.reason === undefined ? '' : `: ${event.reason}`;
      const style = event.state === 'ready' ? 'green' : event.state === 'opening' ? 'dim' : 'red';
      return [style, `modem ${event.modem}: ${event.state}${event.state === 'opening' ? ` ${event.port}` : ''}${detail}${reason}`];
    }
    case 'listening':
      return ['green', `listening for ${event.binding} at ${event.address}${event.port === null ? '' : `, port ${event.port}`}`];
    case 'registration': {
      const gruu = event.publicGruu === null ? '' : `, reached as ${event.publicGruu}`;
      return [event.state === 'registered' ? 'green' : 'red', `sip: ${event.aor} ${event.state} at ${event.registrar}${gruu}`];
    }
    case 'modem-note':
      return noteWords(event);
    case 'part':
      return partWords(event);
    case 'incomplete':
    case 'expired': {
      const { concatenation, parts, missing, from, since } = event;
      const lacks = `${parts.length} of ${concatenation.total} parts, missing ${missing.slice(0, 10).join(', ')}`;
      const what = event.event === 'incomplete' ? 'incomplete, still waiting' : 'given up, its parts are kept';
      return ['yellow', `message from ${from}, begun ${since}: ${what}; ${lacks}${missing.length > 10 ? ' ...' : ''}`];
    }
    case 'report':
      return [
        null,
        `status report for ${event.to}: reference ${event.messageReference}, status ${statusWords(event.status)}${event.send === null ? ', of no message sent from here' : ''}`,
      ];
    case 'sent':
      return ['yellow', `send ${event.id} to ${event.to} was broken off by the end of an earlier run: ${event.outcome}`];
    case 'delivery-failed': {
      const next = event.outcome === 'later' ? 'tried again' : event.outcome === 'refused' ? 'kept, not tried again' : 'given up, kept';
      return ['red', `${event.id} not taken by ${event.sink}: ${event.reason}; ${next}`];
    }
    case 'withheld':
      return [
        'yellow',
        `${event.verdict} from ${event.from ?? 'unknown'} withheld: ${event.reason}; release it with: ${asCalled(`wapbridge inbox redeliver ${event.id}`, calling)}`,
      ];
    case 'health':
      return event.state === 'storing'
        ? ['green', 'storing works again']
        : ['red', `nothing can be stored, so nothing is acknowledged: ${event.message} (${event.code})`];
    case 'error':
      return [
        'red',
        `${event.modem === undefined ? '' : `modem ${event.modem}: `}${event.binding === undefined ? '' : `${event.binding} from ${event.from ?? 'unknown'}: `}${event.message} (${event.code})`,
      ];
    case 'delivered':
      // That it was not taken at first was told; so is the end of it.
      return event.attempts > 1 ? ['green', `${event.id} taken by ${event.sink} at try ${event.attempts}`] : null;
    case 'message':
      return null;
  }
}

/** Steps of a modem that works as it should. */
const usualNotes: ReadonlySet<ModemNoteEvent['note']> = new Set([
  'service',
  'memories',
  'step-refused',
  'armed',
  'swept',
  'set-up-again',
  'stray-line',
]);
/** What of these says nothing to a person who only waits for messages. */
const quietNotes: ReadonlySet<ModemNoteEvent['note']> = new Set(['service', 'memories', 'step-refused', 'swept', 'stray-line']);
const noteNames: Readonly<Partial<Record<ModemNoteEvent['note'], string>>> = {
  armed: 'armed',
  rearmed: 'armed again',
  resync: 'no answer, brought back to order with ESC and AT:',
  restarted: 'it restarted, it is set up again',
};

function noteWords({ modem, note, detail }: BridgeEvent & { readonly event: 'modem-note' }): readonly [Style | null, string] {
  const name = noteNames[note] ?? note.replaceAll('-', ' ');
  return [usualNotes.has(note) ? 'dim' : 'yellow', `modem ${modem}: ${name}${name.endsWith(':') ? '' : ','} ${detail}`];
}

/** Whether an event is a step that people need not see while all goes well; `--verbose` shows it. */
export function isQuietStep(event: BridgeEvent): boolean {
  return event.event === 'modem-note' && quietNotes.has(event.note);
}

function partWords(event: BridgeEvent & { readonly event: 'part' }): readonly [Style | null, string] | null {
  const { reassembly, from, missing } = event;
  const sequence = event.concatenation?.sequence;
  const total = event.concatenation?.total;
  const whole = event.modem === null ? `message by ${event.binding}` : 'part';
  const which = sequence === undefined ? whole : `part ${sequence} of ${total}`;
  const origin = `${which} from ${from ?? 'unknown'}`;
  switch (reassembly) {
    case 'pending':
      return ['dim', `${origin}: kept, ${missing?.length ?? 0} still missing`];
    case 'conflict':
      return ['yellow', `${origin}: contradicts what came before, begins a new set`];
    case 'duplicate':
      return ['dim', `${origin}: a duplicate, came before`];
    case 'complete':
      return total === 1 ? null : ['dim', `${origin}: the last one, the message is whole`];
    case 'single':
    case null:
      return null;
  }
}

/** @see 3GPP TS 23.040 9.2.3.15 */
function statusWords(status: number): string {
  const number = `0x${status.toString(16).toUpperCase().padStart(2, '0')}`;
  if (status < 0x20) return `${number} (completed)`;
  if (status < 0x40) return `${number} (not yet, still trying)`;
  if (status < 0x60) return `${number} (failed for good)`;
  return status < 0x80 ? `${number} (failed, no longer trying)` : `${number} (reserved)`;
}
