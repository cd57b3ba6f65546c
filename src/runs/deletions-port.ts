// What was deleted, kept beside the data: a backup that is restored later brings none of it back.
import type { DeletionBatch, LedgerHead } from '../domain/backup.ts';

export interface DeletionsStore {
  /** What the next entries of the ledger deleted, and how far they go; null where nothing came. */
  deletionsAfter(from: number): Promise<DeletionBatch | null>;
  /** Whether the ledger had that entry; false of one that was restored to before it. */
  ledgerContinues(head: LedgerHead): Promise<boolean>;
}

/** The list: a signed batch a line, only ever added to. */
export interface DeletionsFile {
  /** How far it goes; null where it has nothing. Throws `backup-invalid` for a file that is none. */
  last(): Promise<LedgerHead | null>;
  append(jws: string): Promise<void>;
}
