export { checkBody } from './check-body.js';
export { composePush, contentTypeOf, type PushToCompose, type PushType } from './compose.js';
export { SendError } from './errors.js';
export { keyRules } from './key-rules.js';
export { checkNumber, type PartArrangement, type PlannedPart, type PlanOptions, planParts } from './plan.js';
export { type BootstrapSecurity, type SecurityMethod, secureBootstrap } from './security.js';
