export { route } from './route.js';
export { dmNotificationConditions, dmPushConditions, type RoutingRule, routingRules } from './rules.js';
export type * from './types.js';
