// Who of the forgotten stands out: not for the report, which says nothing of single people, but so that a run that failed can be split.
import type { MetricSet } from '../../domain/metric.ts';
import type { RowScore, VerificationPolicy } from '../../domain/verification.ts';
import { mean, predictionLimit } from '../statistics.ts';
import { evenRows } from './even-rows.ts';
import { attackable, measurable, type ScoredSets } from './people.ts';

type Score = (row: RowScore) => number;

/** One mean a person, by their number; records that name nobody are left out. */
function meansOf(rows: readonly RowScore[], score: Score): Map<number, number> {
  const named = rows.filter(({ person }) => person >= 0);
  return new Map(
    [...Map.groupBy(named, ({ person }) => person)].map(([person, own]) => [person, mean(own.map(score))]),
  );
}

/** Finite means of strangers, as they are held against these rows of the forgotten. */
const neverSeen = (own: readonly RowScore[], strangers: readonly RowScore[], score: Score): number[] =>
  [...meansOf(evenRows(own, strangers), score).values()].filter(Number.isFinite);

/**
 * Numbers of the people who score beyond everybody never seen, the worst first: above the limit of a memory metric, or at either edge of
 * an attack (of an exact candidate, which pushes nobody away, at the upper one alone). Of many attacks one finds somebody by chance; this
 * judges nobody, it only says whom to try apart.
 */
export function standingOut(
  { memory, attacks }: Pick<MetricSet, 'memory' | 'attacks'>,
  { forget, holdout }: Pick<ScoredSets, 'forget' | 'holdout'>,
  { memory_margin, exact }: Pick<VerificationPolicy, 'memory_margin'> & { exact: boolean },
): number[] {
  const marks = new Map<number, number>();
  const mark = (score: Score, rows: readonly RowScore[], beyond: (value: number) => boolean) => {
    for (const [person, value] of meansOf(rows, score))
      if (!Number.isFinite(value) || beyond(value)) marks.set(person, (marks.get(person) ?? 0) + 1);
  };
  for (const metric of memory.filter(({ rule = 'memory', needs }) => rule === 'memory' && needs === undefined)) {
    const own = measurable(metric, forget);
    const never = neverSeen(own, measurable(metric, holdout), metric.score);
    if (never.length === 0) continue;
    const limit = predictionLimit(never, 1).limit + memory_margin;
    mark(metric.score, own, (value) => value > limit);
  }
  for (const attack of attacks) {
    const own = attackable(attack, forget);
    const never = neverSeen(own, attackable(attack, holdout), attack.score);
    if (never.length === 0) continue;
    const [least, most] = [Math.min(...never), Math.max(...never)];
    mark(attack.score, own, (value) => value > most || (!exact && value < least));
  }
  return [...marks].sort(([, a], [, b]) => b - a).map(([person]) => person);
}
