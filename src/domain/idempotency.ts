// Calls that may be repeated: what is kept of the first one.

/** An answer as it was given, to be given again. */
export interface KeptAnswer {
  status: number;
  headers: Record<string, string>;
  body: string;
}

export interface KeyedCall {
  /** SHA-256 of the key, hexadecimal. */
  key_digest: string;
  /** Keyed digest of method, path and body. */
  fingerprint: string;
}

export type KeyOutcome =
  /**
   * The call is this one's to make; `token` is needed to save its answer. `makes` is the id of what it makes, and `again`: an earlier try,
   * whose answer was lost, may have made it.
   */
  | { status: 'first'; token: string; makes: string; again: boolean }
  | { status: 'busy' }
  | { status: 'other-call' }
  | { status: 'answered'; answer: KeptAnswer };
