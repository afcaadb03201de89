import { Readable, Writable } from 'node:stream';
import { type Host, run } from './run.js';

/** What a command line printed and how it ended. */
export interface Ran {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command line in this process with standard input as given. */
export async function runCommand(
  argv: readonly string[],
  options: {
    readonly stdin?: string | Uint8Array;
    readonly environment?: Readonly<Record<string, string>>;
    readonly program?: string;
  } = {},
): Promise<Ran> {
  const written = { stdout: '', stderr: '' };
  const sink = (name: 'stdout' | 'stderr') =>
    new Writable({
      write(chunk: Buffer, _encoding, done) {
        written[name] += chunk.toString('utf8');
        done();
      },
    });
  const host: Host = {
    stdin: Readable.from([Buffer.from(options.stdin ?? '')]),
    stdout: sink('stdout'),
    stderr: sink('stderr'),
    environment: { XDG_CONFIG_HOME: '/nonexistent', ...options.environment },
    program: options.program ?? 'wapbridge',
    onStop: () => {},
  };
  const exitCode = await run(argv, host);
  return { exitCode, ...written };
}
