import { channel } from 'node:diagnostics_channel';

const points = channel('wapbridge:point');

/**
 * Says that a step was reached on the diagnostics channel `wapbridge:point`. Whoever subscribes from outside may end the process
 * there: that is how crash safety is tested. Costs nothing while nobody does.
 */
export function reached(point: string): void {
  if (points.hasSubscribers) points.publish(point);
}
