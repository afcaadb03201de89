import { resolve } from 'node:path';

/** A modem's address as somebody wrote it; a path below the current folder is made whole, so that the same port has the same words wherever it is named. */
export function addressFromHere(address: string): string {
  const isRelative = address.includes('/') && !address.startsWith('/') && !/^[A-Za-z][A-Za-z0-9+.-]*:/.test(address);
  return isRelative ? resolve(address) : address;
}
