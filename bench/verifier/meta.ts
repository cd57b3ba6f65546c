// What each metric tells apart: faithfulness and robustness as OpenUnlearning (arXiv 2506.12618) defines them, of the metric as memory.
import { auc } from '../../src/metrics/rank-test.ts';
import { mean } from '../../src/metrics/statistics.ts';
import type { Judgement } from './judge.ts';

/** Null: it cannot be said, for example of values that are all 0. */
export interface MetaRow {
  faithfulness: number | null;
  relearning: number | null;
  quantisation: number | null;
  robustness: number | null;
  overall: number | null;
}
/** `bench/verifier/results.json`, which docs/metrics.md is made from. */
export interface MetaResults {
  date: string;
  /** People whose models faithfulness was measured on. */
  people: number;
  /** And robustness. */
  changed: number;
  metrics: Record<string, MetaRow>;
}

const harmonic = (a: number, b: number): number => (a <= 0 || b <= 0 ? 0 : (2 * a * b) / (a + b));
const atMostOne = (value: number): number => Math.max(0, Math.min(1, value));
const rounded = (value: number): number | null => (Number.isFinite(value) ? Number(value.toFixed(4)) : null);

function metaRow(metric: string, found: Record<string, Judgement[]>): MetaRow {
  const of = (kind: string) => found[kind]!.map(({ values }) => values[metric]).filter((value) => value !== undefined);
  const [without, known] = [of('retrained'), of('trained with the person')];
  const faithfulness = without.length > 0 && known.length > 0 ? auc(without, known) : Number.NaN;
  // held against the same people's models
  const first = (kind: string) => mean(of(kind).slice(0, found.unlearned!.length));
  const recovery =
    (first('retrained, relearned') - first('retrained')) / (first('unlearned, relearned') - first('unlearned'));
  const relearning = atMostOne(recovery);
  const quantisation = atMostOne(first('unlearned') / first('unlearned, 4 bits'));
  const robustness = harmonic(relearning, quantisation);
  const overall = harmonic(Math.max(faithfulness, 1 - faithfulness), robustness);
  return {
    faithfulness: rounded(faithfulness),
    relearning: rounded(relearning),
    quantisation: rounded(quantisation),
    robustness: rounded(robustness),
    overall: rounded(overall),
  };
}

/** Of every metric that some candidate has a value of, but those of how answers read. */
export function metaResults({ date, found }: { date: string; found: Record<string, Judgement[]> }): MetaResults {
  const names = new Set(Object.values(found).flatMap((all) => all.flatMap(({ values }) => Object.keys(values))));
  const own = [...names].filter((name) => !name.startsWith('answer-'));
  return {
    ...{ date, people: found.retrained!.length, changed: found.unlearned!.length },
    metrics: Object.fromEntries(own.map((name) => [name, metaRow(name, found)])),
  };
}
