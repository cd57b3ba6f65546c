// What the store knows of records whose text is to be destroyed, or was.
import type { DeletedRecord, DeletionEntry } from '../domain/deletion-entry.ts';
import type { TrainingRecord } from '../domain/record.ts';
import type { RecordPlace } from './influence-port.ts';

export interface ErasedOf {
  tenant: string;
  request_id: string;
}

/** Records of a request by what is to be done about their text. */
export interface ErasurePlaces {
  /** Nothing needs them any more. */
  free: RecordPlace[];
  /** Marked by this request and not known to be gone: a sweep was cut off. */
  marked: (RecordPlace & DeletedRecord)[];
  /** Something needs them still. */
  waiting: number;
  /** Marked, by whichever request. */
  gone: number;
}

/** When to look again at a request whose text is not all gone, from now. */
export interface LookAgain {
  /** Something could have gone and did not. */
  undone_ms: number;
  /** Something needs it, nobody knows until when. */
  needed_ms: number;
  /** At the latest, whatever is known. */
  most_ms: number;
}

/** Fingerprints of records, sealed. */
export interface SealedPrints {
  key_id: string;
  wrapped_key: string;
  sealed: Uint8Array;
  prints: number;
  /** Texts that were too short for any. */
  short: number;
  keep_ms: number;
}

export interface KeptPrints extends Omit<SealedPrints, 'keep_ms'> {
  /** The request that the records were erased for. */
  request_id: string;
  corpus_id: string;
  records: number;
}

/** What `expunge doctor --erased` has to know of a request. */
export interface ErasureFacts {
  erased_at: string | null;
  /** Records that it is about, and how many of them are gone. */
  records: number;
  gone: number;
  /** Of those records, whichever request they were erased for; what has expired is not in it. */
  prints: KeptPrints[];
}

export interface StoredText {
  table: string;
  column: string;
}

export interface ErasureStore {
  /**
   * Requests that ended so long ago and have records, whose turn it is to be looked at, some at a time. Those without any are not looked at
   * again for `put_off_ms`, or until an upload has some.
   */
  dueErasures(after_ms: number, most: number, put_off_ms: number): Promise<ErasedOf[]>;
  erasurePlaces(of: ErasedOf): Promise<ErasurePlaces>;
  /**
   * Marks records of one corpus as being destroyed, from when on nothing reads them; with their fingerprints, or not at all.
   * False where something has come to need one of them meanwhile.
   */
  markErased(
    of: ErasedOf,
    corpus_id: string,
    records: readonly DeletedRecord[],
    prints: SealedPrints | null,
  ): Promise<boolean>;
  /** Their text is gone. */
  finishErasure(of: ErasedOf, corpus_id: string, records: readonly DeletedRecord[], actor: string): Promise<void>;
  /** Writes `erased_at` where nothing of the request is left, and says so; else says when to look again. True: erased. */
  endErasure(of: ErasedOf, again: LookAgain, actor: string): Promise<boolean>;
  /** Ends fingerprints whose time is over; returns how many blocks of them. */
  deleteExpiredPrints(): Promise<number>;
  /** Of these records those whose text was or is being destroyed, and since when. */
  textGone(tenant: string, places: readonly RecordPlace[]): Promise<(RecordPlace & { since: string })[]>;
  /** Of the first so many records of each corpus those whose text was or is being destroyed, in order; corpora without any are not in it. */
  destroyedIn(
    tenant: string,
    corpora: readonly { corpus_id: string; records: number }[],
  ): Promise<Record<string, number[]>>;
  /** How many of the first so many records of each corpus were destroyed; corpora without any are not in it. */
  erasedCounts(
    tenant: string,
    corpora: readonly { corpus_id: string; records: number }[],
  ): Promise<Map<string, number>>;
  /** Null for an unknown request. */
  erasureFacts(of: ErasedOf): Promise<ErasureFacts | null>;
  /**
   * Of records that were deleted: those that a model knows, unless the request that they were deleted for is open for every model that
   * does (`waiting`), and those that are to be erased at once. What is no record is in none of them.
   */
  sortDeletions(entry: DeletionEntry): Promise<{ known: RecordPlace[]; waiting: RecordPlace[]; free: DeletedRecord[] }>;
  /** Marks records of an entry that were put back; those that are marked already stay as they are. */
  restoreDeletions(entry: Omit<DeletionEntry, 'records'>, records: readonly DeletedRecord[]): Promise<void>;
  /** Every value of every column that can hold text, in every table of the database. */
  eachStoredText(
    take: (where: StoredText, value: string | Uint8Array) => void,
  ): Promise<{ tables: number; values: number }>;
}

/** Makes fingerprints of records and seals them. */
export interface RecordPrinter {
  /** What the fingerprints of a tenant are made with. */
  keyOf(tenant: string): { key: string; table: Int32Array };
  seal(of: ErasedOf, records: Iterable<TrainingRecord>): Omit<SealedPrints, 'key_id' | 'keep_ms'>;
  /** By record, 16 bytes each; null where they are another request's or were changed. */
  open(tenant: string, kept: KeptPrints): Buffer[][] | null;
}
