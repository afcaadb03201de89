/**
 * What modems say in words, under +CMEE=2 or of their own accord, of the errors that the driver or a sender acts upon.
 * @see 3GPP TS 27.005 3.2.5, 3GPP TS 27.007 9.2.1; 3GPP TS 24.011 annex E for the network's causes
 */
const numbersByWords: Readonly<Record<'cms' | 'cme', ReadonlyMap<string, number>>> = {
  cms: new Map([
    ['unassigned number', 1],
    ['operator determined barring', 8],
    ['call barred', 10],
    ['short message transfer rejected', 21],
    ['destination out of service', 27],
    ['unidentified subscriber', 28],
    ['facility rejected', 29],
    ['unknown subscriber', 30],
    ['network out of order', 38],
    ['temporary failure', 41],
    ['congestion', 42],
    ['resources unavailable', 47],
    ['facility not subscribed', 50],
    ['requested facility not subscribed', 50],
    ['facility not implemented', 69],
    ['requested facility not implemented', 69],
    ['me failure', 300],
    ['sms service of me reserved', 301],
    ['operation not allowed', 302],
    ['operation not supported', 303],
    ['invalid pdu mode parameter', 304],
    ['invalid text mode parameter', 305],
    ['sim not inserted', 310],
    ['sim pin required', 311],
    ['ph-sim pin required', 312],
    ['sim failure', 313],
    ['sim busy', 314],
    ['sim wrong', 315],
    ['sim puk required', 316],
    ['memory failure', 320],
    ['invalid memory index', 321],
    ['memory full', 322],
    ['smsc address unknown', 330],
    ['no network service', 331],
    ['no network', 331],
    ['network timeout', 332],
    ['no +cnma acknowledgement expected', 340],
    ['unknown error', 500],
  ]),
  cme: new Map([
    ['operation not allowed', 3],
    ['operation not supported', 4],
    ['sim not inserted', 10],
    ['sim pin required', 11],
    ['sim puk required', 12],
    ['sim failure', 13],
    ['sim busy', 14],
    ['sim wrong', 15],
    ['incorrect password', 16],
    ['memory full', 20],
    ['invalid index', 21],
    ['not found', 22],
    ['memory failure', 23],
    ['no network service', 30],
    ['network timeout', 31],
    ['unknown', 100],
    ['unknown error', 100],
  ]),
};

/** The number of an error that a modem gave in the words of the standards, whatever their case, quotes, `(U)` and end; null for other words. */
export function numberOfWords(family: 'cms' | 'cme', words: string): number | null {
  const plain = words
    .toLowerCase()
    .replace(/\(u\)sim|usim/, 'sim')
    .replace(/[_"]/g, ' ')
    .replace(/\s+/g, ' ')
    .replace(/[.!]$/, '')
    .trim();
  return numbersByWords[family].get(plain) ?? null;
}
