// Retrained models that are kept to be used again, as the store knows them; their files are checkpoints by address, of no model's line.
import type { Claim } from './store-port.ts';

export interface NewReference {
  /** Digest of what it was made from. */
  key: string;
  /** Address of its checkpoint. */
  digest: string;
  bytes: number;
}

/** Why a reference goes: it saw somebody who is erased; nobody has asked for it for long; others take its space. */
export type ReferenceEnd = 'saw_erased' | 'unused' | 'space';

export interface DueReference {
  tenant: string;
  model_id: string;
  key: string;
  digest: string;
  reason: ReferenceEnd;
}

export interface ReferenceLimits {
  /** Milliseconds after which one that nobody asked for goes. */
  unused_ms: number;
  /** Of all of them together; those that were used last stay. */
  bytes: number;
}

export interface KeptReference {
  model_id: string;
  digest: string;
  created_at: string;
  used_at: string;
}

export interface ReferenceStore {
  /** The oldest first. */
  keptReferences(tenant: string): Promise<KeptReference[]>;
  /** Address of the model's reference under this key, which counts as used now; null: there is none. */
  takeReference(claim: Claim, key: string): Promise<string | null>;
  /** Keeps what the run has trained, in the place of one with the same key, with a ledger entry; false when the fence is stale. */
  keepReference(claim: Claim, reference: NewReference, actor: string): Promise<boolean>;
  /** Those that have to go now. A model whose run is open keeps its own, but for those that saw somebody erased: no run asks for these. */
  dueReferences(limits: ReferenceLimits): Promise<DueReference[]>;
  /**
   * Calls `remove`, unless another reference or a checkpoint of a model has the same files, and writes down after it that the
   * reference is gone, with a ledger entry. False, and nothing is called, where it is not due any more.
   */
  dropReference(
    due: DueReference,
    limits: ReferenceLimits,
    actor: string,
    remove: () => Promise<void>,
  ): Promise<boolean>;
}
