import type { DeliveryReceipt, SinkPlan } from '../delivery/index.js';
import type { MessageLimit } from './listen-end.js';

/** The same sinks, which take only as many messages as are asked for; the others stay for the next run. */
export function withLimit(plans: readonly SinkPlan[], limit: Pick<MessageLimit, 'admits'>): readonly SinkPlan[] {
  return plans.map((plan) => {
    const { sink } = plan;
    const heldBack: DeliveryReceipt = { outcome: 'later', reason: 'as many messages as were asked for have been handed on' };
    return {
      ...plan,
      sink: {
        name: sink.name,
        kind: sink.kind,
        accept: (handover, options) => (limit.admits(handover.id) ? sink.accept(handover, options) : Promise.resolve(heldBack)),
        close: () => sink.close(),
      },
    };
  });
}

/** What is said of messages that wait for sinks which nobody serves any more: one line a sink. `again` is how the inbox is asked. */
export function abandonedLines(
  waiting: readonly { readonly sink: string; readonly count: number }[],
  served: readonly string[],
  again: string,
): readonly string[] {
  return waiting
    .filter(({ sink }) => !served.includes(sink))
    .map(({ sink, count }) => {
      const [messages, wait] = count === 1 ? ['message', 'waits'] : ['messages', 'wait'];
      const kept = `kept until it is there again (${again} inbox list --state pending)`;
      return `${count} ${messages} ${wait} for the sink ${sink}, which the configuration does not have: ${kept}.`;
    });
}
