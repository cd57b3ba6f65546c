// The distance to models that were retrained without the forgotten. One of them proves nothing by itself: it is one draw.
import type { MetricSet } from '../../domain/metric.ts';
import type { EpsilonEstimate, Retraining, RetrainingDistance } from '../../domain/retraining.ts';
import type { RowScore } from '../../domain/verification.ts';
import { challengeEpsilon, logitScaled, MODELS_NEEDED } from '../challenge-epsilon.ts';
import { jensenShannon } from '../jensen-shannon.ts';
import { ksTest } from '../ks-test.ts';
import { probability } from '../memory/probability.ts';
import { detectableKs } from '../power.ts';
import { privLeak } from '../privleak.ts';
import { auc } from '../rank-test.ts';
import { mean } from '../statistics.ts';
import { completenessOf } from './completeness.ts';
import { evenRows, strangersScores } from './even-rows.ts';
import { personMeans, type ScoredSets, scoresByPerson } from './people.ts';
import { type PooledInput, pooledDistance } from './pooled.ts';

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

/** With as many rows of each stranger as the forgotten have. */
const even = ({ forget, holdout }: Compared): Compared => ({ forget, holdout: evenRows(forget, holdout) });

function distanceOf(scorer: Scorer, candidate: Compared, retrained: Compared): RetrainingDistance | null {
  const [own, other] = [even(candidate), even(retrained)];
  const pair = (set: keyof Compared) => [means(own[set], scorer), means(other[set], scorer)] as const;
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

function privLeakOf(scorer: Scorer, candidate: Compared, retrained: readonly Compared[]): number | null {
  const area = ({ forget, holdout }: Compared) => {
    const [own, strangers] = [means(forget, scorer), strangersScores(forget, holdout, scorer.score)];
    return own?.length && strangers?.length ? auc(own, personMeans(strangers)) : null;
  };
  const now = area(candidate);
  const then = retrained.map(area).filter((value) => value !== null);
  if (now === null || then.length === 0) return null;
  const middle = mean(then);
  return middle >= 1 ? null : privLeak(now, middle);
}

/** Null where a score is not finite, or where nobody was measured. */
function pooledOf(scorer: Scorer, candidate: Compared, retrained: readonly Compared[]): PooledInput | null {
  const people = [candidate, ...retrained].map(({ forget }) => means(forget, scorer));
  if (people.some((one) => one === null || one.length === 0)) return null;
  const [own, ...others] = people as number[][];
  const records = (set: keyof Compared) => ({
    candidate: candidate[set].map(scorer.score),
    retrained: retrained.map((model) => model[set].map(scorer.score)),
  });
  return {
    score: scorer.name,
    people: { candidate: own!, retrained: others },
    forget: records('forget'),
    holdout: records('holdout'),
  };
}

/** Candidates of one method by other seeds, and models retrained by other seeds, on the same forgotten records. */
export function epsilonEstimate(candidates: readonly Compared[], retrained: readonly Compared[]): EpsilonEstimate {
  const counts = { candidates: candidates.length, retrained: retrained.length, needed: MODELS_NEEDED };
  if (candidates.length < MODELS_NEEDED || retrained.length < MODELS_NEEDED) {
    const have = `there ${candidates.length === 1 ? 'is 1 candidate' : `are ${candidates.length} candidates`} and ${retrained.length} retrained`;
    const note = `needs ${MODELS_NEEDED} candidates of one method, made with different seeds, and as many retrained models; ${have}`;
    return { epsilon: null, forget_score: null, ...counts, note };
  }
  const confidences = (models: readonly Compared[]) =>
    models.map(({ forget }) => forget.map((row) => logitScaled(probability.score(row))));
  const { epsilon, forgetScore } = challengeEpsilon(confidences(candidates), confidences(retrained));
  return { epsilon: finite(epsilon), forget_score: finite(forgetScore), ...counts, note: null };
}

/** Other answers are known of a sample of the rows. */
function scoredOf(scorer: Scorer, sets: Compared): Compared {
  if (scorer.name !== 'truth-ratio') return sets;
  const measured = (rows: readonly RowScore[]) => rows.filter((row) => Number.isFinite(scorer.score(row)));
  return { forget: measured(sets.forget), holdout: measured(sets.holdout) };
}

/**
 * Of every score that the models have: the Kolmogorov-Smirnov test over forgotten people, by the truth ratio the benchmarks' forget quality; the
 * Jensen-Shannon divergence over records; and how far each person's scores are apart, which says something of one person too; against each retrained model, and
 * against several together. "TOFU", 2401.06121; "CLEAR", 2410.18057; "MUSE", 2407.06460. All have the same rows in the same order.
 */
export function retrainingDistance(
  { memory, attacks }: Pick<MetricSet, 'memory' | 'attacks'>,
  candidate: Compared,
  retrained: readonly Compared[],
  { parent, seed }: { parent: Compared; seed: number },
): Retraining {
  const known = [...memory, ...attacks].filter(({ name }) => COMPARED.includes(name));
  const each = (scorer: Scorer) =>
    retrained.flatMap((model, i) => {
      const found = distanceOf(scorer, scoredOf(scorer, candidate), scoredOf(scorer, model));
      return found === null ? [] : [{ ...found, model: i + 1 }];
    });
  const together = (scorer: Scorer) => {
    const models = retrained.map((model) => scoredOf(scorer, model));
    const input = pooledOf(scorer, scoredOf(scorer, candidate), models);
    return input === null ? [] : [pooledDistance(input)];
  };
  const scorer = attacks.find(({ name }) => name === PRIVLEAK);
  return {
    distances: known.flatMap(each),
    ...(retrained.length > 1 ? { pooled: known.flatMap(together) } : {}),
    privleak: scorer ? privLeakOf(scorer, candidate, retrained) : null,
    completeness: completenessOf(
      parent.forget,
      candidate.forget,
      retrained.map(({ forget }) => forget),
      seed,
    ),
    epsilon: epsilonEstimate([candidate], retrained),
  };
}
