// The sets of a verification, read from the files of its job.
import type { VerifyJob } from '../domain/compute.ts';
import { sampleRows } from '../domain/random.ts';
import { RETAIN_ROWS } from '../domain/sample-sizes.ts';
import type { ScoredSets } from '../metrics/report/people.ts';
import { neighboursOf } from '../training/neighbours.ts';
import type { AnyModel } from './models.ts';
import type { PartTimes } from './part-times.ts';
import type { SetScores, VerificationSets } from './score-sets.ts';
import { loadSets } from './sets.ts';

export interface LoadedVerification {
  sets: VerificationSets;
  /** Rows that are scored, under parent and candidate. */
  rows: number;
  /** Scores with those of the neighbours, who are of the retained, named once more. */
  withNeighbours(scores: SetScores): ScoredSets;
}

/** Throws as `loadSets` does. */
export async function loadVerification(
  job: VerifyJob,
  parent: AnyModel,
  times: PartTimes,
): Promise<LoadedVerification> {
  const { seed } = job;
  return times.time('loading', 0, async () => {
    const loaded = await loadSets(job, parent, ['forget', 'retain', 'holdout', 'world'], { most: RETAIN_ROWS, seed });
    const sets: VerificationSets = { ...loaded, retain: sampleRows(loaded.retain, RETAIN_ROWS, seed) };
    const neighbours = neighboursOf(sets.forget, sets.retain);
    return {
      sets,
      rows: 2 * (sets.forget.length + sets.retain.length + sets.holdout.length + (loaded.world?.length ?? 0)),
      withNeighbours: (scores) => ({ ...scores, neighbours: neighbours.map((i) => scores.retain[i]!) }),
    };
  });
}
