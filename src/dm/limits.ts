/** Bounds on what is read; what is over one ends in an error of its own, and the raw octets still reach the sink. */
export interface DocumentLimits {
  readonly documentOctets: number;
  readonly depth: number;
  readonly elements: number;
  /** Characters of text in all, every use of a table string counted. */
  readonly textCharacters: number;
  /** Documents inside documents. */
  readonly embeddedDepth: number;
}

/** The bounds for what comes from the air; a caller who trusts a document may raise them. */
export const receivedLimits: DocumentLimits = {
  documentOctets: 64 * 1024,
  depth: 64,
  elements: 10_000,
  textCharacters: 1024 * 1024,
  embeddedDepth: 2,
};
