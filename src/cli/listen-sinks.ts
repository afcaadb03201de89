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
