import type { Config } from '../config/index.js';
import { ndjsonFileSink, type RetryPolicy, type Sink, type SinkPlan, spoolSink } from '../delivery/index.js';
import { BridgeError } from '../errors.js';

type SinkConfig = NonNullable<Config['sinks']>[string];

const secondMs = 1000;

/**
 * The sinks of a configuration with how each is served; `stdout` is always among them.
 * @throws BridgeError `cli/sink-not-available` for a kind that this version does not have
 */
export function sinkPlans(configured: Config['sinks'], stdout: Sink): readonly SinkPlan[] {
  const plans = Object.entries(configured ?? {}).map(([name, config]): SinkPlan => {
    const retry = retryOf(config);
    return { sink: makeSink(name, config, stdout), timeoutMs: config['timeout-s'] * secondMs, ...(retry === null ? {} : { retry }) };
  });
  return plans.some(({ sink }) => sink.name === stdout.name) ? plans : [...plans, { sink: stdout }];
}

function makeSink(name: string, config: SinkConfig, stdout: Sink): Sink {
  switch (config.kind) {
    case 'ndjson':
      return config.file === undefined ? { ...stdout, name } : ndjsonFileSink({ name, path: config.file });
    case 'spool':
      return spoolSink({ name, directory: config.folder });
    default:
      throw new BridgeError('cli/sink-not-available', `the sink ${name} is of kind ${config.kind}, which this version cannot serve`, {
        advice: 'use ndjson or spool',
      });
  }
}

function retryOf({ retry }: SinkConfig): RetryPolicy | null {
  if (retry === undefined) return null;
  return {
    firstDelayMs: retry['first-delay-s'] * secondMs,
    maximumDelayMs: retry['max-delay-s'] * secondMs,
    giveUpAfterMs: retry['give-up-after-s'] * secondMs,
  };
}
