import { BridgeError } from '../errors.js';
import type { OwnProgram, PeerBench } from './peers/bench.js';
import type { Procedure } from './types.js';

/** Header parameters whose values are secrets or prove that somebody knows one. */
const proofs = /\b(?:c?nonce|nextnonce|response|digest|mac)=\\?"?[\w+/=.-]{8,}|\bauthorization: *\w+ +\S/i;
/** Subscriptions of the virtual bench's modems, on the test network 001 01. */
const imsi = /\b00101\d{10}\b/;

/**
 * The procedures, each of which passes only where nothing that wapbridge wrote in it, to standard output or to standard error, holds one of
 * these secrets, a nonce, a digest, a MAC or an IMSI.
 */
export function withoutSecrets(procedures: readonly Procedure[], secrets: readonly string[] = []): readonly Procedure[] {
  return procedures.map((procedure) => ({
    ...procedure,
    async run(bench) {
      const started: OwnProgram[] = [];
      const watched: PeerBench = {
        folder: () => bench.folder(),
        program: (...words) => bench.program(...words),
        wapbridge(parameters) {
          const own = bench.wapbridge(parameters);
          started.push(own);
          return own;
        },
      };
      await procedure.run(watched);
      for (const { program } of started) expectNoSecret(program, secrets);
    },
  }));
}

/** @throws BridgeError `conformance/secret-told`, without the secret */
export function expectNoSecret({ stdout, stderr }: OwnProgram['program'], secrets: readonly string[]): void {
  for (const line of [...stdout.items, ...stderr.items]) {
    const told = secrets.some((secret) => secret !== '' && line.includes(secret));
    if (told || proofs.test(line) || imsi.test(line)) {
      throw new BridgeError('conformance/secret-told', 'wapbridge wrote a secret, or what proves one, into its output');
    }
  }
}
