import { z } from 'zod';

/** Octets in upper-case hexadecimal. */
export const octets = z.string().regex(/^(?:[0-9A-F]{2})*$/);
/** ISO 8601 with an offset or in UTC. */
export const time = z.iso.datetime({ offset: true });
/** Whatever it is, it is there. */
export const anything = z.unknown().refine((value) => value !== undefined);
export const text = z.string();
export const number = z.number();
/** Null, or text or a number. */
export const textOrNull = text.nullable();
export const numberOrNull = number.nullable();

/** Says what about a value is not as it should be, each complaint with its place and what was found; nothing where all is. */
export function problemsOf(shape: z.ZodType, value: unknown, place: string): readonly string[] {
  return (shape.safeParse(value, { reportInput: true }).error?.issues ?? []).map(({ path, message, input }) => {
    const below = z.core.toDotPath(path);
    const found = JSON.stringify(input)?.slice(0, 80) ?? 'nothing';
    return `${place}${below === '' || below.startsWith('[') ? '' : '.'}${below}: ${message}; found ${found}`;
  });
}
