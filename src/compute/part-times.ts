// How long each part of a verification takes.
import type { MeasuredPart } from '../domain/verification-cost.ts';

export interface PartTimes {
  /** Adds the time of `run` to a part. `units`: rows, answers or people that it is of. */
  time<T>(part: string, units: number, run: () => T | Promise<T>): Promise<T>;
  /** In the order in which they were first met. */
  parts(): MeasuredPart[];
}

/** Times of parts within each other count for both: the callers keep them apart. */
export function createPartTimes(now = () => performance.now()): PartTimes {
  const found = new Map<string, MeasuredPart>();
  return {
    async time(part, units, run) {
      const started = now();
      const result = await run();
      const known = found.get(part) ?? { part, units: 0, seconds: 0 };
      const seconds = known.seconds + (now() - started) / 1000;
      found.set(part, { part, units: known.units + units, seconds });
      return result;
    },
    parts: () => [...found.values()],
  };
}
