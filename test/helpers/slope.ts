// Whether something grows: a straight line through samples that jump about.

export interface Sample {
  /** Where it was taken, for example a number of steps. */
  x: number;
  y: number;
}

/**
 * Slope of the middle line through all pairs (Theil and Sen): a few samples far off, as a garbage collector makes
 * them, do not move it.
 */
export function slopeOf(samples: readonly Sample[]): number {
  const slopes = samples.flatMap((a, i) =>
    samples.slice(i + 1).flatMap((b) => (b.x === a.x ? [] : [(b.y - a.y) / (b.x - a.x)])),
  );
  if (slopes.length === 0) throw new Error('a slope needs samples at two places');
  slopes.sort((a, b) => a - b);
  const middle = Math.floor(slopes.length / 2);
  return slopes.length % 2 === 1 ? slopes[middle]! : (slopes[middle - 1]! + slopes[middle]!) / 2;
}

/**
 * The middle of the slopes in each quarter of the samples. What leaks grows all the time; what an allocator takes at
 * once, and keeps, is a step in one quarter.
 */
export function steadySlopeOf(samples: readonly Sample[]): number {
  const size = Math.ceil(samples.length / 4);
  const slopes = [0, 1, 2, 3].map((part) => slopeOf(samples.slice(part * size, (part + 1) * size)));
  slopes.sort((a, b) => a - b);
  return (slopes[1]! + slopes[2]!) / 2;
}
