// Batches of rows of like length: what fills a short row up to the longest of its batch is computed for nothing.
import { createRandom } from '../domain/random.ts';
import { createSampler, longestOf, paddedWidth, type TokenRow } from './batches.ts';

/** Batches that are drawn at a time and dealt by length: few enough to leave the order of an epoch to chance. */
const POOL = 16;
/** Of the order in which the batches of a pool come. */
const DEAL_SEED = 1;
/** Rows are grouped where batches drawn by chance cost this many times the tokens. */
const WORTH = 1.2;
/** Batches that the cost is told from. */
const SAMPLED = 64;

/** Draws a batch; `near`: tokens that the longest of its rows should have, where another batch is as wide as that. */
export type Sampler = (near?: number) => number[];

/** Rows in order of length as batches. Where a row stands twice, at the end of an epoch, two batches are filled in turn: it would count double in one. */
function dealt(sorted: readonly number[], batch: number): number[][] {
  const two = Array.from({ length: Math.ceil(sorted.length / (2 * batch)) }, (_, i) =>
    sorted.slice(2 * i * batch, 2 * (i + 1) * batch),
  );
  return two.flatMap((some) => {
    if (some.length <= batch) return [some];
    if (new Set(some).size === some.length) return [some.slice(0, batch), some.slice(batch)];
    return [0, 1].map((turn) => some.filter((_, i) => i % 2 === turn));
  });
}

/**
 * As `createSampler`: endless, seeded, every row as often as any other. Of every pool of batches each holds rows of like length; they come in an order of
 * chance, or those nearest to what is asked for first.
 */
export function createLengthSampler(rows: readonly TokenRow[], batch: number, seed: number): Sampler {
  const random = createRandom(seed + DEAL_SEED);
  const pooled = Math.max(1, Math.min(POOL, Math.floor(rows.length / batch)));
  const draw = createSampler(rows.length, batch * pooled, seed);
  const length = (i: number) => rows[i]!.ids.length;
  let pool: number[][] = [];
  return (near) => {
    if (pool.length === 0) {
      const sorted = draw().sort((a, b) => length(a) - length(b) || a - b);
      pool = random.shuffle(dealt(sorted, batch));
    }
    if (near === undefined) return pool.pop()!;
    const misses = pool.map((picked) => Math.abs(length(picked.at(-1)!) - near));
    return pool.splice(misses.indexOf(Math.min(...misses)), 1)[0]!;
  };
}

/** Mean tokens of a row of a batch, filled up. */
function meanWidth(rows: readonly TokenRow[], sample: Sampler, contextLength: number): number {
  const widths = Array.from({ length: SAMPLED }, () =>
    paddedWidth(longestOf(sample().map((i) => rows[i]!)), contextLength),
  );
  return widths.reduce((sum, width) => sum + width, 0) / SAMPLED;
}

/** Whether batches of rows of like length save enough; decided by lengths alone. */
export function worthGrouping(rows: readonly TokenRow[], batchSize: number, contextLength: number): boolean {
  const batch = Math.min(batchSize, rows.length);
  const byChance = meanWidth(rows, createSampler(rows.length, batch, 0), contextLength);
  return byChance >= WORTH * meanWidth(rows, createLengthSampler(rows, batch, 0), contextLength);
}

/** Batches by chance, or `grouped` by length. */
export const samplerOf = (rows: readonly TokenRow[], batchSize: number, seed: number, grouped: boolean): Sampler => {
  const batch = Math.min(batchSize, rows.length);
  return grouped && batch > 0 ? createLengthSampler(rows, batch, seed) : createSampler(rows.length, batch, seed);
};
