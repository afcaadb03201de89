import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { BridgeError } from '../errors.js';
import { type ControlHandlers, connectToHolder, listenForRequests } from './control.js';

let folder = '';
let close: (() => Promise<void>) | undefined;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'wapbridge-control-'));
});
afterEach(async () => {
  await close?.();
  close = undefined;
  rmSync(folder, { recursive: true, force: true });
});

const handlers: ControlHandlers = {
  count: async ({ to }, tell) => {
    for (let number = 1; number <= Number(to); number += 1) tell({ number, error: null });
    return { counted: to };
  },
  refuse: async () => {
    throw new BridgeError('cli/usage', 'not like this', { advice: 'do it otherwise' });
  },
  wait: async (_request, tell, signal) => {
    tell({ waiting: true });
    return new Promise((resolve) => signal.addEventListener('abort', () => resolve({}), { once: true }));
  },
};

async function opened() {
  close = await listenForRequests(folder, handlers);
  const connection = await connectToHolder(folder);
  if (connection === null) throw new TypeError('nobody listens');
  return connection;
}

describe('the control socket', () => {
  test('answers requests, each with what it tells before', async () => {
    const connection = await opened();
    const told: unknown[] = [];
    const answers = await Promise.all([
      connection.ask({ do: 'count', to: 2 }, (object) => told.push(object)),
      connection.ask({ do: 'count', to: 0 }),
    ]);
    expect(answers).toEqual([{ counted: 2 }, { counted: 0 }]);
    expect(told).toEqual([
      { number: 1, error: null },
      { number: 2, error: null },
    ]);
    connection.close();
  });

  test('carries errors with their codes', async () => {
    const connection = await opened();
    await expect(connection.ask({ do: 'refuse' })).rejects.toMatchObject({
      code: 'cli/usage',
      message: 'not like this',
      advice: 'do it otherwise',
    });
    await expect(connection.ask({ do: 'toString' })).rejects.toMatchObject({ code: 'bridge/bad-request' });
    connection.close();
  });

  test('is for its owner alone', async () => {
    const connection = await opened();
    expect(statSync(join(folder, 'control.sock')).mode & 0o777).toBe(0o600);
    connection.close();
  });

  test('takes the place of one that a killed program left, and of nothing else', async () => {
    const first = await listenForRequests(folder, handlers);
    const second = await listenForRequests(folder, handlers);
    await second();
    await first();
    writeFileSync(join(folder, 'control.sock'), '');
    await expect(listenForRequests(folder, handlers)).rejects.toMatchObject({ code: 'bridge/control-failed' });
  });

  test('works in a folder whose path is too long for an address', async () => {
    folder = join(folder, 'x'.repeat(120));
    mkdirSync(folder);
    const connection = await opened();
    expect(await connection.ask({ do: 'count', to: 0 })).toEqual({ counted: 0 });
    connection.close();
  });

  test('nobody listens where nobody does', async () => {
    expect(await connectToHolder(folder)).toBeNull();
    expect(await connectToHolder(join(folder, 'missing'))).toBeNull();
    expect(await connectToHolder(join(folder, 'x'.repeat(120)))).toBeNull();
  });

  test('fails what waits when the other side goes, and tells the handler when the asker goes', async () => {
    const connection = await opened();
    const waiting = connection.ask({ do: 'wait' });
    const lost = expect(waiting).rejects.toMatchObject({ code: 'bridge/control-lost' });
    await close?.();
    close = undefined;
    await lost;
  });

  test('lets go of one who sends what is no request, or a line without an end', async () => {
    await opened().then((connection) => connection.close());
    const socket = connect(join(folder, 'control.sock'));
    const answers: string[] = [];
    socket.on('data', (chunk) => answers.push(String(chunk)));
    socket.on('error', () => undefined);
    socket.write('{"do":\n[]\n');
    const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
    socket.write(Buffer.alloc(1_200_000, 0x78));
    await closed;
    expect(answers.join('').split('\n').filter(Boolean)).toHaveLength(2);
    expect(answers.join('')).toContain('bridge/bad-request');
  });
});
