/** Says what about a value is not as it should be, each complaint with its place; nothing where all is. */
export type Shape = (value: unknown, place: string) => readonly string[];

const unless =
  (what: string, holds: (value: unknown) => boolean): Shape =>
  (value, place) =>
    holds(value) ? [] : [`${place} is ${value === undefined ? 'missing' : JSON.stringify(value)?.slice(0, 80)}, not ${what}`];

export const text = unless('text', (value) => typeof value === 'string');
export const number = unless('a number', (value) => typeof value === 'number' && Number.isFinite(value));
export const truth = unless('true or false', (value) => typeof value === 'boolean');
/** Octets in upper-case hexadecimal. */
export const octets = unless('octets in upper-case hex', (value) => typeof value === 'string' && /^(?:[0-9A-F]{2})*$/.test(value));
/** ISO 8601 with an offset or in UTC. */
export const time = unless(
  'a time',
  (value) => typeof value === 'string' && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/.test(value),
);
export const anything = unless('there', (value) => value !== undefined);
/** One of these values, as they stand. */
export const oneOf = (...values: readonly unknown[]): Shape =>
  unless(`one of ${JSON.stringify(values)}`, (value) => values.some((one) => JSON.stringify(one) === JSON.stringify(value)));
/** Null, or that. */
export const orNull =
  (shape: Shape): Shape =>
  (value, place) =>
    value === null ? [] : shape(value, place);
/** Text or a number. */
export const scalar = unless('text or a number', (value) => typeof value === 'string' || typeof value === 'number');
/** A list of these. */
export const listOf =
  (shape: Shape): Shape =>
  (value, place) =>
    Array.isArray(value) ? value.flatMap((item, index) => shape(item, `${place}[${index}]`)) : [`${place} is no list`];
/** Lists of exactly these, in this order. */
export const inOrder =
  (...shapes: readonly Shape[]): Shape =>
  (value, place) =>
    Array.isArray(value) && value.length === shapes.length
      ? value.flatMap((item, index) => shapes[index]?.(item, `${place}[${index}]`) ?? [])
      : [`${place} is no list of ${shapes.length}`];
/** An object with at least these members; it may have more. */
export const having =
  (members: Readonly<Record<string, Shape>>): Shape =>
  (value, place) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.entries(members).flatMap(([name, shape]) => shape((value as Readonly<Record<string, unknown>>)[name], `${place}.${name}`))
      : [`${place} is no object`];
