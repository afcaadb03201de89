import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { dmReplaceMessage } from '../support/messages.js';
import { describePeer } from '../support/peer.js';
import { test } from '../support/scene.js';
import { dissectDatagrams } from './tshark.js';

describePeer('tshark as the judge of what is sent over UDP', { tshark: 'tshark', text2pcap: 'wireshark-common' }, () => {
  test('both types leave with their short codes and application id 7, in one datagram each', async ({ scene }) => {
    const socket = createSocket('udp4');
    scene.atEnd(() => new Promise<void>((resolve) => socket.close(() => resolve())));
    socket.bind(0, '127.0.0.1');
    await once(socket, 'listening');
    const received: string[] = [];
    socket.on('message', (octets) => received.push(octets.toString('hex').toUpperCase()));
    const body = join(scene.folder(), 'body');
    writeFileSync(body, Buffer.from(dmReplaceMessage, 'hex'));
    for (const type of ['dm+wbxml', 'dm+xml']) {
      const target = `udp://127.0.0.1:${socket.address().port}`;
      const send = scene.wapbridge(['send', '--via', target, '--type', type, '--body', body, '--json', '--state-dir', scene.folder()]);
      expect((await send.exited).code).toBe(0);
    }
    expect(received).toEqual([`010603C2AF87${dmReplaceMessage}`, `010603C3AF87${dmReplaceMessage}`]);
    const verdicts = await dissectDatagrams(scene, received);
    expect(verdicts).toMatchObject([
      { pduType: '0x06', contentType: 'application/vnd.syncml.dm+wbxml', applicationId: 'x-wap-application:syncml.dm' },
      { pduType: '0x06', contentType: 'application/vnd.syncml.dm+xml', applicationId: 'x-wap-application:syncml.dm' },
    ]);
    expect(verdicts.flatMap(({ malformed }) => malformed ?? [])).toEqual([]);
  });
});
