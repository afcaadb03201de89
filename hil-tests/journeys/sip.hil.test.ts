import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

const program = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

interface Line {
  readonly event: string;
  readonly [name: string]: unknown;
}

describe('SIP', () => {
  let folder: string;
  let child: ChildProcess;
  let lines: AsyncIterator<string>;

  const next = async (event: string): Promise<Line> => {
    for (;;) {
      const { value, done } = await lines.next();
      if (done === true) throw new TypeError(`listen ended before ${event}`);
      const line = JSON.parse(value) as Line;
      if (line.event === event) return line;
    }
  };
  const send = (target: string, body: Uint8Array): Promise<{ readonly code: number; readonly receipt: Line }> => {
    const file = join(folder, 'body');
    writeFileSync(file, body);
    return new Promise((resolve) => {
      execFile(
        process.execPath,
        [program, 'send', '--via', target, '--type', 'dm+wbxml', '--body', file, '--json', '--state-dir', join(folder, 'sender')],
        (error, stdout) =>
          resolve({
            code: typeof error?.code === 'number' ? error.code : 0,
            receipt: JSON.parse(stdout.trim().split('\n').at(-1) ?? '{}') as Line,
          }),
      );
    });
  };
  const ask = async (port: number, request: string): Promise<string> => {
    const socket = createSocket('udp4');
    socket.send(request.replaceAll('\n', '\r\n'), port, '127.0.0.1');
    const [answer] = (await once(socket, 'message')) as [Buffer];
    socket.close();
    return answer.toString('latin1');
  };
  const request = (method: string, branch: string, type: string) =>
    `${method} sip:dev@127.0.0.1 SIP/2.0\nVia: SIP/2.0/UDP 127.0.0.1:9;branch=z9hG4bK${branch};rport\nMax-Forwards: 70\nFrom: <sip:a@b.invalid>;tag=1\nTo: <sip:dev@127.0.0.1>\nCall-ID: ${branch}\nCSeq: 1 ${method}\nContent-Type: ${type}\nContent-Length: 4\n\nbody`;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'sip-journey-'));
    const parameters = ['listen', '--sip', 'sip:dev@127.0.0.1:0', '--json', '--state-dir', join(folder, 'state')];
    child = spawn(process.execPath, [program, ...parameters], { stdio: ['ignore', 'pipe', 'inherit'] });
    lines = createInterface({ input: child.stdout! })[Symbol.asyncIterator]();
  });
  afterEach(async () => {
    child.kill('SIGTERM');
    if (child.exitCode === null) await once(child, 'exit');
    rmSync(folder, { recursive: true, force: true });
  });

  test('a DM message arrives octet for octet, small by UDP and large by TCP', async () => {
    const { port, binding } = await next('listening');
    expect(binding).toBe('sip');
    for (const octets of [100, 30_000]) {
      const body = Uint8Array.from({ length: octets }, (_, index) => (index === 0 ? 2 : index & 0xff));
      const { code, receipt } = await send(`sip:dev@127.0.0.1:${port}`, body);
      expect([code, receipt.outcome]).toEqual([0, 'sent']);
      const message = await next('message');
      expect(message).toMatchObject({
        binding: 'sip',
        modem: null,
        pdus: null,
        text: null,
        push: { contentTypeCode: 66, body: Buffer.from(body).toString('hex').toUpperCase() },
        verdict: { verdict: 'dm-application', rule: 'OMA-TS-DM_PushBinding-V1_3 5.2' },
      });
    }
  });

  test('what comes again is one message, and what is none is told so', async () => {
    const port = Number((await next('listening')).port);
    const good = request('MESSAGE', 'one', 'application/vnd.syncml.dm+xml');
    expect(await ask(port, good)).toMatch(/^SIP\/2\.0 200 /);
    expect(await ask(port, good)).toMatch(/^SIP\/2\.0 200 /);
    expect(await ask(port, request('MESSAGE', 'two', 'text/plain'))).toMatch(
      /^SIP\/2\.0 415 [\s\S]*Accept: application\/vnd\.syncml\.dm\+wbxml/,
    );
    expect(await ask(port, request('INVITE', 'three', 'text/plain'))).toMatch(/^SIP\/2\.0 405 [\s\S]*Allow: MESSAGE/);
    expect(await ask(port, request('MESSAGE', 'four', 'application/vnd.syncml.dm+wbxml'))).toMatch(/^SIP\/2\.0 200 /);
    expect((await next('message')).push).toMatchObject({ contentTypeCode: 67 });
    expect((await next('message')).push).toMatchObject({ contentTypeCode: 66 });
  });

  test('a send that nobody listens for is not sent', async () => {
    await next('listening');
    const { code, receipt } = await send('sip:dev@127.0.0.1:9', Uint8Array.of(2, 0));
    expect([code, receipt.outcome]).toEqual([5, 'not-sent']);
  });
});
