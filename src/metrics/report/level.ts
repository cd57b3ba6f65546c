// How often the attacks may fail somebody who was forgotten: as seldom as the number of people allows, within what the policy accepts.
import type { VerificationPolicy } from '../../domain/verification.ts';
import { smallestReachableP } from '../rank-test.ts';

/** A verdict asks for a p below the level, which the least p that can come out must be. */
const ROOM = 1.001;

/**
 * Whether the oddest of n forgotten people is judged alone as well, against m never seen: twice its p must be able to fall below alpha.
 * Decided from the counts, so that it biases no test.
 */
export const oneAloneCounts = (n: number, m: number, alpha: number): boolean =>
  n > 1 && 2 * n * smallestReachableP(1, m) < alpha;

/**
 * The level at which all attacks together are judged: `membership_alpha_aim` where so many people are compared that a p below it can come
 * out, else the least that can, and never more than `membership_alpha`. `smallest`: least p of the joint test, which takes equal scores into
 * account and depends on nobody's group, so that the level holds whoever was forgotten.
 */
export function levelOf(
  {
    membership_alpha: alpha,
    membership_alpha_aim: aim,
  }: Pick<VerificationPolicy, 'membership_alpha' | 'membership_alpha_aim'>,
  smallest: { group: number; alone: number },
  [n, m]: [n: number, m: number],
): number {
  if (aim === undefined) return alpha;
  const reach = oneAloneCounts(n, m, alpha) ? 2 * Math.max(smallest.group, smallest.alone) : smallest.group;
  return Math.min(alpha, Math.max(aim, reach * ROOM));
}
