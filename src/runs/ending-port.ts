// Models and corpora that somebody deletes.
import type { Corpus, Model } from '../domain/resources.ts';

/** Who asks, why, and what the present state is held against under its lock. */
export interface EndingAsked<T> {
  tenant: string;
  id: string;
  actor: string;
  reason: string | null;
  /** Throws where it is another state than the caller meant. */
  check(present: T): void;
}

/** What must end first, as paths. */
export type EndingOutcome<T> =
  | { status: 'unknown' }
  | { status: 'in_use'; by: string[] }
  /** As it was. */
  | { status: 'deleted'; was: T };

export interface EndingStore {
  /** With its whole line of checkpoints; `digests`: theirs. Runs, requests and certificates stay. */
  deleteModel(asked: EndingAsked<Model>): Promise<EndingOutcome<Model> & { digests?: string[] }>;
  deleteCorpus(asked: EndingAsked<Corpus>): Promise<EndingOutcome<Corpus>>;
  /** Deleted corpora whose text may be on disk still. */
  corporaToRemove(): Promise<{ tenant: string; id: string }[]>;
  /** Writes down that it is not; false where that was known. */
  noteTextRemoved(corpus: { tenant: string; id: string }, actor: string): Promise<boolean>;
}
