// Checkpoints as the store keeps them: their lines, and how they go.
import type { Checkpoint } from '../domain/checkpoint.ts';
import type { NewCheckpoint } from './store-port.ts';

export type RetireOutcome =
  /** Its files may be removed now. */
  | { status: 'retired' }
  | { status: 'unknown' }
  /** The alias points at it. */
  | { status: 'active' }
  /** A run or a verification that has not ended needs it. */
  | { status: 'in_use'; by: { run_id: string } | { verification_id: string } }
  /** Its files are gone already. */
  | { status: 'deleted' };

export interface CheckpointStore {
  listCheckpoints(tenant: string, modelId: string): Promise<Checkpoint[]>;
  /**
   * Adds a checkpoint from outside to the line of a model, with a ledger entry; it never becomes active by itself. One whose files
   * were deleted is a candidate again. `present`: whether its files are there, asked when nobody can take them away.
   */
  addCandidate(
    tenant: string,
    modelId: string,
    checkpoint: NewCheckpoint,
    actor: string,
    present: () => Promise<boolean>,
  ): Promise<{ status: 'created' | 'known' | 'checkpoint_gone' }>;
  /** Checkpoints whose files are or may be there. */
  keptCheckpoints(tenant: string): Promise<{ model_id: string; digest: string }[]>;
  /**
   * Ends the rollback window of a checkpoint at once, with a ledger entry; its files go after. `check` throws where the caller expects
   * another checkpoint than is there.
   */
  retireCheckpoint(
    tenant: string,
    modelId: string,
    digest: string,
    actor: string,
    check?: (present: Checkpoint) => void,
  ): Promise<RetireOutcome>;
  /** Parents whose rollback window is over. */
  expiredCheckpoints(): Promise<{ tenant: string; digest: string; model_id: string }[]>;
  /**
   * Calls `remove` and writes down after it that the files are gone, with a ledger entry. False, and nothing is called,
   * where it is not due any more; meanwhile no model can be made of the same checkpoint. Files that a kept reference has too stay with it:
   * the entry says `files_kept`.
   */
  deleteCheckpoint(
    expired: { tenant: string; digest: string; model_id: string },
    actor: string,
    remove: () => Promise<void>,
  ): Promise<boolean>;
}
