// What is only reported of sets that a model should do as well on as it did: neighbours, world facts, numbers of whole sets.
import type { MetricSet, UtilityMetric, UtilityRows } from '../../domain/metric.ts';
import type { Finding, RowScore } from '../../domain/verification.ts';
import { finding, people, type ScoredSets, shown } from './people.ts';
import { reportedFinding } from './utility.ts';

const rowsOf = ({ retain, holdout, neighbours = [], world = [] }: ScoredSets): UtilityRows => ({
  ...{ retain, holdout, neighbours, world },
});
const finite = (value: number): number | null => (Number.isFinite(value) ? value : null);

/** Where there are none, or nothing of them is measured, they are not spoken of; the others always are. */
const maybe = ({ set, before, after }: Finding): boolean =>
  (set !== 'neighbours' && set !== 'world') || before !== null || after !== null;

function wholeSets(metric: UtilityMetric, before: ScoredSets, after: ScoredSets): Finding[] {
  const [was, now] = [rowsOf(before), rowsOf(after)];
  return metric.sets
    .map((set) =>
      finding(metric.name, set, { before: finite(metric.of(set, was)), after: finite(metric.of(set, now)) }),
    )
    .filter(maybe);
}

const counted = (rows: readonly RowScore[]): string => {
  const named = new Set(rows.filter(({ person }) => person >= 0).map(({ person }) => person)).size;
  return `${rows.length} records${named === 0 ? '' : ` of ${people(named)}`}`;
};

/** Of the retained who are most like the forgotten: what no answer has to be written for. */
function neighbours({ memory }: Pick<MetricSet, 'memory'>, before: ScoredSets, after: ScoredSets, seed: number) {
  if (!after.neighbours?.length) return [];
  const ofRows = memory.filter(({ needs, needsGeneration }) => needs === undefined && !needsGeneration);
  const whose = `of ${counted(after.neighbours)}, the retained who are most like the forgotten`;
  return ofRows.map((metric): Finding => {
    const one = reportedFinding(metric, 'neighbours', before, after, seed);
    const ratio = one.before && one.after !== null ? `; after / before = ${shown(one.after / one.before)}` : '';
    return { ...one, note: one.note ?? `${whose}${ratio}` };
  });
}

/** World facts, as the retained are reported; pieces of plain text ask nothing, and have their perplexity. */
function world({ memory }: Pick<MetricSet, 'memory'>, before: ScoredSets, after: ScoredSets, seed: number): Finding[] {
  const facts = (sets: ScoredSets) => ({ ...sets, world: (sets.world ?? []).filter(({ plain }) => plain !== true) });
  const [was, now] = [facts(before), facts(after)];
  if (now.world.length === 0) return [];
  return memory
    .filter(({ needs }) => needs === undefined)
    .map((metric) => reportedFinding(metric, 'world', was, now, seed));
}

/** In a fixed order: neighbours, world facts, then numbers of whole sets by name and set. */
export const reportedFindings = (
  metrics: Pick<MetricSet, 'memory' | 'utility'>,
  before: ScoredSets,
  after: ScoredSets,
  seed: number,
): Finding[] => [
  ...neighbours(metrics, before, after, seed),
  ...world(metrics, before, after, seed),
  ...metrics.utility.flatMap((metric) => wholeSets(metric, before, after)),
];
