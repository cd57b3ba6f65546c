// Recipients of weights as the store keeps them.
import type { Checkpoint, CheckpointManifest } from '../domain/checkpoint.ts';
import type { Recipient, Telling } from '../domain/recipient.ts';

/** A checkpoint in the line of one of the models that have it. */
export interface CheckpointLine {
  model_id: string;
  state: Checkpoint['state'];
  manifest: CheckpointManifest;
  /** What the model answers from now. */
  active: string;
}

export interface RecipientStore {
  /** Empty where the tenant has no such checkpoint. */
  checkpointLines(tenant: string, digest: string): Promise<CheckpointLine[]>;
  /**
   * Writes down, before any byte goes out, who gets what; the first time with a ledger entry (`checkpoint.pulled`). False, and
   * nothing is written, where no model answers from the checkpoint any more: whoever gets it after that would not be told.
   */
  recordPull(
    tenant: string,
    pull: { digest: string; recipient: string; file: string; bytes: number },
  ): Promise<boolean>;
  /** In the order in which they came. */
  recipientsOf(tenant: string, digest: string): Promise<Recipient[]>;
  /**
   * Writes down that a recipient has heard of every checkpoint of the model, or of that one, that it got and nothing answers from any
   * more, with a ledger entry each (`recipient.told`). Returns their digests; none where it was told before.
   */
  tellRecipient(
    tenant: string,
    told: { recipient: string; of: { model_id: string } | { digest: string }; how: Telling; actor: string },
  ): Promise<string[]>;
}
