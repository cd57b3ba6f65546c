// Streams of very many small things: each step from one thing to the next costs more than most of them do.

/** A stream hands on one at a time or, where there are very many, several at once. */
export type OneOrMany<T> = T | readonly T[];

export const manyOf = <T extends object>(some: OneOrMany<T>): readonly T[] =>
  Array.isArray(some) ? (some as readonly T[]) : [some as T];

/** Lines of a corpus file as they are stored, line feeds included. It stands until the next is asked for. */
export interface LineBlock {
  text: Uint8Array<ArrayBuffer>;
  /** Bytes of each line. */
  lengths: Int32Array<ArrayBuffer>;
}
