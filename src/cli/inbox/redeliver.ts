import type { Bridge, ControlObject } from '../../bridge/index.js';
import { BridgeError } from '../../errors.js';

/** What `inbox redeliver` asks the `listen` that holds the state folder, done there. @throws BridgeError `cli/usage`, and as `Bridge.redeliver` */
export async function redeliverAsAsked(bridge: Pick<Bridge, 'redeliver' | 'sinkNames'>, request: ControlObject): Promise<ControlObject> {
  const { id, sinks } = request;
  if (typeof id !== 'string') throw new BridgeError('cli/usage', 'no message is named', { advice: 'see wapbridge inbox list' });
  const named = Array.isArray(sinks) ? sinks.map(String) : undefined;
  checkSinks(named, bridge.sinkNames);
  return { id, sinks: await bridge.redeliver(id, named) };
}

/** @throws BridgeError `cli/usage` for a sink that the configuration does not have */
export function checkSinks(named: readonly string[] | undefined, configured: readonly string[]): void {
  const unknown = named?.find((name) => !configured.includes(name));
  if (unknown !== undefined)
    throw new BridgeError('cli/usage', `there is no sink ${JSON.stringify(unknown)}`, {
      advice: `the configuration has ${configured.join(', ')}`,
    });
}
