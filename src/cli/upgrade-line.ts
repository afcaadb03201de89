const mib = 1024 ** 2;
/** A smaller journal is brought up to date before anybody wonders. */
const quickOctets = 128 * mib;

/** What is said before a journal is brought up to date, in which time nothing else is done; null where it takes no time. */
export function upgradeLine(octets: number): string | null {
  if (octets < quickOctets) return null;
  const size = `${Math.round(octets / mib)} MiB`;
  return `The journal (${size}) is of an older version and is brought up to date first: some seconds, or minutes on a slow disk.`;
}
