// From row scores to numbers of people: the unit of every comparison in the report.
import type { MembershipAttack, RecordMetric } from '../../domain/metric.ts';
import type { Finding, Interval, RowScore } from '../../domain/verification.ts';
import { bootstrapInterval } from '../bootstrap.ts';
import { mean } from '../statistics.ts';

/** The sets that were scored under one checkpoint. */
export interface ScoredSets {
  forget: readonly RowScore[];
  retain: readonly RowScore[];
  holdout: readonly RowScore[];
  /** Of the retained: who is most like the forgotten. */
  neighbours?: readonly RowScore[];
  /** Facts about nobody, and general text, where a corpus holds some. */
  world?: readonly RowScore[];
}

/** Scores of one set: one array for each person. */
export type ScoresByPerson = number[][];

type Score = (row: RowScore) => number;

/**
 * Groups scores by person, in the order of their numbers. Records that name nobody are left out (`named`) or count as one each (`everyone`).
 * Null when a score is not finite: a mean over the rest would hide a broken model.
 */
export function scoresByPerson(
  rows: readonly RowScore[],
  score: Score,
  include: 'named' | 'everyone',
): ScoresByPerson | null {
  const people = new Map<number, number[]>();
  const nobody: ScoresByPerson = [];
  for (const row of rows) {
    if (row.person < 0 && include === 'named') continue;
    const value = score(row);
    if (!Number.isFinite(value)) return null;
    if (row.person < 0) nobody.push([value]);
    else {
      const known = people.get(row.person);
      if (known) known.push(value);
      else people.set(row.person, [value]);
    }
  }
  // by their numbers: what has been measured of some rows alone names them in another order
  const named = [...people].sort(([a], [b]) => a - b).map(([, scores]) => scores);
  return [...named, ...nobody];
}

/** Rows that the metric can be computed on. */
export function measurable({ needs, needsGeneration }: RecordMetric, rows: readonly RowScore[]): readonly RowScore[] {
  if (needs) return rows.filter((row) => row[needs] !== undefined);
  return needsGeneration ? rows.filter((row) => row.generated !== undefined && row.reference !== undefined) : rows;
}

/** Rows that the attack can be made on: those that have what it needs. */
export function attackable({ needs }: MembershipAttack, rows: readonly RowScore[]): readonly RowScore[] {
  return needs ? rows.filter((row) => row[needs] !== undefined) : rows;
}

/** One mean a person. */
export const personMeans = (people: ScoresByPerson): number[] => people.map((scores) => mean(scores));

/** Mean over people of each person's mean; null for nothing. */
export const overallMean = (people: ScoresByPerson | null): number | null =>
  people === null || people.length === 0 ? null : mean(personMeans(people));

export const countPeople = (rows: readonly RowScore[]): number =>
  new Set(rows.filter((row) => row.person >= 0).map((row) => row.person)).size;

/** 95 % interval of the overall mean. One person alone: over that person's rows, which is only descriptive. */
export function meanInterval(people: ScoresByPerson | null, seed: number): Interval | null {
  if (people === null || people.length === 0) return null;
  const units = people.length === 1 ? people[0]! : personMeans(people);
  return bootstrapInterval([units], ([drawn]) => mean(drawn!), { seed });
}

export const ONE_PERSON_NOTE = 'one person: the interval is over their own records and only descriptive';

export const NOT_FINITE = 'the candidate gives numbers that are not finite';

/** A number for a sentence: four significant digits. */
export const shown = (value: number): string => String(Number(value.toPrecision(4)));

/** `1 person`, `2 people`. */
export const people = (count: number): string => (count === 1 ? '1 person' : `${count} people`);

/** A finding, and why it decides when it is the first that does. */
export interface Judged {
  finding: Finding;
  because: string;
}

/** A finding with nothing measured or judged; callers fill in what they have. */
export const finding = (metric: string, set: Finding['set'], more: Partial<Finding> = {}): Finding => ({
  metric,
  set,
  before: null,
  after: null,
  interval: null,
  p_value: null,
  smallest_reachable_p: null,
  threshold: null,
  verdict: null,
  note: null,
  ...more,
});
