// A row of the tables: numbers of one checkpoint, held against the parent and the models trained without the forgotten. Pure.
import { Value } from 'typebox/value';
import { type Interval, VerificationPolicy, type VerificationReport } from '../../src/domain/verification.ts';
import { ksTest } from '../../src/metrics/ks-test.ts';
import { loss } from '../../src/metrics/membership/loss.ts';
import { overallMean, personMeans, scoresByPerson } from '../../src/metrics/report/people.ts';
import { buildReport } from '../../src/metrics/report.ts';
import { mean } from '../../src/metrics/statistics.ts';
import { recallOf } from './recall.ts';
import type { Measured, Said } from './task.ts';

/** How a model answers about some people. */
export interface Speech {
  words: number;
  /** Share of pairs of neighbouring words that stood in the same answer before. */
  repeated: number;
  /** Of the answers under the parent. */
  perplexity: number;
}

/** Numbers of a checkpoint; shares in [0, 1], costs in nats a token. */
export interface Numbers {
  forget_recall: number;
  retain_recall: number;
  forget_nll: number;
  stranger_nll: number;
  auc: Record<string, { value: number; interval: Interval | null }>;
  /** Of people’s costs: mean statistic and median p against models trained without them. */
  ks: { statistic: number; p: number };
  extraction_strength: number;
  relearned: { steps: number; recall: number }[];
  speech: { forgotten: Speech; strangers: Speech };
  verdict: VerificationReport['verdict'];
  reason: string;
}

const POLICY = Value.Default(VerificationPolicy, {}) as VerificationPolicy;

const speech = (answers: readonly Said[]): Speech => ({
  words: mean(answers.map(({ words }) => words)),
  repeated: mean(answers.map(({ repeated }) => repeated)),
  perplexity: Math.exp(mean(answers.map(({ nll }) => nll))),
});

/** Mean cost of each forgotten person; NaN where the model gives numbers that are not finite. */
const costs = ({ scores }: Measured): number[] =>
  personMeans(scoresByPerson(scores.forget, loss.score, 'named') ?? [[Number.NaN]]);

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

function againstRetrained(measured: Measured, references: readonly Measured[]): Numbers['ks'] {
  const own = costs(measured);
  if (own.some(Number.isNaN)) return { statistic: 1, p: 0 };
  const tests = references.map((reference) => ksTest(own, costs(reference)));
  return { statistic: mean(tests.map(({ statistic }) => statistic)), p: median(tests.map(({ p }) => p)) };
}

export interface Judged {
  measured: Measured;
  parent: Measured;
  /** Models trained without the forgotten, other than the measured one. */
  references: readonly Measured[];
  /** The method trains without the forgotten, and is judged as such. */
  exact: boolean;
  seed: number;
}

/** The report is the one that a run’s verification makes of the same scores. */
export function numbersOf({ measured, parent, references, exact, seed }: Judged): Numbers {
  const { scores, said } = measured;
  const report = buildReport({
    ...{ before: parent.scores, after: scores, policy: POLICY, exact, baseline: null, seed, seconds: 0 },
  });
  const finding = (metric: string) => report.findings.find((one) => one.metric === metric && one.set === 'forget');
  const attacks = report.findings.filter(({ set, p_value }) => set === 'forget' && p_value !== null);
  const cost = (rows: Measured['scores']['forget']) =>
    overallMean(scoresByPerson(rows, loss.score, 'named')) ?? Number.NaN;
  return {
    forget_recall: recallOf(scores.forget),
    retain_recall: recallOf(scores.retain),
    forget_nll: cost(scores.forget),
    stranger_nll: cost(scores.holdout),
    auc: Object.fromEntries(attacks.map(({ metric, after, interval }) => [metric, { value: after!, interval }])),
    ks: againstRetrained(measured, references),
    extraction_strength: finding('extraction-strength')?.after ?? Number.NaN,
    relearned: measured.relearned,
    speech: { forgotten: speech(said.forget), strangers: speech(said.holdout) },
    ...{ verdict: report.verdict, reason: report.reason },
  };
}
