type OneOrMore<Value> = Value | readonly Value[];

/** One route of the configuration: what a message must be, and who then is to have it. Conditions left out hold for every message. */
export interface Route {
  readonly when: {
    readonly verdict?: OneOrMore<string> | undefined;
    /** Number or URI. */
    readonly 'application-id'?: OneOrMore<number | string> | undefined;
    /** Number or MIME type; a type may end in an asterisk for its subtypes. */
    readonly 'content-type'?: OneOrMore<number | string> | undefined;
    /** A sender; one that ends in an asterisk stands for all that begin so. */
    readonly from?: OneOrMore<string> | undefined;
    readonly modem?: OneOrMore<string> | undefined;
  };
  readonly to: readonly string[];
}

/** What routes ask of a message. */
export interface Routable {
  readonly verdict: string;
  readonly from: string | null;
  readonly modem: string | null;
  readonly contentType: { readonly code: number | null; readonly name: string | null } | null;
  readonly applicationId: { readonly code: number | null; readonly uri: string | null } | null;
}

/** Sink that has a message where nothing else is said. */
export const standardSink = 'stdout';
/** Sink that is the OMA Device Management application where the configuration has one of this name. */
export const dmApplicationSink = 'dm-application';
const dmNotificationSink = 'dm-notification';

/**
 * Names of the sinks a message goes to, each once. The first route that matches counts; a DM message goes to the DM application
 * besides, whatever the routes say, and a DM notification too unless it has a sink of its own.
 */
export function sinksFor(message: Routable, routes: readonly Route[], configured: ReadonlySet<string>): readonly string[] {
  const routed = routes.find(({ when }) => matches(message, when))?.to ?? [standardSink];
  const application = configured.has(dmApplicationSink) ? dmApplicationSink : standardSink;
  const sinks = new Set(routed);
  if (message.verdict === 'dm-application') sinks.add(application);
  if (message.verdict === 'dm-notification') sinks.add(configured.has(dmNotificationSink) ? dmNotificationSink : application);
  return [...sinks];
}

function matches(message: Routable, when: Route['when']): boolean {
  const { contentType, applicationId, from, modem } = message;
  return (
    some(when.verdict, (verdict) => verdict === message.verdict) &&
    some(when.modem, (name) => name === modem) &&
    some(when.from, (pattern) => from !== null && likePattern(from, pattern)) &&
    some(when['content-type'], (type) =>
      typeof type === 'number'
        ? contentType?.code === type
        : typeof contentType?.name === 'string' && likePattern(contentType.name.toLowerCase(), type.toLowerCase()),
    ) &&
    some(when['application-id'], (id) =>
      typeof id === 'number' ? applicationId?.code === id : applicationId?.uri?.toLowerCase() === id.toLowerCase(),
    )
  );
}

function some<Value>(wanted: OneOrMore<Value> | undefined, holds: (value: Value) => boolean): boolean {
  if (wanted === undefined) return true;
  return isList(wanted) ? wanted.some(holds) : holds(wanted);
}

function isList<Value>(wanted: OneOrMore<Value>): wanted is readonly Value[] {
  return Array.isArray(wanted);
}

function likePattern(text: string, pattern: string): boolean {
  return pattern.endsWith('*') ? text.startsWith(pattern.slice(0, -1)) : text === pattern;
}
