import { type Annotation, toHex } from '../../octets/index.js';
import { conditionOctets } from '../../push/index.js';
import type { DatagramPiece, Explanation } from './session.js';

/** One row of the annotated dump. */
export interface ExplainedField {
  /** Where the octets stand: in the line itself, or in the datagram that its part completes. */
  readonly in: 'line' | 'datagram';
  /** Counted from the first octet of the line, or of the datagram. */
  readonly offset: number;
  readonly octets: string;
  readonly field: string;
  readonly meaning: string;
  /** For a datagram: the lines its octets came from, with where they stood there. */
  readonly from?: readonly { readonly line: number; readonly sequence: number; readonly offset: number; readonly length: number }[];
}

/** Where the octets stand that decided a condition; null where no octet did. */
export interface DecidedBy {
  readonly condition: string;
  readonly in: 'line' | 'datagram';
  readonly line: number;
  readonly offset: number;
}

/** The annotations of a line, in order of their offsets, then those of the datagram that it completes. */
export function explainedFields(explanation: Explanation): readonly ExplainedField[] {
  const line = inOrder(explanation.lineAnnotations).map((annotation) => ({ in: 'line' as const, ...fieldOf(annotation) }));
  const datagram = inOrder(explanation.datagramAnnotations).map((annotation) => ({
    in: 'datagram' as const,
    ...fieldOf(annotation),
    from: sourcesOf(annotation.offset, annotation.octets.length, explanation.pieces),
  }));
  return [...line, ...datagram, ...notDecoded(explanation)];
}

/** The octets from where an error ended the decoding. */
function notDecoded({ error, octets, pieces, arrival }: Explanation): readonly ExplainedField[] {
  if (error === null) return [];
  const inDatagram = arrival !== null && pieces.length > 1;
  const rest = inDatagram ? '' : toHex(octets.subarray(error.offset));
  return [
    {
      in: inDatagram ? 'datagram' : 'line',
      offset: error.offset,
      octets: rest,
      field: error.field,
      meaning: `not decoded: ${error.message}`,
    },
  ];
}

/** What the dump does not say again: octets that a finer annotation names. */
function inOrder(annotations: readonly Annotation[]): readonly Annotation[] {
  const starts = [...annotations].sort((a, b) => a.offset - b.offset || b.octets.length - a.octets.length);
  return starts.filter((outer, index) => {
    const next = starts[index + 1];
    const end = outer.offset + outer.octets.length;
    return next === undefined || next.offset >= end || (next.offset === outer.offset && next.octets.length === outer.octets.length);
  });
}

function fieldOf({ offset, octets, field, meaning }: Annotation) {
  return { offset, octets: toHex(octets), field, meaning };
}

/** The stretches of lines that octets of a datagram came from. */
function sourcesOf(offset: number, length: number, pieces: readonly DatagramPiece[]): NonNullable<ExplainedField['from']> {
  return pieces.flatMap((piece) => {
    const start = Math.max(offset, piece.datagramOffset);
    const end = Math.min(offset + length, piece.datagramOffset + piece.length);
    if (end <= start) return [];
    return [{ line: piece.line, sequence: piece.sequence, offset: piece.lineOffset + start - piece.datagramOffset, length: end - start }];
  });
}

/** Where the octets stand that decided each condition that was examined. */
export function deciders(explanation: Explanation, line: number): readonly DecidedBy[] {
  const { verdict, ports, pieces, arrival } = explanation;
  if (verdict === null) return [];
  const inDatagram = pieces.length > 1;
  const octets = arrival?.kind === 'push' && arrival.wsp !== null ? conditionOctets(arrival.wsp) : null;
  return verdict.conditions.flatMap(({ condition, holds }): DecidedBy[] => {
    if (holds === null) return [];
    if (condition === 'destination-port') return ports === null ? [] : [{ condition, in: 'line', ...ports }];
    const found = condition === 'content-type' ? octets?.contentType : octets?.applicationId;
    return found == null ? [] : [{ condition, in: inDatagram ? 'datagram' : 'line', line, offset: found.offset }];
  });
}
