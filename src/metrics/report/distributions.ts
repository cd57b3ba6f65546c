// Scores of each attack as histograms and ROC curves: what a reader sees at a glance that no single number says.
import type { RocPoint, ScoreDistribution } from '../../domain/distribution.ts';
import type { MembershipAttack } from '../../domain/metric.ts';
import { strangersScores } from './even-rows.ts';
import { attackable, personMeans, type ScoredSets, scoresByPerson } from './people.ts';

/** Enough to see a shape, few enough that a bin of a hundred people is no outline of one. */
const BINS = 24;
/** Corners that a curve keeps; a page draws no more of them apart. */
const MOST_CORNERS = 200;
const SETS = ['forget', 'retain', 'holdout'] as const;

type Scores = Record<(typeof SETS)[number], number[]>;

/** One score a person in each set, of strangers as the attack compares them; null where one is not finite. */
function scoresOf(attack: MembershipAttack, sets: ScoredSets): Scores | null {
  const own = attackable(attack, sets.forget);
  const forget = scoresByPerson(own, attack.score, 'named');
  const retain = scoresByPerson(attackable(attack, sets.retain), attack.score, 'named');
  const holdout = strangersScores(own, attackable(attack, sets.holdout), attack.score);
  if (forget === null || retain === null || holdout === null) return null;
  return { forget: personMeans(forget), retain: personMeans(retain), holdout: personMeans(holdout) };
}

/** Equal bins from the least to the largest value; one of width 1 where all are equal. */
function edgesOf(values: readonly number[]): number[] {
  const [low, high] = values.reduce(([a, b], x) => [Math.min(a, x), Math.max(b, x)], [Infinity, -Infinity]);
  if (low === high) return [low - 0.5, low + 0.5];
  return Array.from({ length: BINS + 1 }, (_, i) => low + ((high - low) * i) / BINS);
}

function countsIn(edges: readonly number[], values: readonly number[]): number[] {
  const counts = new Array<number>(edges.length - 1).fill(0);
  const [low, high] = [edges[0]!, edges.at(-1)!];
  for (const value of values)
    counts[Math.min(counts.length - 1, Math.floor(((value - low) / (high - low)) * counts.length))]! += 1;
  return counts;
}

/**
 * Corners of the curve of "a low score is a member". People with equal scores are taken together, so the area under it is the
 * AUC with ties by half. Empty where a group is.
 */
export function rocOf(members: readonly number[], others: readonly number[]): RocPoint[] {
  if (members.length === 0 || others.length === 0) return [];
  const steps = new Map<number, [number, number]>();
  const count = (values: readonly number[], which: 0 | 1) => {
    for (const value of values) {
      const step = steps.get(value) ?? [0, 0];
      step[which] += 1 / values.length;
      steps.set(value, step);
    }
  };
  count(members, 1);
  count(others, 0);
  const corners: RocPoint[] = [{ fpr: 0, tpr: 0 }];
  for (const [, [fpr, tpr]] of [...steps].sort(([a], [b]) => a - b)) {
    const [last, before] = [corners.at(-1)!, corners.at(-2)];
    // a point on a straight line is no corner
    const straight = before && ((fpr === 0 && last.fpr === before.fpr) || (tpr === 0 && last.tpr === before.tpr));
    if (straight) corners.pop();
    corners.push({ fpr: Math.min(1, last.fpr + fpr), tpr: Math.min(1, last.tpr + tpr) });
  }
  // sums of shares end a rounding error away from it
  corners[corners.length - 1] = { fpr: 1, tpr: 1 };
  if (corners.length <= MOST_CORNERS) return corners;
  const kept = (i: number) => corners[Math.round((i * (corners.length - 1)) / (MOST_CORNERS - 1))]!;
  return Array.from({ length: MOST_CORNERS }, (_, i) => kept(i));
}

/**
 * Of each attack whose scores are all finite, under both checkpoints; the bins are the same for all, so that charts can be held
 * against each other. Records that name nobody are left out, as they are of the attacks.
 */
export function scoreDistributions(
  attacks: readonly MembershipAttack[],
  before: ScoredSets,
  after: ScoredSets,
): ScoreDistribution[] {
  return attacks.flatMap((attack) => {
    const [was, now] = [scoresOf(attack, before), scoresOf(attack, after)];
    if (was === null || now === null) return [];
    const all = SETS.flatMap((set) => [...was[set], ...now[set]]);
    if (all.length === 0) return [];
    const edges = edgesOf(all);
    const bins = (set: keyof Scores) => ({ before: countsIn(edges, was[set]), after: countsIn(edges, now[set]) });
    return [
      {
        ...{ metric: attack.name, edges, forget: bins('forget'), retain: bins('retain'), holdout: bins('holdout') },
        roc: { before: rocOf(was.forget, was.holdout), after: rocOf(now.forget, now.holdout) },
      },
    ];
  });
}
