// What keeps answers under idempotency keys.
import type { KeptAnswer, KeyedCall, KeyOutcome } from '../domain/idempotency.ts';
import type { RequestState } from '../domain/states.ts';

export interface TakenLine {
  line: number;
  request_id: string;
  /** As the request began. */
  state: RequestState;
}

export interface IdempotencyStore {
  /**
   * Takes a key for one call, for as long as `busy_ms`: whoever took it and does not answer by then has died, and the next one may
   * try. An answer is kept for `keep_ms` from the first call on.
   */
  takeKey(tenant: string, call: KeyedCall, times: { busy_ms: number; keep_ms: number }): Promise<KeyOutcome>;
  /** Says that the call is still at work: it holds its key for as long as `busy_ms` from now on, unless another has taken it meanwhile. */
  renewKey(tenant: string, keyDigest: string, token: string, busy_ms: number): Promise<void>;
  /** False when another call has taken the key meanwhile. */
  saveAnswer(tenant: string, keyDigest: string, token: string, answer: KeptAnswer): Promise<boolean>;
  /** The call failed on our side: it may be made again, or another with its key. */
  releaseKey(tenant: string, keyDigest: string, token: string): Promise<void>;
  /** Answers, and what was taken in by which call. */
  deleteExpiredKeys(): Promise<number>;
  /** Of a call whose key is over, and that is a new one: what stood for the earlier is in its way until somebody sweeps. */
  dropExpiredLines(tenant: string, call: string): Promise<number>;
  /** Lines of a batch that an earlier try of the same call took in; of a single request line 0. */
  batchLines(tenant: string, call: string): Promise<TakenLine[]>;
}
