// Senders of the torture that need no modem: what they are told is accepted must be handed on. Written octet by octet from the clauses named, with
// nothing of wapbridge's own encoders.
import { createSocket } from 'node:dgram';
import { connect } from 'node:net';
import { obexConnect, obexConnection, obexPacketLength, obexPut } from '../obex-packets.mjs';

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

export const endpointBindings = ['udp', 'http', 'sip', 'obex'];

/** How many pushes a run sends by each binding, over how many connections. */
const loads = {
  udp: { senders: 1, pushes: 6 },
  http: { senders: 2, pushes: 8 },
  sip: { senders: 1, pushes: 10 },
  obex: { senders: 1, pushes: 8 },
};

/** Content types with the verdict that they bring about; what a binding refuses by its type is not sent by it. */
const types = {
  'dm-application': { name: 'application/vnd.syncml.dm+wbxml', wsp: '010603C2AF87' },
  'dm-notification': { name: 'application/vnd.syncml.notification', wsp: '010603C4AF87' },
  'other-application': { name: 'application/vnd.wap.mms-message', wsp: '010603BEAF84' },
};
const verdictsOf = {
  udp: Object.keys(types),
  http: Object.keys(types),
  sip: ['dm-application'],
  obex: ['dm-application'],
};

/** The words of `listen` that open a binding at a free port. */
const words = { udp: ['--udp', '0'], http: ['--http', '0'], sip: ['--sip', 'sip:dev@127.0.0.1:0'], obex: ['--obex', '0'] };

export const listenWords = (bindings) => bindings.flatMap((binding) => words[binding] ?? []);

/** Octets of the body of a push over UDP. @see WAP-230-WSP 8.2.4.1 */
export const bodyOfDatagram = (octets) => octets.subarray(6);

/** Sends over every binding that is open to one run of `listen`, until it is stopped or the run ends. */
export class EndpointTraffic {
  #closings = [];
  #sending = [];
  #unanswered = new Map();

  /**
   * @param below a whole number below another, by chance
   * @param compose gives a message nobody has sent, for a binding and a verdict
   * @param accepted is told of each whose sender was told so
   */
  constructor({ below, compose, accepted }) {
    Object.assign(this, { below, compose, accepted });
  }

  /** Begins to send at a port, and sends again by SIP what an earlier run did not answer, as SIP's senders do. */
  begin(binding, port) {
    for (let sender = 0; sender < loads[binding].senders; sender += 1) this.#sending.push(this.#send[binding](port, loads[binding].pushes));
  }

  /** Ends what is being sent, once the answers that were on their way have been read. */
  async stop() {
    await Promise.race([Promise.all(this.#sending), pause(500)]);
    await pause(20);
    for (const close of this.#closings.splice(0)) close();
    await Promise.all(this.#sending.splice(0));
  }

  #next(binding) {
    const verdicts = verdictsOf[binding];
    return this.compose(binding, verdicts[this.below(verdicts.length)]);
  }

  #send = {
    udp: async (port, pushes) => {
      const socket = createSocket('udp4');
      this.#closings.push(() => socket.close());
      socket.on('error', () => undefined);
      for (let count = 0; count < pushes; count += 1) {
        const { body, verdict } = this.#next('udp');
        socket.send(Buffer.concat([Buffer.from(types[verdict].wsp, 'hex'), body]), port, '127.0.0.1');
      }
    },

    http: async (port, pushes) => {
      const { socket, read } = this.#connection(port);
      for (let count = 0; count < pushes && !socket.destroyed; count += 1) {
        const message = this.#next('http');
        const head = `POST /wappush HTTP/1.1\r\nHost: bench\r\nContent-Type: ${types[message.verdict].name}\r\nContent-Length: ${message.body.length}\r\n\r\n`;
        socket.write(Buffer.concat([Buffer.from(head, 'latin1'), message.body]));
        const answer = await read((held) => (held.includes('\r\n\r\n') ? held.indexOf('\r\n\r\n') + 4 : 0));
        if (answer === null) break;
        if (answer.toString('latin1').startsWith('HTTP/1.1 204 ')) this.accepted(message);
      }
      socket.destroy();
    },

    sip: async (port, pushes) => {
      const socket = createSocket('udp4');
      this.#closings.push(() => socket.close());
      socket.on('error', () => undefined);
      socket.on('message', (octets) => {
        const text = octets.toString('latin1');
        const call = /^Call-ID: *(\S+)/im.exec(text)?.[1] ?? '';
        const waiting = this.#unanswered.get(call);
        if (waiting === undefined || !text.startsWith('SIP/2.0 2')) return;
        this.#unanswered.delete(call);
        this.accepted(waiting.message);
      });
      // After half a minute a sender gives up. @see RFC 3261 17.1.2.2, timer F
      for (const [call, { since }] of this.#unanswered) if (performance.now() - since > 25_000) this.#unanswered.delete(call);
      const again = [...this.#unanswered.values()];
      const fresh = Array.from({ length: pushes }, () => this.#waiting(this.#next('sip')));
      const twice = fresh.filter(() => this.below(4) === 0);
      for (const { octets } of [...again, ...fresh, ...twice]) socket.send(octets, port, '127.0.0.1');
    },

    obex: async (port, pushes) => {
      const { socket, read } = this.#connection(port);
      const packet = () => read(obexPacketLength);
      socket.write(obexConnect());
      const connection = obexConnection(await packet());
      for (let count = 0; count < pushes && connection !== null; count += 1) {
        const message = this.#next('obex');
        socket.write(obexPut(connection, types[message.verdict].name, message.body));
        const answer = await packet();
        if (answer === null) break;
        if (answer[0] === 0xa0) this.accepted(message);
      }
      socket.destroy();
    },
  };

  #waiting(message) {
    const call = `t${message.digest.slice(0, 24)}`;
    const head = [
      'MESSAGE sip:dev@127.0.0.1 SIP/2.0',
      `Via: SIP/2.0/UDP 127.0.0.1:9;branch=z9hG4bK${call};rport`,
      'Max-Forwards: 70',
      'From: <sip:dms@bench.invalid>;tag=1',
      'To: <sip:dev@bench.invalid>',
      `Call-ID: ${call}`,
      'CSeq: 1 MESSAGE',
      `Content-Type: ${types[message.verdict].name}`,
      `Content-Length: ${message.body.length}`,
    ];
    const waiting = {
      message,
      since: performance.now(),
      octets: Buffer.concat([Buffer.from(`${head.join('\r\n')}\r\n\r\n`), message.body]),
    };
    this.#unanswered.set(call, waiting);
    return waiting;
  }

  /** A connection, and a way to read from it as many octets as a function says are whole; null once it is closed. */
  #connection(port) {
    const socket = connect(port, '127.0.0.1');
    this.#closings.push(() => socket.destroy());
    let held = Buffer.alloc(0);
    let wake = () => {};
    socket.on('error', () => undefined);
    socket.on('data', (chunk) => {
      held = Buffer.concat([held, chunk]);
      wake();
    });
    socket.on('close', () => wake());
    const read = async (wholeLength) => {
      for (;;) {
        const length = wholeLength(held);
        if (length > 0) {
          const piece = held.subarray(0, length);
          held = held.subarray(length);
          return piece;
        }
        if (socket.destroyed) return null;
        await new Promise((resolve) => {
          wake = resolve;
        });
      }
    };
    return { socket, read };
  }
}
