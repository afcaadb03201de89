/** Named points of `listen` at which the torture ends it, with how often each may be passed before. */
const often = 12;
const once = 1;
const points = {
  'modem:opening': once,
  'modem:octets': 40,
  'modem:line': 60,
  'modem:command-begins': 30,
  'modem:writing': 30,
  'modem:written': 30,
  'modem:command-answered': 30,
  'modem:sweeping': 2,
  'modem:read': 3,
  'modem:announced': 3,
  'modem:deleting': 3,
  'modem:deleted': 3,
  'modem:armed': 2,
  'modem:ready': 2,
  'modem:left': once,
  'modem:unsolicited': often,
  'modem:acknowledging': often,
  'modem:acknowledged': often,
  'modem:refusing': 2,
  'pdu:received': often,
  'endpoint:received': often,
  'endpoint:stored': often,
  'journal:migrate:before': once,
  'journal:migrate:after': once,
  'journal:begin:before': often,
  'journal:begin:after': often,
  'journal:part:inserted': often,
  'journal:commit:before': often,
  'journal:commit:after': often,
  'journal:answered': often,
  'journal:message:inserted': 4,
  'journal:message:parts-used': 4,
  'journal:message:deliveries-inserted': 4,
  'journal:attempt:recorded': 4,
  'journal:retention:removed': 2,
  'journal:checkpoint:before': 2,
  'journal:checkpoint:after': 2,
  'part:recovered': 4,
  'part:stored': often,
  'part:acknowledging': often,
  'part:acknowledged': often,
  'part:told': often,
  'part:followed': often,
  'message:judged': 4,
  'message:stored': 4,
  'bridge:recovered': once,
  'bridge:closing': once,
  'bridge:closed': once,
  'delivery:looking': 6,
  'delivery:begun': 6,
  'sink:asked': 6,
  'sink:answered': 6,
  'delivery:answered': 6,
  'delivery:noted-taken': 4,
  'delivery:noted-later': 2,
};
/** Reached only where a run is ended cleanly. */
export const closingPoints = new Set([
  'bridge:closing',
  'bridge:closed',
  'modem:left',
  'journal:checkpoint:before',
  'journal:checkpoint:after',
]);
/** Reached only in a state folder that is made anew. */
export const firstPoints = ['journal:migrate:before', 'journal:migrate:after'];

const ofModems = /^(?:modem|pdu|part):/;
const ofEndpoints = /^endpoint:/;

/** The points that `listen` comes to where it has these bindings. */
export function pointsOf(bindings) {
  const withModems = bindings.includes('sms');
  const withEndpoints = bindings.some((binding) => binding !== 'sms');
  const names = Object.keys(points).filter((name) => (withModems || !ofModems.test(name)) && (withEndpoints || !ofEndpoints.test(name)));
  return Object.fromEntries(names.map((name) => [name, points[name]]));
}
