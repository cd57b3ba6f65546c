// What each metric was found to tell apart, from the stored results of the benchmark of the verifier.
import { readFileSync } from 'node:fs';
import type { MetaResults, MetaRow } from '../bench/verifier/meta.ts';
import { METRICS } from '../src/metrics/index.ts';
import { tasksOf } from '../src/metrics/sets.ts';
import { table } from './docs-pages.ts';

const readResults = (): MetaResults =>
  JSON.parse(readFileSync(new URL('../bench/verifier/results.json', import.meta.url), 'utf8')) as MetaResults;

const shown = (value: number | null): string => value?.toFixed(2) ?? '–';

type Metric = (typeof METRICS)[number];

function rowOf(metric: Metric, found: MetaRow | undefined): string[] {
  if (found !== undefined) {
    const { faithfulness, relearning, quantisation, robustness, overall } = found;
    return [...[faithfulness, relearning, quantisation, robustness, overall].map(shown), ''];
  }
  const why = tasksOf(metric).includes('causal-lm')
    ? 'not measured yet: `npm run bench:verifier -- --page`'
    : 'not measured: of classifiers alone, and the benchmark is of a language model';
  return ['–', '–', '–', '–', '–', why];
}

/** Of memory metrics and attacks; the others measure no memory. */
export function metaEvaluation({ date, people, changed, metrics }: MetaResults = readResults()): string[] {
  const judged = METRICS.filter(({ kind }) => kind === 'memory' || kind === 'membership');
  return [
    '## What each metric tells apart',
    `Measured on ${date} by [the verifier’s benchmark](verifier-benchmarks.md), which explains the columns: models of ${people} people each with and without the person (faithfulness, an AUC), and of ${changed} of them relearned and rounded to 4 bits (robustness). Naturalness and utility measure no memory and have no row.`,
    table(
      ['metric', 'faithfulness', 'relearning', 'quantisation', 'robustness', 'overall', ''],
      judged.map((metric) => [`\`${metric.name}\``, ...rowOf(metric, metrics[metric.name])]),
    ),
  ];
}
