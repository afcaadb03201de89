import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { toWdp } from '../push/index.js';
import { formatAddress, type HostAndPort, plainAddress, resolveHost } from './address.js';
import { bindError, EndpointError, sendError } from './errors.js';
import type { EndpointIntake, EndpointListener, EndpointSender, OpenListener } from './types.js';

/** Octets the system may hold for a listener: bursts wait there while the disk is busy. */
const receiveBufferOctets = 4 * 1024 * 1024;
/** Datagrams that may wait for the disk; what comes beyond them is lost, as UDP loses. */
const mostWaiting = 4096;
const mostWaitingOctets = 64 * 1024 * 1024;
/** The largest payload of a UDP datagram over IPv4. */
const mostDatagramOctets = 65_507;
const answerWithinMs = 5000;

export interface UdpListenOptions extends HostAndPort {
  /** WDP port that datagrams count as sent to; 2948 unless given. */
  readonly wdpPort?: number;
}

/**
 * Receives WDP datagrams: the payload of each is a WSP PDU. Nobody is answered, so nothing is promised before the disk has it; a
 * datagram that cannot be stored is told of and lost.
 * @see OMA-TS-DM_PushBinding-V1_3 5.1.1; WAP-259-WDP
 */
export function listenUdp({ host, port, wdpPort = 2948 }: UdpListenOptions): OpenListener {
  return async (intake, { clock }): Promise<EndpointListener> => {
    const { address, family } = await resolveHost(host);
    const socket = createSocket({ type: family === 6 ? 'udp6' : 'udp4', recvBufferSize: receiveBufferOctets });
    await bind(socket, address, port);
    const bound = socket.address();
    const taking = new Set<Promise<void>>();
    let waitingOctets = 0;
    socket.on('message', (octets, from) => {
      if (taking.size >= mostWaiting || waitingOctets + octets.length > mostWaitingOctets) {
        intake.refused({
          binding: 'udp',
          from: senderName(from),
          code: 'endpoints/overloaded',
          message: `${taking.size} datagrams wait for the disk, and this one was let go`,
        });
        return;
      }
      waitingOctets += octets.length;
      const taken = take(intake, octets, from, wdpPort).finally(() => {
        waitingOctets -= octets.length;
        taking.delete(taken);
      });
      taking.add(taken);
    });
    // What a peer's ICMP message says of an earlier datagram concerns no later one.
    socket.on('error', (cause) => intake.refused({ binding: 'udp', from: null, code: 'endpoints/socket-failed', message: cause.message }));
    return {
      binding: 'udp',
      address: bound.address,
      port: bound.port,
      async close() {
        await new Promise<void>((resolve) => socket.close(() => resolve()));
        const given = new AbortController();
        await Promise.race([Promise.all(taking), clock.sleep(answerWithinMs, { signal: given.signal }).catch(() => undefined)]);
        given.abort();
      },
    };
  };
}

function bind(socket: Socket, address: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const failed = (cause: Error): void => {
      socket.close();
      reject(bindError(cause, formatAddress(address, port)));
    };
    socket.once('error', failed);
    socket.bind({ address, port }, () => {
      socket.off('error', failed);
      resolve();
    });
  });
}

function senderName({ address, port }: RemoteInfo): string {
  return formatAddress(plainAddress(address), port);
}

async function take(intake: EndpointIntake, octets: Buffer, from: RemoteInfo, wdpPort: number): Promise<void> {
  try {
    await intake.accept({
      binding: 'udp',
      from: senderName(from),
      octets,
      envelope: { headers: [], destinationPort: wdpPort, sourcePort: from.port },
      retransmissionKey: null,
    });
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    intake.refused({ binding: 'udp', from: senderName(from), code: 'endpoints/not-stored', message: `a datagram was lost: ${why}` });
  }
}

/** Sends each push as one datagram; that it left is all that can be known. @see WAP-259-WDP */
export function udpSender({ host, port }: HostAndPort): EndpointSender {
  const target = `udp://${formatAddress(host, port)}`;
  return {
    async send(push) {
      const { octets } = toWdp(push);
      if (octets.length > mostDatagramOctets) {
        throw new EndpointError(
          'endpoints/too-large',
          `the push has ${octets.length} octets, and a UDP datagram holds ${mostDatagramOctets}`,
          {
            advice: 'send it over http',
          },
        );
      }
      const { address, family } = await resolveHost(host);
      const socket = createSocket(family === 6 ? 'udp6' : 'udp4');
      try {
        await new Promise<void>((resolve, reject) => {
          socket.once('error', reject);
          socket.send(octets, port, address, (cause) => (cause === null ? resolve() : reject(cause)));
        });
      } catch (cause) {
        throw sendError(cause, target, false);
      } finally {
        socket.close();
      }
    },
    preview: (push) => ({ lines: [], octets: toWdp(push).octets }),
    close: () => Promise.resolve(),
  };
}
