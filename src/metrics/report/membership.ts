// The membership rule: no attack may tell the forgotten from people never seen, in either direction.
import type { MembershipAttack } from '../../domain/metric.ts';
import { seedFrom } from '../../domain/random.ts';
import type { Finding, VerificationPolicy } from '../../domain/verification.ts';
import { bootstrapInterval } from '../bootstrap.ts';
import { auc, peopleNeeded, type RankTest, rankTest, smallestReachableP } from '../rank-test.ts';
import { finding, type Judged, NOT_FINITE, personMeans, type ScoredSets, scoresByPerson, shown } from './people.ts';

/** One score a person; null when a score is not finite. */
function scores(attack: MembershipAttack, sets: ScoredSets): { forget: number[]; holdout: number[] } | null {
  const forget = scoresByPerson(sets.forget, attack.score, 'named');
  const holdout = scoresByPerson(sets.holdout, attack.score, 'named');
  return forget && holdout && { forget: personMeans(forget), holdout: personMeans(holdout) };
}

interface Outcome {
  p: number;
  smallestP: number;
  /** Which side was shown: of the group, or of the one person who stands out most. */
  auc: number;
  note: string | null;
}

/** How the rule is applied: the policy's level, and whether over-forgetting can have happened at all. */
type Rule = Pick<VerificationPolicy, 'membership_alpha'> & { exact: boolean };

/**
 * Retraining cannot push anybody away: people whom it finds less likely than others are so by nature, and it is judged
 * for what it may have kept alone.
 */
const judged = (test: RankTest, exact: boolean): RankTest => (exact && test.auc < 0.5 ? { ...test, p: 1 } : test);

/**
 * Several people: the group's test and each person's own (Bonferroni) share alpha, where the holdout is large enough
 * for a single person to be shown at that level; else the single person is only reported.
 */
function combine(
  forget: readonly number[],
  holdout: readonly number[],
  { membership_alpha: alpha, exact }: Rule,
): Outcome {
  const group = judged(rankTest(forget, holdout), exact);
  const n = forget.length;
  if (n === 1) return { ...group, note: null };
  const alone = forget.map((score) => judged(rankTest([score], holdout), exact));
  const worst = alone.reduce((a, b) => (b.p < a.p ? b : a));
  const adjusted = Math.min(1, n * worst.p);
  const found = `one person alone: p ${shown(worst.p)}, ${shown(adjusted)} after Bonferroni for ${n}`;
  // 2 n p must be able to fall below alpha; decided from the counts alone, so it does not bias the test.
  if (2 * n * smallestReachableP(1, holdout.length) >= alpha) {
    const needed = peopleNeeded(1, alpha / (2 * n));
    return { ...group, note: `${found} (only reported: it would need ${needed} holdout people)` };
  }
  return {
    p: Math.min(1, 2 * group.p, 2 * adjusted),
    smallestP: Math.min(1, 2 * group.smallestP, 2 * n * worst.smallestP),
    auc: adjusted < group.p ? worst.auc : group.auc,
    note: `${found}; the p-value is twice the smaller of this and the group’s`,
  };
}

function judge(
  attack: MembershipAttack,
  base: Finding,
  outcome: Outcome,
  counts: [number, number],
  alpha: number,
): Judged {
  const { p, smallestP, note } = outcome;
  const measured = { ...base, p_value: p, smallest_reachable_p: smallestP };
  if (smallestP >= alpha) {
    const needed = peopleNeeded(counts[0], alpha);
    const reach = `with ${counts[0]} forgotten and ${counts[1]} holdout people the smallest reachable p is ${shown(smallestP)}`;
    const remedy = counts[1] < needed ? `; ${needed} holdout people would be needed` : ', since their scores are equal';
    const why = `${reach}${remedy}`;
    return { finding: { ...measured, verdict: 'inconclusive', note: why }, because: `${attack.name}: ${why}` };
  }
  if (p >= alpha)
    return { finding: { ...measured, verdict: 'passed', note }, because: `${attack.name} has p ${shown(p)}` };
  const direction =
    outcome.auc > 0.5
      ? 'under-forgot: the forgotten still look like training data'
      : 'over-forgot: the forgotten stand out as less likely than people never seen';
  return {
    finding: { ...measured, verdict: 'failed', note: note === null ? direction : `${direction}; ${note}` },
    because: `${attack.name}: ${direction} (AUC ${shown(outcome.auc)}, p ${shown(p)})`,
  };
}

/** The finding of one attack: `before` and `after` are AUCs of forget against holdout people; 1 = looks trained on. */
export function membershipFinding(
  attack: MembershipAttack,
  before: ScoredSets,
  after: ScoredSets,
  rule: Rule,
  seed: number,
): Judged {
  const alpha = rule.membership_alpha;
  const [was, now] = [scores(attack, before), scores(attack, after)];
  const direction = rule.exact ? ', over-forgetting left out (trained without them)' : '';
  const threshold = `two-sided p by person at least ${shown(alpha)}${direction}`;
  const empty = finding(attack.name, 'forget', { threshold });
  if (now === null) {
    return { finding: { ...empty, verdict: 'failed', note: NOT_FINITE }, because: `${attack.name}: ${NOT_FINITE}` };
  }
  const { forget, holdout } = now;
  if (forget.length === 0 || holdout.length === 0) {
    const needed = `; ${peopleNeeded(Math.max(1, forget.length), alpha)} holdout people would be needed`;
    const note = forget.length === 0 ? 'no forgotten person was measured' : `no holdout people${needed}`;
    return { finding: { ...empty, verdict: 'inconclusive', note }, because: `${attack.name}: ${note}` };
  }
  const base = {
    ...empty,
    before: was !== null && was.forget.length > 0 && was.holdout.length > 0 ? auc(was.forget, was.holdout) : null,
    after: auc(forget, holdout),
    interval: bootstrapInterval([forget, holdout], ([f, h]) => auc(f!, h!), {
      seed: seedFrom(`${seed}/membership/${attack.name}`),
    }),
  };
  return judge(attack, base, combine(forget, holdout, rule), [forget.length, holdout.length], alpha);
}
