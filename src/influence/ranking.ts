// Scores of rows as a ranking of records.
import { ExpungeError } from '../errors.ts';

/** Sums of the scores of the rows of each record: `recordOf[i]` numbers the record of row i. */
export function recordScores(scores: Float64Array, recordOf: readonly number[], records: number): Float64Array {
  const sums = new Float64Array(records);
  recordOf.forEach((record, i) => {
    sums[record] = sums[record]! + scores[i]!;
  });
  return sums;
}

/**
 * Throws `compute-failed` for scores that rank nothing: a number that is not finite, or nothing but zeros. Their order would be
 * that of the corpus, and look like an answer. `placeOf` says where a record stands.
 */
export function assertRanking(scores: Float64Array, placeOf: (record: number) => string): void {
  const odd = scores.findIndex((score) => !Number.isFinite(score));
  if (odd >= 0)
    throw new ExpungeError(
      'compute-failed',
      `The score of the record at ${placeOf(odd)} is no finite number, so nothing is ranked: what the model computes of it overflows. Look at that record, or ask with a higher damping, or with tracin at one checkpoint.`,
    );
  if (scores.some((score) => score !== 0)) return;
  throw new ExpungeError(
    'compute-failed',
    'Every record scores 0, so nothing is ranked: the model is so certain of what is asked about that its cost has no slope. Ask about another answer or other records, that it is less certain of.',
  );
}

/** Indices from the highest score to the lowest; of equals the first comes first. */
export const ranked = (scores: Float64Array): number[] =>
  Array.from(scores, (_, i) => i).sort((a, b) => scores[b]! - scores[a]! || a - b);
