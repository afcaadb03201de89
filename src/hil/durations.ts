const units: Readonly<Record<string, number>> = { ms: 1, s: 1000, min: 60_000 };

/** A time span as tests write it: milliseconds, or text such as `500ms`, `60s`, `2min`. @throws RangeError for anything else */
export function durationMs(value: number | string): number {
  if (typeof value === 'number' && Number.isFinite(value) && value >= 0) return value;
  const [, amount, unit] = /^(\d{1,9}(?:\.\d{1,6})?)\s*(ms|s|min)$/.exec(String(value)) ?? [];
  const factor = units[unit ?? ''];
  if (amount === undefined || factor === undefined)
    throw new RangeError(`${JSON.stringify(value)} is no time span: write 500ms, 60s or 2min`);
  return Number(amount) * factor;
}
