// The sets of a run as the store splits them.
import type { SetRow } from '../domain/record.ts';
import type { RunCounts } from '../domain/run-counts.ts';

/** What is retained is not in it: that may be everything, and is handed on as it is read. */
export interface RunSets {
  corpora: string[];
  forget: SetRow[];
  holdout: SetRow[];
  /** Of corpora that are about the world: a sample of what names nobody who is asked for. */
  world: SetRow[];
  /** What would be retained but for a restriction: it is not used now, and not forgotten. */
  restricted: SetRow[];
  counts: RunCounts;
  /** How many of what is to be forgotten has no text any more; left out: none. */
  gone?: number;
}
