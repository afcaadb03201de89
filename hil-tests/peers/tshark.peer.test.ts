import { expect } from 'vitest';
import type { NdjsonObject } from '../support/lines.js';
import { describePeer } from '../support/peer.js';
import { test } from '../support/scene.js';
import { dissectDeliveries, type TsharkVerdict, withoutServiceCentre } from './tshark.js';

/** What `listen` says of a message, in tshark's words. */
interface OurVerdict {
  readonly contentType: string | undefined;
  readonly applicationId: string | undefined;
  readonly reassembledLength: string | undefined;
}

describePeer('tshark on the programme of the virtual bench', { tshark: 'tshark', text2pcap: 'wireshark-common' }, () => {
  test('tshark agrees on ports, type, application id and reassembled length for every part that was delivered', async ({ scene }) => {
    const listen = scene.wapbridge(['listen', '--json', '--modem', 'virtual', '--state-dir', scene.folder(), '--exit-after', '5']);
    expect((await listen.exited).code, listen.program.describe()).toBe(0);
    const parts = listen.eventsNamed('part');
    const messages = listen.eventsNamed('message');
    expect(messages).toHaveLength(5);
    expect(parts.length).toBeGreaterThan(messages.length);

    const pdus = parts.map((part) => String(part.pdu));
    const dissected = await dissectDeliveries(scene, pdus.map(withoutServiceCentre));
    expect(dissected).toHaveLength(pdus.length);
    for (const [index, packet] of dissected.entries()) {
      const part = parts[index] ?? {};
      expect({ pdu: part.pdu, ...portsAndPlace(part) }).toEqual({ pdu: part.pdu, ...tsharkPortsAndPlace(packet) });
    }

    const judged = messages.map((message) => {
      const packets = (message.pdus as string[]).map((pdu) => dissected[pdus.indexOf(pdu)]);
      const said = (field: keyof TsharkVerdict): string | undefined =>
        packets.map((packet) => packet?.[field]).find((value) => value !== undefined);
      return {
        id: message.id,
        contentType: said('contentType'),
        applicationId: said('applicationId'),
        reassembledLength: said('reassembledLength'),
      };
    });
    expect(judged).toEqual(messages.map((message) => ({ id: message.id, ...ourWords(message) })));
    expect(judged.filter(({ contentType }) => contentType !== undefined)).toHaveLength(4);
    expect(judged.filter(({ reassembledLength }) => reassembledLength !== undefined).length).toBeGreaterThan(1);
  });
});

function portsAndPlace(part: NdjsonObject): Pick<TsharkVerdict, 'destinationPort' | 'part' | 'parts'> {
  const ports = part.ports as { destination: number } | undefined;
  const concatenation = part.concatenation as { sequence: number; total: number } | undefined;
  return {
    ...(ports === undefined ? {} : { destinationPort: String(ports.destination) }),
    ...(concatenation === undefined ? {} : { part: String(concatenation.sequence), parts: String(concatenation.total) }),
  };
}

function tsharkPortsAndPlace({ destinationPort, part, parts }: TsharkVerdict): Pick<TsharkVerdict, 'destinationPort' | 'part' | 'parts'> {
  return {
    ...(destinationPort === undefined ? {} : { destinationPort }),
    ...(part === undefined ? {} : { part }),
    ...(parts === undefined ? {} : { parts }),
  };
}

function ourWords(message: NdjsonObject): OurVerdict {
  const push = message.push as { contentType: string | null; applicationId: number; applicationUri: string | null } | undefined;
  const datagram = message.datagram as { octets: string };
  return {
    contentType: push?.contentType ?? undefined,
    applicationId: push?.applicationUri ?? undefined,
    reassembledLength: Number(message.parts) > 1 ? String(datagram.octets.length / 2) : undefined,
  };
}
