/** An object read from JSON whose shape is not trusted. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** Whether a value is a JSON object. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A member that is an object, or null. */
export function objectAt(of: JsonObject | null, name: string): JsonObject | null {
  const value = of?.[name];
  return isObject(value) ? value : null;
}

/** The objects of a member that is a list; empty where there is none. */
export function objectsAt(of: JsonObject | null, name: string): readonly JsonObject[] {
  const value = of?.[name];
  return Array.isArray(value) ? value.filter(isObject) : [];
}

/** A member that is text, or null. */
export function textAt(of: JsonObject | null, name: string): string | null {
  const value = of?.[name];
  return typeof value === 'string' ? value : null;
}

/** A member that is a number, or null. */
export function numberAt(of: JsonObject | null, name: string): number | null {
  const value = of?.[name];
  return typeof value === 'number' ? value : null;
}
