import type { IClientOptions, MqttClient } from 'mqtt';
import { trustedCertificates } from './certificates.js';
import { structuredRequest, toCloudEvent } from './cloud-event.js';
import { defaultSource } from './described.js';
import { reasonOf, SinkError } from './errors.js';
import type { DeliveryReceipt, Handover, Sink } from './types.js';

/** Between two tries to reach the broker; the package's own timer, since the connection is the package's. */
const reconnectMs = 1000;

export interface MqttSinkOptions {
  readonly name: string;
  /** `mqtt://`, `mqtts://`, `ws://` or `wss://`, host and port. */
  readonly url: string;
  readonly topic: string;
  /** Unless given, the package makes one up for each run. */
  readonly clientId?: string;
  readonly user?: string;
  readonly password?: string;
  /** PEM file with certificates that are trusted beside those of the system. */
  readonly caFile?: string;
  /** `source` of the events; unless given it is made of this machine's name. */
  readonly source?: string;
}

/**
 * Publishes each message to a topic as a CloudEvent in JSON, with QoS 1; taken at the broker's PUBACK. Several hosts may publish to
 * one broker: ids are universally unique, and `source` names the host. The package is loaded when the first message comes.
 * @throws SinkError `delivery/bad-target`
 * @see MQTT 3.1.1, 4.3.2 and CloudEvents MQTT Protocol Binding 1.0.2, 3.2
 */
export function mqttSink(options: MqttSinkOptions): Sink {
  const { name, topic, source = defaultSource() } = options;
  checkTarget(options);
  const ca = options.caFile === undefined ? null : trustedCertificates(name, options.caFile);
  let connection: Promise<Connection> | undefined;
  return {
    name,
    kind: 'mqtt',
    async accept(handover: Handover, { signal }): Promise<DeliveryReceipt> {
      connection ??= connect(options, ca);
      const { client, lastFault } = await connection;
      if (!(await connected(client, signal))) return { outcome: 'later', reason: lastFault() ?? 'the broker does not answer' };
      return publish(client, topic, structuredRequest(toCloudEvent(handover, source)).body, signal, lastFault);
    },
    async close(): Promise<void> {
      const open = await connection;
      // Forced: what has no PUBACK is not taken, and is published again in the next run.
      await open?.client.endAsync(true);
    },
  };
}

interface Connection {
  readonly client: MqttClient;
  readonly lastFault: () => string | null;
}

async function connect({ url, clientId, user, password }: MqttSinkOptions, ca: readonly string[] | null): Promise<Connection> {
  const { connect: open } = await import('mqtt');
  const settings: IClientOptions = {
    protocolVersion: 4,
    clean: true,
    reconnectPeriod: reconnectMs,
    // Without this one refusal, by a broker that is just starting for example, would end the connection for good.
    reconnectOnConnackError: true,
    resubscribe: false,
  };
  if (clientId !== undefined) settings.clientId = clientId;
  if (user !== undefined) settings.username = user;
  if (password !== undefined) settings.password = password;
  if (ca !== null) settings.ca = [...ca];
  const client = open(url, settings);
  let fault: string | null = null;
  client.on('error', (caught) => {
    fault = reasonOf(caught);
  });
  client.on('connect', () => {
    fault = null;
  });
  return { client, lastFault: () => fault };
}

/** Waits for the connection; false where the try was given up first. */
function connected(client: MqttClient, signal: AbortSignal): Promise<boolean> {
  if (client.connected) return Promise.resolve(true);
  return new Promise((resolve) => {
    const finish = (): void => {
      client.off('connect', finish);
      signal.removeEventListener('abort', finish);
      resolve(client.connected && !signal.aborted);
    };
    if (signal.aborted) return finish();
    client.on('connect', finish);
    signal.addEventListener('abort', finish, { once: true });
  });
}

function publish(
  client: MqttClient,
  topic: string,
  payload: Uint8Array,
  signal: AbortSignal,
  lastFault: () => string | null,
): Promise<DeliveryReceipt> {
  return new Promise((resolve) => {
    const finish = (receipt: DeliveryReceipt): void => {
      signal.removeEventListener('abort', onAbort);
      resolve(receipt);
    };
    const onAbort = (): void => {
      // Not to be sent again by the package: the delivery's own retry does that.
      client.removeOutgoingMessage(messageId);
      finish({ outcome: 'later', reason: lastFault() ?? 'no PUBACK in time' });
    };
    client.publish(topic, Buffer.from(payload), { qos: 1, retain: false }, (fault) =>
      finish(fault ? { outcome: 'later', reason: reasonOf(fault) } : { outcome: 'taken' }),
    );
    const messageId = client.getLastMessageId();
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort, { once: true });
  });
}

function checkTarget({ name, url, topic }: MqttSinkOptions): void {
  const target = URL.canParse(url) ? new URL(url) : null;
  const usable = target !== null && ['mqtt:', 'mqtts:', 'ws:', 'wss:'].includes(target.protocol) && target.hostname !== '';
  if (!usable || target.username !== '' || target.password !== '')
    throw new SinkError('delivery/bad-target', `the sink ${name} has no usable broker`, name, {
      advice: 'write mqtt://HOST[:PORT] or mqtts://HOST[:PORT], without user or password',
    });
  if (topic === '' || ['#', '+', '\u0000'].some((forbidden) => topic.includes(forbidden)))
    throw new SinkError('delivery/bad-target', `the sink ${name} has a topic that cannot be published to`, name, {
      advice: 'write a topic without # and +',
    });
}
