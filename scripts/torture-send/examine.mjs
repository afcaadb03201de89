/** A TPDU without the reference that the modem gives it. */
const bare = (tpdu) => `${tpdu.slice(0, 2)}00${tpdu.slice(4)}`;
/** The user data alone: a part that was sent again without its validity period is the same part. */
const userData = (tpdu) => tpdu.slice(tpdu.indexOf('05040B8423F0'));

/**
 * Compares what the outbox and what was printed say of a folder's sends with what the network took. The bodies are of chance, so that
 * no two parts are alike.
 */
export function examine(sends, taken, said) {
  const faults = [];
  const parts = { sent: 0, 'not-sent': 0, unknown: 0, queued: 0, leaving: 0 };
  const outcomes = new Map();
  const arrived = new Map();
  for (const tpdu of taken) {
    const key = userData(bare(tpdu));
    arrived.set(key, [...(arrived.get(key) ?? []), Number.parseInt(tpdu.slice(2, 4), 16)]);
  }
  const known = new Set();
  for (const send of sends) {
    const { allowDuplicates } = JSON.parse(send.facts);
    if (send.state !== 'finished' && send.state !== 'cancelled') faults.push(`${send.id} is still ${send.state}`);
    for (const part of send.parts) {
      const key = userData(part.pdu);
      known.add(key);
      const references = arrived.get(key) ?? [];
      const name = `part ${part.sequence} of ${send.id}, ${part.state} after ${part.tries} tries,`;
      const most = allowDuplicates ? Math.max(1, part.tries) : 1;
      parts[part.state] += 1;
      if (references.length > most) faults.push(`${name} left ${references.length} times`);
      if (part.state === 'sent' && references.length === 0) faults.push(`${name} was never seen by the network`);
      if (part.state === 'sent' && part.messageReference !== null && !references.includes(part.messageReference))
        faults.push(`${name} has the reference ${part.messageReference}, the network saw ${references}`);
      const surely = part.state === 'not-sent' || (part.state === 'queued' && send.state === 'cancelled');
      if (surely && references.length > 0) faults.push(`${name} was seen by the network`);
      if (part.state === 'leaving') faults.push(`${name} is leaving, and nobody sends it`);
      if (part.state === 'queued' && send.state !== 'cancelled') faults.push(`${name} is queued in a send that is ${send.state}`);
    }
    outcomes.set(send.id, new Map(send.parts.map((part) => [`${part.sequence}`, part.state])));
  }
  for (const key of arrived.keys()) if (!known.has(key)) faults.push(`the network took what is in no outbox: ${key}`);
  let receipts = 0;
  for (const { events, exit } of said) {
    for (const event of events) {
      if (event.event !== 'part' && event.event !== 'sent') continue;
      const kept = outcomes.get(event.id);
      if (kept === undefined) faults.push(`${event.id} was told of and is not in the outbox`);
      for (const { sequence, outcome } of event.event === 'sent' ? event.parts : [event]) {
        if (kept !== undefined && kept.get(`${sequence}`) !== outcome)
          faults.push(`part ${sequence} of ${event.id} was said to be ${outcome} and is ${kept.get(`${sequence}`)} in the outbox`);
      }
    }
    const told = events.filter(({ event }) => event === 'sent');
    receipts += told.length;
    const errors = events.filter(({ event }) => event === 'error');
    if (exit.signal === null && told.length + errors.length !== 1)
      faults.push(`a send ended with code ${exit.code}, ${told.length} receipts and ${errors.length} errors`);
    if ((exit.code === 0) !== (told[0]?.outcome === 'sent') && exit.signal === null)
      faults.push(`a send ended with code ${exit.code} and the outcome ${told[0]?.outcome}`);
  }
  return { faults, sends: said.length, receipts, parts, taken: taken.length };
}
