// How many of the forgotten an attack finds while it suspects few who were never seen.
import type { OperatingPoint } from '../../domain/verification.ts';
import { clopperPearson } from '../binomial.ts';

/** Shares of people never seen whom an attack may suspect: an attack that is right about few, and surely, is one. https://arxiv.org/abs/2112.03570 */
const RATES = [0.01, 0.001] as const;

interface Groups {
  forget: readonly number[];
  holdout: readonly number[];
}

/** The forgotten with a score below all but the share `fpr` of the others; null where that share is nobody. */
function foundAt(fpr: number, { forget, holdout }: Groups): number | null {
  // the small term keeps 0.01 * 100 from being pushed under an integer by rounding
  const suspects = Math.floor(fpr * holdout.length + 1e-9);
  if (suspects < 1 || forget.length === 0) return null;
  const bound = Float64Array.from(holdout).sort()[suspects]!;
  return forget.filter((score) => score < bound).length;
}

/** At each rate, by person; the interval of `after` is that of a share, exact. */
export const operatingPoints = (before: Groups | null, after: Groups): OperatingPoint[] =>
  RATES.map((fpr) => {
    const share = (groups: Groups | null) => {
      const found = groups && foundAt(fpr, groups);
      return found === null ? null : found / groups!.forget.length;
    };
    const found = foundAt(fpr, after);
    const interval = found === null ? null : clopperPearson(found, after.forget.length);
    return { fpr, before: share(before), after: share(after), interval };
  });
