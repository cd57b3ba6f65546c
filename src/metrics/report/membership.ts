// The membership rule: no attack may tell the forgotten from people never seen, in either direction.
import type { MembershipAttack } from '../../domain/metric.ts';
import { seedFrom } from '../../domain/random.ts';
import type { Detectable, Finding, VerificationPolicy } from '../../domain/verification.ts';
import { bootstrapInterval } from '../bootstrap.ts';
import { type JointTest, jointTest } from '../joint-test.ts';
import { detectableAuc, POWER } from '../power.ts';
import { auc, aucOfDrawn, peopleNeeded, rankTest } from '../rank-test.ts';
import { strangersScores } from './even-rows.ts';
import { levelOf, oneAloneCounts } from './level.ts';
import { operatingPoints } from './operating-points.ts';
import {
  attackable,
  finding,
  type Judged,
  NOT_FINITE,
  people,
  personMeans,
  type ScoredSets,
  scoresByPerson,
  shown,
} from './people.ts';

interface Groups {
  forget: number[];
  holdout: number[];
}

/** One score a person; null when a score is not finite. */
function scores(attack: MembershipAttack, sets: ScoredSets): Groups | null {
  const own = attackable(attack, sets.forget);
  const forget = scoresByPerson(own, attack.score, 'named');
  const holdout = strangersScores(own, attackable(attack, sets.holdout), attack.score);
  return forget && holdout && { forget: personMeans(forget), holdout: personMeans(holdout) };
}

/** How the rule is applied: the policy's level, and whether over-forgetting can have happened at all. */
type Rule = Pick<VerificationPolicy, 'membership_alpha' | 'membership_alpha_aim'> & {
  exact: boolean;
  /** Why over-forgetting is not looked for, where it is not. */
  leftOut?: string;
};

/** One attack, as measured under both checkpoints. */
interface Measured {
  attack: MembershipAttack;
  before: Groups | null;
  now: Groups;
}

const countsOf = ({ now }: Measured): [n: number, m: number] => [now.forget.length, now.holdout.length];

interface Outcome {
  p: number;
  smallestP: number;
  /** Which side was shown: of the group, or of the one person who stands out most. */
  auc: number;
  note: string;
}

/** Looks least like the others to this attack. */
function oddestAuc({ forget, holdout }: Groups, keptOnly: boolean): number {
  const alone = forget.map((score) => auc([score], holdout));
  const far = (value: number) => (keptOnly ? value - 0.5 : Math.abs(value - 0.5));
  return alone.reduce((a, b) => (far(b) > far(a) ? b : a));
}

/**
 * Several people: the group's test and the oddest person's share alpha, where the holdout is large enough for a single person to be shown
 * at that level; else the single person is only reported. Retraining cannot push anybody away, so an exact candidate is judged for
 * what it may have kept alone.
 */
function outcomeOf(at: number, joint: JointTest, measured: readonly Measured[], rule: Rule): Outcome {
  const { membership_alpha: alpha, exact } = rule;
  const { now } = measured[at]!;
  const [n, m] = [now.forget.length, now.holdout.length];
  // who is the oddest to all attacks is so in both directions by one attack: no p is less than the numbers of people allow
  const { smallest } = joint;
  const [group, alone] = [Math.max(joint.group[at]!, smallest.group), Math.max(joint.alone[at]!, smallest.alone)];
  const value = auc(now.forget, now.holdout);
  const among = `corrected for ${measured.length} attack${measured.length === 1 ? '' : 's'}`;
  if (n === 1) return { p: group, smallestP: joint.smallest.group, auc: value, note: among };
  const found = `${among}; the oddest person alone: p ${shown(alone)}`;
  if (!oneAloneCounts(n, m, alpha)) {
    const needed = peopleNeeded(1, alpha / (2 * n));
    const note = `${found} (only reported: it would need ${needed} holdout people)`;
    return { p: group, smallestP: joint.smallest.group, auc: value, note };
  }
  return {
    p: Math.min(1, 2 * group, 2 * alone),
    smallestP: Math.min(1, 2 * joint.smallest.group, 2 * joint.smallest.alone),
    auc: alone < group ? oddestAuc(now, exact) : value,
    note: `${found}; the p-value is twice the smaller of this and the group’s`,
  };
}

function judge(
  { name }: MembershipAttack,
  base: Finding,
  outcome: Outcome,
  [n, m]: [number, number],
  { alpha, level }: { alpha: number; level: number },
) {
  const { p, smallestP, note } = outcome;
  const measured = { ...base, p_value: p, smallest_reachable_p: smallestP };
  if (smallestP >= alpha) {
    const needed = peopleNeeded(n, alpha);
    const reach = `with ${n} forgotten and ${m} holdout people the smallest reachable p is ${shown(smallestP)}`;
    const remedy =
      m < needed
        ? `; ${needed} holdout people would be needed`
        : ', since their scores are equal or the attacks disagree';
    const why = `${reach}${remedy}`;
    return { finding: { ...measured, verdict: 'inconclusive' as const, note: why }, because: `${name}: ${why}` };
  }
  if (p >= level)
    return { finding: { ...measured, verdict: 'passed' as const, note }, because: `${name} has p ${shown(p)}` };
  const direction =
    outcome.auc > 0.5
      ? 'under-forgot: the forgotten still look like training data'
      : 'over-forgot: the forgotten stand out as less likely than people never seen';
  return {
    finding: { ...measured, verdict: 'failed' as const, note: `${direction}; ${note}` },
    because: `${name}: ${direction} (AUC ${shown(outcome.auc)}, p ${shown(p)})`,
  };
}

