// Brings the list of deletions up to the ledger.
import type { DeletionBatch } from '../domain/backup.ts';
import type { DeletionsFile, DeletionsStore } from './deletions-port.ts';

export interface NoteDeletions {
  store: DeletionsStore;
  deletions: DeletionsFile;
  signDeletions(batch: DeletionBatch): Promise<string>;
}

/**
 * Adds what came since. Where the ledger is not the one that the list was made of, as after a restore, the list begins again at its
 * first entry: whoever reads it applies all of it, in order. Returns how many entries were looked at.
 */
export async function noteDeletions({ store, deletions, signDeletions }: NoteDeletions): Promise<number> {
  const last = await deletions.last();
  const begun = last !== null && (await store.ledgerContinues(last)) ? last.size : 0;
  let at = begun;
  for (;;) {
    const batch = await store.deletionsAfter(at);
    if (batch === null) return at - begun;
    await deletions.append(await signDeletions(batch));
    at = batch.ledger.size;
  }
}
