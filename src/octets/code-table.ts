/** Assigned numbers with their names, both ways; names compare without regard to case. */
export interface CodeTable {
  readonly title: string;
  readonly entries: readonly (readonly [code: number, name: string])[];
  /** The name of a number, or undefined. Where a number stands twice the first name counts. */
  name(code: number): string | undefined;
  /** The number of a name, or undefined. Where a name stands twice the first number counts. */
  code(name: string): number | undefined;
}

/** Makes a {@link CodeTable}; the title names the source. */
export function codeTable(title: string, entries: readonly (readonly [code: number, name: string])[]): CodeTable {
  const names = new Map<number, string>();
  const codes = new Map<string, number>();
  for (const [code, name] of entries) {
    if (!names.has(code)) names.set(code, name);
    const key = name.toLowerCase();
    if (!codes.has(key)) codes.set(key, code);
  }
  return { title, entries, name: (code) => names.get(code), code: (name) => codes.get(name.toLowerCase()) };
}