/** What the group's test could have shown, before anything was measured of the forgotten: at half of the level, where one alone has the other. */
function detectable(
  joint: JointTest,
  [n, m]: [n: number, m: number],
  { alpha, level }: { alpha: number; level: number },
): Detectable | null {
  const own = oneAloneCounts(n, m, alpha) ? level / 2 : level;
  if (joint.smallest.group >= own) return null;
  const value = detectableAuc(joint.critical(own), n, m);
  const effect = `an AUC under ${shown(value)} (or over ${shown(1 - value)}) is seen in fewer than ${100 * POWER} of 100 cases`;
  return { measure: 'auc', value, power: POWER, text: `with ${n} forgotten and ${people(m)} never seen ${effect}` };
}

/** One attack that says something, judged among the others. */
function judgeOne(
  at: number,
  joint: JointTest,
  measured: readonly Measured[],
  { level, ...rule }: Rule & { level: number },
  empty: Finding,
  seed: number,
) {
  const { attack, before, now } = measured[at]!;
  const alpha = rule.membership_alpha;
  const { forget, holdout } = now;
  const counts = countsOf(measured[at]!);
  const redrawn = aucOfDrawn(forget, holdout);
  const base: Finding = {
    ...empty,
    before:
      before !== null && before.forget.length > 0 && before.holdout.length > 0
        ? auc(before.forget, before.holdout)
        : null,
    after: auc(forget, holdout),
    interval: bootstrapInterval(redrawn.orders, ([f, h]) => redrawn.auc(f!, h!), {
      seed: seedFrom(`${seed}/membership/${attack.name}`),
    }),
    p_uncorrected: rankTest(forget, holdout).p,
    operating_points: operatingPoints(before, now),
    detectable: detectable(joint, counts, { alpha, level }),
  };
  const outcome = outcomeOf(at, joint, measured, rule);
  return judge(attack, base, outcome, counts, { alpha, level });
}

const UNMEASURED = {
  zlibBytes: 'not measured: the length of compressed answers was not given',
  shadows: 'not measured: there are fewer than 4 shadow models (references.shadow), or all of them say the same',
  gradNorm:
    'not measured: the policy asks for no gradients (gradient_records), or the model has more than 50 million weights',
  referenceNlls: 'not measured: there is no model that was retrained without the forgotten',
};

/** Nothing can be said of an attack: why. Null where something can. */
function silence(attack: MembershipAttack, now: Groups | null, after: ScoredSets, alpha: number): Judged | null {
  const { name, needs } = attack;
  const empty = finding(name, 'forget');
  const rows = [...after.forget, ...after.holdout];
  if (needs && rows.length > 0 && rows.every((row) => row[needs] === undefined))
    return { finding: { ...empty, note: UNMEASURED[needs] }, because: '' };
  if (now === null)
    return { finding: { ...empty, verdict: 'failed', note: NOT_FINITE }, because: `${name}: ${NOT_FINITE}` };
  if (now.forget.length > 0 && now.holdout.length > 0) return null;
  const needed = `; ${peopleNeeded(Math.max(1, now.forget.length), alpha)} holdout people would be needed`;
  const note = now.forget.length === 0 ? 'no forgotten person was measured' : `no holdout people${needed}`;
  return { finding: { ...empty, verdict: 'inconclusive', note }, because: `${name}: ${note}` };
}

/**
 * The findings of the attacks, in their order: `before` and `after` are AUCs of forget against holdout people; 1 = looks trained on. Each is
 * judged by a p that counts all of them, so that together they fail people who were never seen at most with the probability that `levelOf` says.
 */
export function membershipFindings(
  attacks: readonly MembershipAttack[],
  before: ScoredSets,
  after: ScoredSets,
  rule: Rule,
  seed: number,
): Judged[] {
  const alpha = rule.membership_alpha;
  const direction = rule.exact ? `, over-forgetting left out (${rule.leftOut ?? 'trained without them'})` : '';
  const groups = attacks.map((attack) => ({ attack, before: scores(attack, before), now: scores(attack, after) }));
  const silent = groups.map(({ attack, now }) => silence(attack, now, after, alpha));
  const measured = groups.filter((one, i): one is Measured => silent[i] === null && one.now !== null);
  const joint =
    measured.length === 0
      ? null
      : jointTest(
          measured.map(({ now }) => now),
          { seed: seedFrom(`${seed}/membership`), keptOnly: rule.exact },
        );
  const level = joint === null ? alpha : levelOf(rule, joint.smallest, countsOf(measured[0]!));
  const threshold = `two-sided p by person, corrected for the number of attacks, at least ${shown(level)}${direction}`;
  return groups.map(({ attack }, i) => {
    const nothing = silent[i];
    if (nothing)
      return { ...nothing, finding: { ...nothing.finding, threshold: nothing.finding.verdict && threshold } };
    const at = measured.findIndex((one) => one.attack === attack);
    return judgeOne(at, joint!, measured, { ...rule, level }, finding(attack.name, 'forget', { threshold }), seed);
  });
}
