// What the store keeps of corpora: their index; the text is in files.
import type { OneOrMany } from '../domain/batches.ts';
import type { Corpus } from '../domain/resources.ts';
import type { SubjectRules } from '../domain/subject-rules.ts';
import type { SubjectKey } from './intake-port.ts';
import type { VersionedPerson } from './restriction-port.ts';
import type { Page, PageQuery } from './store-port.ts';

/** What the index is told of a record. */
export interface IndexedRecord {
  /** Line in the stored file, from 0. */
  ordinal: number;
  record_id: string;
  subjects: SubjectKey[];
}

/**
 * The same of records that follow one another, packed: no object a record. Ids and keys stand there as digests of 16 bytes, as
 * `corpora/short-digest.ts` makes them. It stands until the next is asked for.
 */
export interface IndexBlock {
  first_ordinal: number;
  /** Digests of the ids. */
  ids: Int32Array<ArrayBuffer>;
  /** Of each key that stands on a record: the record, from 0, and the digest of the key; a key stands on a record once. */
  places: Int32Array<ArrayBuffer>;
  subjects: Int32Array<ArrayBuffer>;
  /** Pairs of digests of keys that are one person's. */
  links: Int32Array<ArrayBuffer>;
  /** Every key is told of with the block that it first stands in, and may be told of again. */
  keys: readonly SubjectKey[];
}

export interface CorpusStore {
  createCorpus(
    tenant: string,
    name: string,
    actor: string,
    /** What finds people in its records; default: nothing but their `subjects`. */
    rules?: SubjectRules | null,
    /** Left out: a new one. */
    id?: string,
  ): Promise<{ status: 'created'; corpus: Corpus } | { status: 'name_taken'; id: string }>;
  /** `deleted`: one that was deleted as well. */
  getCorpus(tenant: string, id: string, deleted?: boolean): Promise<Corpus | null>;
  listCorpora(tenant: string, query: PageQuery): Promise<Page<Corpus>>;
  /**
   * Index of an upload whose file is already on disk, in one transaction: all of it or nothing. Ordinals follow one
   * another and what is stored; the corpus must not be used by a model yet.
   */
  addRecords(
    tenant: string,
    corpusId: string,
    records: AsyncIterable<OneOrMany<IndexedRecord> | IndexBlock>,
    digest: string,
    actor: string,
    /** Of records that name somebody suppressed; default: keep. */
    suppressed?: 'refuse' | 'keep',
    /** Whoever of them is restricted under one of their keys is so under the stored one from then on. */
    restricted?: Iterable<VersionedPerson>,
  ): Promise<
    /** `suppressed`: how many of the new records name somebody of the suppression list. */
    | { status: 'added'; corpus: Corpus; suppressed: number }
    /** So many name somebody of that list, and nothing was kept. */
    | { status: 'suppressed'; records: number }
    /** The record at `ordinal` has the id of the one at `first`. */
    | { status: 'duplicate_record_id'; ordinal: number; first: number }
    | { status: 'in_use' }
  >;
}
