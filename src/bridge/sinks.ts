import type { Config, SecretReference } from '../config/index.js';
import {
  execSink,
  httpSink,
  mqttSink,
  ndjsonFileSink,
  type RetryPolicy,
  type Sink,
  type SinkPlan,
  spoolSink,
  unixSink,
} from '../delivery/index.js';
import type { EndpointSender } from '../endpoints/index.js';
import type { Clock } from '../runtime/index.js';
import { standardSink } from './routes.js';

type SinkConfig = NonNullable<Config['sinks']>[string];

/** What sinks need beside their configuration. */
export interface SinkSurroundings {
  readonly clock: Clock;
  /** Where programs are looked for, and secrets that stand in variables. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Takes every message that nothing else is said of; named `stdout`. */
  readonly stdout: Sink;
  /** Destinations that push sinks may send to, `sending.allow`; loopback alone unless given. */
  readonly allow?: readonly string[];
  /** What sends to a target of a push sink. */
  readonly openSender: (target: string) => Promise<EndpointSender>;
}

const secondMs = 1000;

/**
 * The sinks of a configuration, each as it is to be served; `stdout` is always among them. What cannot exist is refused here, before
 * anything is received.
 * @throws SinkError `delivery/no-such-program`, `delivery/bad-target`, `delivery/not-writable`; BridgeError `config/secret-missing`;
 * SendError `sending/destination-not-allowed`, `sending/bad-target`
 */
export async function openSinks(configured: Config['sinks'], surroundings: SinkSurroundings): Promise<readonly SinkPlan[]> {
  const plans: SinkPlan[] = [];
  for (const [name, config] of Object.entries(configured ?? {})) {
    plans.push({
      sink: await openSink(name, config, surroundings),
      timeoutMs: config['timeout-s'] * secondMs,
      ordered: config.ordered,
      ...(config.concurrency === undefined ? {} : { concurrency: config.concurrency }),
      ...(config.retry === undefined ? {} : { retry: retryOf(config.retry) }),
    });
  }
  return plans.some(({ sink }) => sink.name === standardSink) ? plans : [...plans, { sink: surroundings.stdout }];
}

async function openSink(
  name: string,
  config: SinkConfig,
  { clock, environment, stdout, allow = [], openSender }: SinkSurroundings,
): Promise<Sink> {
  switch (config.kind) {
    case 'ndjson':
      return config.file === undefined ? { ...stdout, name } : ndjsonFileSink({ name, path: config.file });
    case 'spool':
      return spoolSink({ name, directory: config.folder });
    case 'exec':
      return execSink({ name, command: config.command, clock, environment });
    case 'http': {
      const secret = config['signature-secret'];
      const caFile = config['ca-file'];
      return httpSink({
        name,
        url: config.url,
        mode: config.mode,
        clock,
        ...(secret === undefined ? {} : { secret: await secretOf(secret, environment) }),
        ...(caFile === undefined ? {} : { caFile }),
      });
    }
    case 'unix':
      return unixSink({ name, path: config.path });
    case 'push': {
      // The room of the endpoints is loaded for it alone.
      const { pushSink } = await import('./push-sink.js');
      return pushSink({ name, via: config.via, allow, open: openSender });
    }
    case 'mqtt': {
      const { url, topic, user, password } = config;
      const clientId = config['client-id'];
      const caFile = config['ca-file'];
      return mqttSink({
        name,
        url,
        topic,
        ...(clientId === undefined ? {} : { clientId }),
        ...(user === undefined ? {} : { user }),
        ...(password === undefined ? {} : { password: await secretOf(password, environment) }),
        ...(caFile === undefined ? {} : { caFile }),
      });
    }
  }
}

/** The room is loaded for it: it is heavy, and a `listen` without a configuration does without. */
async function secretOf(reference: SecretReference, environment: SinkSurroundings['environment']): Promise<string> {
  const { readSecret } = await import('../config/index.js');
  return readSecret(reference, environment);
}

function retryOf(retry: NonNullable<SinkConfig['retry']>): RetryPolicy {
  return {
    firstDelayMs: retry['first-delay-s'] * secondMs,
    maximumDelayMs: retry['max-delay-s'] * secondMs,
    giveUpAfterMs: retry['give-up-after-s'] * secondMs,
  };
}
