import type { NotPush, PushMessage } from '../push/index.js';
import { type ConditionRows, clauseOfBinding, dmPushConditions, type RoutingRule, routingRules } from './rules.js';
import type { Condition, RoutingVerdict } from './types.js';

type Conditions = RoutingVerdict['conditions'];

/**
 * Decides whom a message is for from what was found, never from its octets. Input never makes it throw.
 * @see OMA-TS-DM_PushBinding-V1_3 5.1.3, 5.2, 5.3, 5.4; OMA-TS-DM_Notification-V1_3
 */
export function route(message: PushMessage | NotPush): RoutingVerdict {
  if (message.kind === 'not-push') {
    return { verdict: 'not-push', rule: null, conditions: portAlone(message.destinationPort), reason: message.reason };
  }
  for (const rule of routingRules) {
    const conditions = examine(message, rule.conditions);
    if (holds(conditions)) return { verdict: rule.verdict, rule: ruleName(rule, message), conditions };
  }
  return { verdict: 'other-application', rule: null, conditions: examine(message, dmPushConditions) };
}

function ruleName(rule: RoutingRule, message: PushMessage): string {
  return rule.verdict === 'dm-application' ? `${rule.document} ${clauseOfBinding[message.binding]}` : rule.document;
}

/** A condition that was not examined does not count; the content type always is. */
function holds(conditions: Conditions): boolean {
  return conditions[0].holds !== false && conditions[1].holds !== false && conditions[2].holds === true;
}

function portAlone(port: number | null): Conditions {
  const [portRow, idRow, typeRow] = dmPushConditions;
  return [
    {
      condition: portRow.condition,
      expected: portRow.expected,
      found: port,
      holds: port === null ? null : portRow.expected.includes(port),
    },
    { condition: idRow.condition, expected: idRow.expected, found: null, holds: null },
    { condition: typeRow.condition, expected: typeRow.expected, found: null, holds: null },
  ];
}

function examine(message: PushMessage, [portRow, idRow, typeRow]: ConditionRows): Conditions {
  const port = message.destinationPort;
  const id = message.applicationId;
  const type = message.contentType;
  return [
    {
      condition: portRow.condition,
      expected: portRow.expected,
      found: port,
      holds: port === null ? null : portRow.expected.includes(port),
    },
    {
      condition: idRow.condition,
      expected: idRow.expected,
      found: id === null ? null : (id.code ?? id.uri),
      holds: id === null ? null : id.code !== null && idRow.expected.includes(id.code),
    },
    hasNumbers(message) ? typeByNumber(type.code, type.name, typeRow) : typeByName(type.name, typeRow),
  ];
}

/** Whether the binding is WSP, where content types have numbers. */
function hasNumbers({ binding }: PushMessage): boolean {
  return binding === 'sms' || binding === 'udp';
}

function typeByNumber(code: number | null, name: string | null, { condition, expected }: ConditionRows[2]): Condition {
  return { condition, expected, found: code ?? name, holds: code !== null && expected.includes(code) };
}

function typeByName(name: string | null, { condition, names = [] }: ConditionRows[2]): Condition {
  return { condition, expected: names, found: name, holds: name !== null && names.includes(name.toLowerCase()) };
}
