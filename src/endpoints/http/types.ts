/** A header field. */
export type HttpHeader = readonly [name: string, value: string];

/** Certificates and keys, as PEM. */
export interface HttpTlsOptions {
  readonly certificate?: string | undefined;
  readonly key?: string | undefined;
  /** Certificates that are trusted in place of those of the system. */
  readonly authorities?: string | undefined;
}
