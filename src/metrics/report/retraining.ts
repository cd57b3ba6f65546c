// The distance to a model that was retrained without the forgotten. It proves nothing by itself: one retrained model is one draw.
import type { MetricSet } from '../../domain/metric.ts';
import type { Retraining, RetrainingDistance } from '../../domain/retraining.ts';
import type { RowScore } from '../../domain/verification.ts';
import { jensenShannon } from '../jensen-shannon.ts';
import { ksTest } from '../ks-test.ts';
import { detectableKs } from '../power.ts';
import { privLeak } from '../privleak.ts';
import { auc } from '../rank-test.ts';
import { mean } from '../statistics.ts';
import { personMeans, type ScoredSets, scoresByPerson } from './people.ts';

/** The scores that are compared, where they are measured. */
const COMPARED: readonly string[] = ['truth-ratio', 'loss', 'entropy', 'min-k', 'min-k-plus-plus'];
const PRIVLEAK = 'min-k';
const ALPHA = 0.05;

type Compared = Pick<ScoredSets, 'forget' | 'holdout'>;
interface Scorer {
  name: string;
  score(row: RowScore): number;
}

/** A mean each person, in the order of the rows; null where a score is not finite. */
function means(rows: readonly RowScore[], { score }: Scorer): number[] | null {
  const people = scoresByPerson(rows, score, 'named');
  return people && personMeans(people);
}

const finite = (value: number): number | null => (Number.isFinite(value) ? value : null);

function distanceOf(scorer: Scorer, candidate: Compared, retrained: Compared): RetrainingDistance | null {
  const pair = (set: keyof Compared) => [means(candidate[set], scorer), means(retrained[set], scorer)] as const;
  const records = (set: keyof Compared) =>
    [candidate, retrained].map((model) => model[set].map(scorer.score)) as [number[], number[]];
  const gap = (set: keyof Compared) => {
    const [a, b] = pair(set);
    return a && b ? finite(mean(a.map((own, i) => Math.abs(own - b[i]!)))) : null;
  };
  const [now, then] = pair('forget');
  if (now === null || then === null || now.length === 0) return null;
  const test = now.length > 1 ? ksTest(now, then) : null;
  return {
    score: scorer.name,
    ks_distance: test?.statistic ?? null,
    ks_p: test?.p ?? null,
    ks_detectable: detectableKs(ALPHA, now.length, then.length),
    jensen_shannon: {
      forget: finite(jensenShannon(...records('forget'))),
      holdout: finite(jensenShannon(...records('holdout'))),
    },
    mean_gap: { forget: gap('forget'), holdout: gap('holdout') },
  };
}

function privLeakOf(scorer: Scorer, candidate: Compared, retrained: Compared): number | null {
  const area = (sets: Compared) => {
    const [forget, holdout] = [means(sets.forget, scorer), means(sets.holdout, scorer)];
    return forget?.length && holdout?.length ? auc(forget, holdout) : null;
  };
  const [now, then] = [area(candidate), area(retrained)];
  return now === null || then === null || then >= 1 ? null : privLeak(now, then);
}

/**
 * Of every score that both models have: the Kolmogorov-Smirnov test over forgotten people, by the truth ratio the benchmarks' forget quality; the
 * Jensen-Shannon divergence over records; and how far each person's scores are apart, which says something of one person too. "TOFU", 2401.06121;
 * "CLEAR", 2410.18057; "MUSE", 2407.06460. Both have the same rows in the same order.
 */
export function retrainingDistance(
  { memory, attacks }: Pick<MetricSet, 'memory' | 'attacks'>,
  candidate: Compared,
  retrained: Compared,
): Retraining {
  const known = [...memory, ...attacks].filter(({ name }) => COMPARED.includes(name));
  const measured = (rows: readonly RowScore[], { score }: Scorer) => rows.filter((row) => Number.isFinite(score(row)));
  const distances = known.flatMap((scorer) => {
    // other answers are known of a sample of the rows
    const only = (sets: Compared): Compared =>
      scorer.name === 'truth-ratio'
        ? { forget: measured(sets.forget, scorer), holdout: measured(sets.holdout, scorer) }
        : sets;
    return distanceOf(scorer, only(candidate), only(retrained)) ?? [];
  });
  const scorer = attacks.find(({ name }) => name === PRIVLEAK);
  return { distances, privleak: scorer ? privLeakOf(scorer, candidate, retrained) : null };
}
