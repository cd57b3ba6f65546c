// Destroys the text of records of one corpus, and what was made from it and is kept beside models.
import type { DeletedRecord } from '../../domain/deletion-entry.ts';
import type { RunDeps } from '../deps.ts';
import type { ErasedOf } from '../ports.ts';

export type EraseDeps = Pick<RunDeps, 'store' | 'corpora' | 'factors' | 'worker'>;

/**
 * The records must be marked in the store (`markErased`, `restoreDeletions`), so that nothing reads them from then on. Text first, then
 * the store and the ledger: nothing ever says `erased` of what is still there. Cut off anywhere, doing it again ends it. Throws
 * `corpus-mismatch` where the file lacks a line.
 */
export async function eraseRecords(
  { store, corpora, factors, worker }: EraseDeps,
  { corpus_id, ...of }: ErasedOf & { corpus_id: string },
  records: readonly DeletedRecord[],
): Promise<void> {
  if (records.length === 0) return;
  await corpora.erase(corpus_id, new Set(records.map(({ ordinal }) => ordinal)));
  // measured on training records, these among them: they are made again when somebody asks
  await factors.sweep(store.keepersOf);
  await store.finishErasure(of, corpus_id, records, worker);
}
