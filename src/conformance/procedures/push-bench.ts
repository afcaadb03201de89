import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { BridgeError } from '../../errors.js';
import { dmMessageTypes } from '../../push/index.js';
import { systemClock } from '../../runtime/index.js';
import type { OwnProgram, PeerBench } from '../peers/bench.js';

type Facts = Readonly<Record<string, unknown>>;

const [wbxml, xml] = dmMessageTypes;

/** The two content types of DM messages, by the last word of their names. */
export const dmTypeNames = { wbxml, xml } as const;

/** The two content types of DM messages, by the words of `send`. @see OMA-TS-DM_PushBinding-V1_3 5.1.1 */
export const dmTypes = [
  { option: 'dm+wbxml', name: wbxml, code: 0x42 },
  { option: 'dm+xml', name: xml, code: 0x43 },
] as const;

/** Version, public identifier, character set and string table, SyncML with content, opaque data. @see WAP-192-WBXML 5 */
const wbxmlHead = Uint8Array.of(0x02, 0xa4, 0x01, 0x6a, 0x00, 0x6d, 0xc3);

/** A well-formed WBXML document of so many octets, 12 at least: opaque data of every value in SyncML, so that whoever dissects it finds no fault. */
export function dmBody(octets: number): Uint8Array {
  const room = octets - wbxmlHead.length - 1;
  // The length of the data takes one to three of the octets; where none of them is just right it begins with zeros. @see WAP-192-WBXML 5.1
  const digits = [1, 2, 3].find((count) => room - count < 128 ** count) ?? 3;
  const length = room - digits;
  const lengthOctets = Array.from({ length: digits }, (_, at) => {
    const place = digits - 1 - at;
    return ((length >> (7 * place)) & 0x7f) | (place > 0 ? 0x80 : 0);
  });
  const data = Array.from({ length }, (_, at) => (255 - at * 7) & 0xff);
  return Uint8Array.of(...wbxmlHead, ...lengthOctets, ...data, 0x01);
}

export const hexOf = (octets: Uint8Array): string => Buffer.from(octets).toString('hex').toUpperCase();

/** A virtual bench of two modems, and the way to command it. */
export interface VirtualPair {
  readonly sender: { readonly port: string; readonly number: string };
  readonly receiver: { readonly name: string; readonly port: string; readonly number: string };
  command(command: Facts): Promise<Facts>;
}

/** Starts `wapbridge bench` with two modems. */
export async function virtualPair(bench: PeerBench): Promise<VirtualPair> {
  const folder = bench.folder();
  const socketPath = join(folder, 'control');
  const program = bench.wapbridge(['bench', '--modems', '2', '--link', folder, '--control', socketPath, '--json']);
  const modem = async (name: string) => {
    const { port, number } = await program.waitForEvent('virtual-modem', (object) => object['name'] === name);
    return { name, port: String(port), number: String(number) };
  };
  return {
    sender: await modem('modem-1'),
    receiver: await modem('modem-2'),
    async command(command) {
      const socket = connect(socketPath);
      await once(socket, 'connect');
      const lines = createInterface({ input: socket })[Symbol.asyncIterator]();
      socket.write(`${JSON.stringify({ ref: 1, ...command })}\n`);
      const { value } = await lines.next();
      socket.destroy();
      const answer: unknown = JSON.parse(String(value));
      if (typeof answer !== 'object' || answer === null) throw new BridgeError('conformance/peer-silent', 'the bench did not answer');
      return { ...answer };
    },
  };
}

/** Starts `listen --json` with these words, and resolves when it receives. */
export async function listening(bench: PeerBench, parameters: readonly string[]): Promise<OwnProgram> {
  const listen = bench.wapbridge(['listen', ...parameters, '--json', '--state-dir', join(bench.folder(), 'state')]);
  if (parameters.includes('--modem')) await listen.waitForEvent('modem', ({ state }) => state === 'ready');
  else {
    await listen.waitForEvent('listening').catch((cause: unknown) => {
      const taken = listen.eventsNamed('error').find(({ code }) => code === 'endpoints/address-in-use');
      throw taken === undefined ? cause : new BridgeError('conformance/port-taken', String(taken['message']), { cause });
    });
  }
  return listen;
}

/** Sends a body with `send`, and gives what its receipt says. */
export async function outcomeOf(bench: PeerBench, parameters: readonly string[], type: string, body: Uint8Array) {
  const folder = bench.folder();
  writeFileSync(join(folder, 'body'), body);
  const words = ['--type', type, '--body', join(folder, 'body'), '--json', '--state-dir', join(folder, 'state')];
  const program = bench.wapbridge(['send', ...parameters, ...words]);
  const { code } = await program.exited;
  return { code, outcome: program.eventsNamed('sent').at(-1)?.['outcome'], program };
}

/** The same, which is to be sent. @throws BridgeError `conformance/not-passed` */
export async function sent(bench: PeerBench, parameters: readonly string[], type: string, body: Uint8Array): Promise<void> {
  const { code, outcome, program } = await outcomeOf(bench, parameters, type, body);
  expectThat(code === 0 && outcome === 'sent', `send ended with ${code} and ${String(outcome)}: ${program.program.describe()}`);
}

/** The messages once there are so many. @throws BridgeError `conformance/peer-silent` */
export async function messagesOf(listen: OwnProgram, count: number, withinMs = 60_000): Promise<readonly Facts[]> {
  for (let waitedMs = 0; waitedMs < withinMs; waitedMs += 25) {
    const messages = listen.eventsNamed('message');
    if (messages.length >= count) return messages;
    await systemClock.sleep(25);
  }
  const came = listen.eventsNamed('message').length;
  throw new BridgeError('conformance/peer-silent', `${came} of ${count} messages were handed on: ${listen.program.describe()}`);
}

/** @throws BridgeError `conformance/not-passed` */
export function expectThat(holds: boolean, otherwise: string): void {
  if (!holds) throw new BridgeError('conformance/not-passed', otherwise);
}

/** The message is for the DM application, with this type and body. @throws BridgeError `conformance/not-passed` */
export function expectDm(message: Facts | undefined, code: number, body: Uint8Array): void {
  const [verdict, push] = [factsAt(message, 'verdict'), factsAt(message, 'push')];
  expectThat(verdict?.['verdict'] === 'dm-application', `the verdict is ${JSON.stringify(verdict)}`);
  expectThat(push?.['contentTypeCode'] === code, `the content type is ${String(push?.['contentType'])}, not ${code}`);
  expectThat(push?.['body'] === hexOf(body), `the body handed on is ${String(push?.['body']).slice(0, 200)}`);
}

export function factsAt(facts: Facts | undefined, name: string): Facts | undefined {
  const value = facts?.[name];
  return typeof value === 'object' && value !== null ? { ...value } : undefined;
}
