// docs/verifier-benchmarks.md: written by the benchmark, never by hand.
import { UNLEARNING } from './candidates.ts';
import { type Judgement, ruleOf } from './judge.ts';
import { type MetaRow, metaResults } from './meta.ts';
import { COMPARED, PEOPLE } from './scene.ts';
import { type Play, playTable } from './strangers.ts';

/** What is known of a candidate, and whether it should pass. */
export const KINDS = [
  'retrained',
  'retrained, declared exact',
  'trained with the person',
  'left as it was',
  'broken by gradient ascent',
  'taught to refuse',
  'unlearned',
] as const;
export type Kind = (typeof KINDS)[number];
const SHOULD: Record<Kind, 'pass' | 'fail' | null> = {
  retrained: 'pass',
  'retrained, declared exact': 'pass',
  'trained with the person': 'fail',
  'left as it was': 'fail',
  'broken by gradient ascent': 'fail',
  'taught to refuse': 'fail',
  unlearned: null,
};

export interface VerifierResult {
  date: string;
  found: Record<string, Judgement[]>;
  /** Verdicts about people never seen, as if they had been forgotten. */
  plays: Play[];
}

const table = (head: string[], rows: string[][]): string =>
  [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');

function verdictRow(kind: Kind, policy: string, judged: Judgement[]): string[] {
  const verdicts = judged.map((one) => one.verdicts[policy]!);
  const count = (verdict: string) => verdicts.filter((one) => one.verdict === verdict).length;
  const wrong = SHOULD[kind] === 'pass' ? verdicts.length - count('passed') : count('passed');
  const rules = new Map<string, number>();
  for (const { verdict, reason } of verdicts)
    if (verdict !== 'passed') rules.set(ruleOf(reason) ?? 'none', (rules.get(ruleOf(reason) ?? 'none') ?? 0) + 1);
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

const ANSWERS = ['answer-perplexity', 'answer-repetition', 'answer-refusal', 'answer-length'];

/** Least and most over the models of a kind. */
function rangeOf(judged: Judgement[], metric: string): string {
  const values = judged.map(({ values }) => values[metric]).filter((value) => value !== undefined);
  if (values.length === 0) return '–';
  return [Math.min(...values), Math.max(...values)].map((value) => String(Number(value.toPrecision(2)))).join(' to ');
}

const shown = (value: number | null) => value?.toFixed(2) ?? '–';
const metricRow = (name: string, row: MetaRow): string[] => [
  `\`${name}\``,
  ...[row.faithfulness, row.relearning, row.quantisation, row.robustness, row.overall].map(shown),
];

export function verifierPage({ date, found, plays }: VerifierResult): string {
  const policies = Object.keys(found.retrained![0]!.verdicts);
  const { metrics } = metaResults({ date, found });
  const kinds = KINDS.filter((kind) => found[kind]!.length > 0);
  return `${[
    '# The verifier, verified',
    'Written by `npm run bench:verifier -- --page`; do not edit.',
    `${date}. A small language model of ${PEOPLE} invented people (5 records each), and for each of ${found.retrained!.length} of them candidates of which it is known what they are. Each is judged by the rules of [verification.md](verification.md) against ${COMPARED} people never seen; the parent knows everybody.`,
    `- **retrained**: trained without the person, from other weights and in another order; judged as a candidate of unknown origin, and as one that is declared exact.
- **trained with the person**: another training with everybody. **left as it was**: the parent itself, as a worker that does nothing would hand it over.
- **broken by gradient ascent**: 40 steps of plain ascent on the person's records. **taught to refuse**: fine-tuned to refuse questions about the person, and to answer others as before.
- **unlearned**: by \`${UNLEARNING.name}\`, which plans try first, with default parameters.`,
    table(
      ['policy', 'candidate', 'should', 'models', 'passed', 'failed', 'inconclusive', 'wrong', 'rule that decided'],
      policies.flatMap((policy) => kinds.map((kind) => verdictRow(kind, policy, found[kind]!))),
    ),
    '## How often somebody fails by chance',
    'Twenty models are too few to tell 3 % from 7 %. Under each retrained model every third person never seen is judged as if that one had been forgotten, against the others: nobody is less known to a model, so that whatever fails here fails by chance. `failed` is a share of those decided, with the exact interval of Clopper and Pearson, which takes verdicts as independent (the same people are judged under each model, so that it is a little too narrow).',
    playTable(plays),
    '## Answers',
    'What greedy answers about the person are like, from the least to the most of the models. Perplexity is under the parent, which finds any other fact than the one it learned dear.',
    table(
      ['candidate', ...ANSWERS.map((name) => `\`${name}\``)],
      kinds.map((kind) => [kind, ...ANSWERS.map((name) => rangeOf(found[kind]!, name))]),
    ),
    '## The metrics',
    `Values about the forgotten person. **Faithfulness**: AUC between models trained with and without the person (1: the metric tells them apart). **Relearning**: (gain of the retrained model by 10 steps on the person's records) / (gain of the unlearned one), at most 1; low where what was hidden comes back faster. **Quantisation**: value of the unlearned model / that of its weights rounded to 4 bits, at most 1. **Robustness** is the harmonic mean of these two, **overall** that of faithfulness and robustness, as OpenUnlearning (arXiv 2506.12618) has them; relearning, quantisation and \`u-lira\` on ${found.unlearned!.length} people, for each of whom four shadow models are trained and unlearned.\n\nEach preset is judged with what it asks for: \`strict\` alone with gradients and one more model that was retrained without the person.`,
    table(
      ['metric', 'faithfulness', 'relearning', 'quantisation', 'robustness', 'overall'],
      Object.entries(metrics).map(([name, row]) => metricRow(name, row)),
    ),
  ].join('\n\n')}\n`;
}
