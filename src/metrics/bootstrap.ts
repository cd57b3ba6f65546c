// Percentile bootstrap. The unit that is drawn is a person: records of one person are not independent.
import { createRandom } from '../domain/random.ts';
import type { Interval } from '../domain/verification.ts';
import { quantile } from './statistics.ts';

export interface BootstrapOptions {
  seed: number;
  level?: number;
  resamples?: number;
}

/**
 * Interval of `statistic` when every group is drawn again with replacement, each by itself.
 * `groups` hold one number a person. The same seed gives the same interval. Null when a group is empty.
 */
export function bootstrapInterval(
  groups: readonly (readonly number[])[],
  statistic: (drawn: number[][]) => number,
  { seed, level = 0.95, resamples = 1000 }: BootstrapOptions,
): Interval | null {
  if (groups.some((group) => group.length === 0)) return null;
  const random = createRandom(seed);
  const drawn = groups.map((group) => new Array<number>(group.length).fill(0));
  const values = new Float64Array(resamples);
  for (let r = 0; r < resamples; r++) {
    groups.forEach((group, g) => {
      const into = drawn[g]!;
      for (let i = 0; i < into.length; i++) into[i] = group[random.int(group.length)]!;
    });
    values[r] = statistic(drawn);
  }
  return { low: quantile(values, (1 - level) / 2), high: quantile(values, (1 + level) / 2), level };
}
