// What removals cost a training in shards and slices, expected over who asks. Machine Unlearning (SISA), arXiv 1912.03817.

export interface ShardedSize {
  records: number;
  shards: number;
  slices: number;
}

/**
 * Records that pass through training again, as a share of those that pass in a training of everything, for requests of one
 * person each that fall anywhere alike, all removed in one run. However many records somebody has, they stand in one shard and
 * slice; `removed` is how many all of them have, one each where it is left out. A slice r of R trains on r / R of its shard and
 * is spared while none of the slices up to it is hit: sum over r of r / (1 + … + R) (1 - (1 - r / (S R))^K) - removed / N.
 * With R = 1: 1 - (1 - 1 / S)^K - removed / N. The requests are taken as independent, so `removed` must be well below `records`.
 */
export function batchedShare(
  { records, shards, slices }: ShardedSize,
  requests: number,
  removed: number = requests,
): number {
  const passes = (slices * (slices + 1)) / 2;
  let share = 0;
  for (let r = 1; r <= slices; r++) share += (r / passes) * (1 - (1 - r / (shards * slices)) ** requests);
  return share - removed / records;
}

/**
 * The same where each request is a run of its own and a record each, shards growing smaller from one to the next:
 * (K (N + 1) / S - K (K + 1) / (2 S)) (2 R + 1) / (3 R) / N - K / N. May exceed 1.
 */
export function sequentialShare({ records, shards, slices }: ShardedSize, requests: number): number {
  const held = (requests * (records + 1)) / shards - (requests * (requests + 1)) / (2 * shards);
  return (held * (2 * slices + 1)) / (3 * slices) / records - requests / records;
}

/** Somebody who may ask, by where their records stand. */
export interface AskingCell {
  shard: number;
  slice: number;
  likelihood: number;
}

/**
 * What one run over everybody who asks trains again, as a share of the steps of the training, for any placement: each asks or not by a
 * likelihood p of their own. Slice r of R takes r / (1 + … + R) of its shard's steps, however many records stand there, and is spared
 * while nobody asks who stands in it or before it: 1 / S times the sum over s and r of r / (1 + … + R) (1 - product of (1 - p)).
 */
export function expectedShare(
  { shards, slices }: Pick<ShardedSize, 'shards' | 'slices'>,
  asking: readonly AskingCell[],
): number {
  const spared = Array.from({ length: shards }, () => new Float64Array(slices).fill(1));
  for (const { shard, slice, likelihood } of asking)
    for (let later = slice; later < slices; later++) spared[shard]![later]! *= 1 - likelihood;
  const passes = (slices * (slices + 1)) / 2;
  const shares = spared.map((own) => own.reduce((sum, share, slice) => sum + ((slice + 1) / passes) * (1 - share), 0));
  return shares.reduce((sum, share) => sum + share, 0) / shards;
}

/** Checkpoints that are kept for it: one of each slice. */
export const keptCheckpoints = ({ shards, slices }: Pick<ShardedSize, 'shards' | 'slices'>): number => shards * slices;
