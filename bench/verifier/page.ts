// docs/verifier-benchmarks.md: written by the benchmark, never by hand.
import { auc } from '../../src/metrics/rank-test.ts';
import { mean } from '../../src/metrics/statistics.ts';
import type { Judgement } from './judge.ts';

/** What is known of a candidate, and whether it should pass. */
export const KINDS = [
  'retrained',
  'retrained, declared exact',
  'trained with the person',
  'left as it was',
  'broken by gradient ascent',
  'taught to refuse',
  'unlearned by grad-diff',
] as const;
export type Kind = (typeof KINDS)[number];
const SHOULD: Record<Kind, 'pass' | 'fail' | null> = {
  retrained: 'pass',
  'retrained, declared exact': 'pass',
  'trained with the person': 'fail',
  'left as it was': 'fail',
  'broken by gradient ascent': 'fail',
  'taught to refuse': 'fail',
  'unlearned by grad-diff': null,
};

export interface VerifierResult {
  date: string;
  found: Record<string, Judgement[]>;
}

const table = (head: string[], rows: string[][]): string =>
  [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
const fixed = (value: number) => (Number.isFinite(value) ? value.toFixed(2) : '–');

/** Which rule a reason names. */
const ruleOf = (reason: string): string => /^The (\w+) rule/.exec(reason)?.[1] ?? 'none';

function verdictRow(kind: Kind, policy: string, judged: Judgement[]): string[] {
  const verdicts = judged.map((one) => one.verdicts[policy]!);
  const count = (verdict: string) => verdicts.filter((one) => one.verdict === verdict).length;
  const wrong = SHOULD[kind] === 'pass' ? verdicts.length - count('passed') : count('passed');
  const rules = new Map<string, number>();
  for (const { verdict, reason } of verdicts)
    if (verdict !== 'passed') rules.set(ruleOf(reason), (rules.get(ruleOf(reason)) ?? 0) + 1);
  return [
    ...[
      policy,
      kind,
      SHOULD[kind] ?? 'either',
      String(verdicts.length),
      String(count('passed')),
      String(count('failed')),
    ],
    String(count('inconclusive')),
    SHOULD[kind] === null ? '–' : `${wrong} of ${verdicts.length}`,
    [...rules].map(([rule, times]) => `${rule} ${times}`).join(', ') || '–',
  ];
}

const harmonic = (a: number, b: number): number => (a <= 0 || b <= 0 ? 0 : (2 * a * b) / (a + b));

/** Faithfulness and robustness of one metric, as OpenUnlearning (arXiv 2506.12618) defines them, of the metric as memory. */
function metricRow(metric: string, found: Record<string, Judgement[]>): string[] {
  const of = (kind: string) => found[kind]!.map(({ values }) => values[metric]).filter((value) => value !== undefined);
  const [without, known] = [of('retrained'), of('trained with the person')];
  const faithful = auc(without, known);
  // held against the same people's models
  const first = (kind: string) => mean(of(kind).slice(0, found['unlearned by grad-diff']!.length));
  const recovery =
    (first('retrained, relearned') - first('retrained')) /
    (first('unlearned, relearned') - first('unlearned by grad-diff'));
  const relearning = Math.max(0, Math.min(1, recovery));
  const quantisation = Math.max(0, Math.min(1, first('unlearned by grad-diff') / first('unlearned, 4 bits')));
  const robust = harmonic(relearning, quantisation);
  return [
    `\`${metric}\``,
    ...[faithful, relearning, quantisation, robust, harmonic(Math.max(faithful, 1 - faithful), robust)].map(fixed),
  ];
}

export function verifierPage({ date, found }: VerifierResult): string {
  const policies = Object.keys(found.retrained![0]!.verdicts);
  const metrics = Object.keys(found.retrained![0]!.values).filter((name) => !name.startsWith('answer-'));
  const kinds = KINDS.filter((kind) => found[kind]!.length > 0);
  return `${[
    '# The verifier, verified',
    'Written by `npm run bench:verifier -- --page`; do not edit.',
    `${date}. A small language model of 40 invented people (5 records each), and for each of ${found.retrained!.length} of them candidates of which it is known what they are. Each is judged by the rules of [verification.md](verification.md) against 42 people never seen; the parent knows everybody.`,
    `- **retrained**: trained without the person, from other weights and in another order; judged as a candidate of unknown origin, and as one that is declared exact.
- **trained with the person**: another training with everybody. **left as it was**: the parent itself, as a worker that does nothing would hand it over.
- **broken by gradient ascent**: 40 steps of plain ascent on the person's records. **taught to refuse**: fine-tuned to refuse questions about the person, and to answer others as before.
- **unlearned by grad-diff**: what plans try first, with default parameters.`,
    table(
      ['policy', 'candidate', 'should', 'models', 'passed', 'failed', 'inconclusive', 'wrong', 'rule that decided'],
      policies.flatMap((policy) => kinds.map((kind) => verdictRow(kind, policy, found[kind]!))),
    ),
    '## The metrics',
    `Values about the forgotten person. **Faithfulness**: AUC between models trained with and without the person (1: the metric tells them apart). **Relearning**: (gain of the retrained model by 10 steps on the person's records) / (gain of the unlearned one), at most 1; low where what was hidden comes back faster. **Quantisation**: value of the unlearned model / that of its weights rounded to 4 bits, at most 1. **Robustness** is the harmonic mean of these two, **overall** that of faithfulness and robustness, as OpenUnlearning (arXiv 2506.12618) has them; relearning and quantisation on ${found['unlearned by grad-diff']!.length} people.`,
    table(
      ['metric', 'faithfulness', 'relearning', 'quantisation', 'robustness', 'overall'],
      metrics.map((metric) => metricRow(metric, found)),
    ),
  ].join('\n\n')}\n`;
}
