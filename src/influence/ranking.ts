// Scores of rows as a ranking of records.

/** Sums of the scores of the rows of each record: `recordOf[i]` numbers the record of row i. */
export function recordScores(scores: Float64Array, recordOf: readonly number[], records: number): Float64Array {
  const sums = new Float64Array(records);
  recordOf.forEach((record, i) => {
    sums[record] = sums[record]! + scores[i]!;
  });
  return sums;
}

/** Indices from the highest score to the lowest; of equals the first comes first. */
export const ranked = (scores: Float64Array): number[] =>
  Array.from(scores, (_, i) => i).sort((a, b) => scores[b]! - scores[a]! || a - b);
