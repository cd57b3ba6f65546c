// docs/benchmarks.md: written by the benchmark, never by hand.
import { cpus } from 'node:os';
import { table } from '../../src/cli/terminal.ts';
import type { Run } from '../../src/domain/resources.ts';
import type { VerificationReport } from '../../src/domain/verification.ts';

export interface Stage {
  name: string;
  authors: number;
  state: string;
  run: Run;
  report: VerificationReport;
  retrained: VerificationReport;
  retrainSeconds: number;
  /** KS test of truth ratios, the run's last candidate against the retrained model; null when no method left one. */
  truth: { statistic: number; p: number; method: string; published: boolean } | null;
}
export interface BenchResult {
  parameters: number;
  records: { train: number; holdout: number };
  training: { steps: number; seconds: number; exact_memorization: number };
  stages: Stage[];
}

const number = (value: number | null) => (value === null ? '–' : value.toFixed(3));
const METRICS = ['probability', 'exact-memorization', 'extraction-strength', 'rouge-l-recall'];
const ATTACKS = ['loss', 'min-k', 'min-k-plus-plus'];

/** Rows: set and metric, before, after, and for the model retrained without the forgotten. */
function stageRows({ report, retrained }: Stage): string[][] {
  const of = (from: VerificationReport, metric: string, set: string) =>
    from.findings.find((finding) => finding.metric === metric && finding.set === set);
  const row = (set: string, metric: string) => {
    const [ours, exact] = [of(report, metric, set), of(retrained, metric, set)];
    return [set, metric, number(ours?.before ?? null), number(ours?.after ?? null), number(exact?.after ?? null)];
  };
  return [
    ['set', 'metric', 'before', 'after', 'retrained'],
    ...['forget', 'retain', 'holdout'].flatMap((set) => METRICS.map((metric) => row(set, metric))),
    ...ATTACKS.map((attack) => row('forget', attack)),
  ];
}

/** Seconds of the attempts' phases together, verification left out: what unlearning itself took. */
function unlearningSeconds(run: Run): number {
  const seconds = run.attempts.flatMap((attempt) => Object.entries(attempt.seconds));
  return seconds.filter(([phase]) => phase !== 'verifying').reduce((sum, [, value]) => sum + value, 0);
}

function truthText(truth: Stage['truth']): string {
  if (truth === null) return 'truth ratios: no method left a candidate, so nothing is compared';
  const { statistic, p, method, published } = truth;
  const which = published ? 'the published checkpoint' : 'the last candidate (not published)';
  return `truth ratios of ${which}, by ${method}, against the retrained model: KS ${statistic.toFixed(3)}, p ${p.toPrecision(3)}`;
}

/** What each method of a run came to, and how long its phases took. */
export const attemptFacts = (run: Run): string[] =>
  run.attempts.map(({ method, seconds, verdict }) => {
    const times = Object.entries(seconds).map(([phase, value]) => `${phase} ${value.toFixed(1)} s`);
    return `method ${method.name}: ${verdict ?? 'no verdict'}; ${times.join(', ')}`;
  });

function stageFacts(stage: Stage): string[] {
  const memory = Math.max(...stage.run.attempts.map((attempt) => attempt.peak_memory_bytes ?? 0));
  const spent = unlearningSeconds(stage.run);
  return [
    `request ${stage.state}; verdict ${stage.report.verdict}: ${stage.report.reason}`,
    ...attemptFacts(stage.run),
    `peak memory of the compute processes: ${(memory / 1e6).toFixed(0)} MB`,
    `unlearning ${spent.toFixed(1)} s, retraining ${stage.retrainSeconds.toFixed(1)} s: ratio ${(spent / stage.retrainSeconds).toFixed(3)}`,
    `retrained model under the same verification: ${stage.retrained.verdict}: ${stage.retrained.reason}`,
    truthText(stage.truth),
  ];
}

export const markdown = ([heading, ...rows]: string[][]) =>
  [heading!, heading!.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');

/** What the numbers of attacks mean. */
export const ATTACKS_NOTE =
  'For the attacks (loss, min-k, min-k-plus-plus) the number is the AUC by author: 1 looks like training data, 0.5 like somebody never seen, 0 like something pushed away.';

/** Facts and table of a stage, with more facts after its own. */
export const stageSection = (stage: Stage, more: readonly string[] = []): string =>
  [
    `## ${stage.name}`,
    [...stageFacts(stage), ...more].map((fact) => `- ${fact}`).join('\n'),
    markdown(stageRows(stage)),
  ].join('\n\n');

export function benchmarksPage(result: BenchResult, date: string): string {
  const { training, records } = result;
  return `${[
    '# Benchmarks',
    'Written by `npm run bench:tofu`; do not edit. Times are of one run on a shared machine: read the ratios.',
    `TOFU questions (arXiv 2401.06121) over HTTP, ${date}, ${cpus().length} cores. A GPT-2 of ${(result.parameters / 1e6).toFixed(2)}M weights memorised ${records.train} questions in ${training.steps} steps and ${training.seconds.toFixed(0)} s (${(100 * training.exact_memorization).toFixed(1)} % of the answer tokens exactly); ${records.holdout} questions about other authors are the holdout, half of it for calibration.`,
    ATTACKS_NOTE,
    ...result.stages.map((stage) => stageSection(stage)),
  ].join('\n\n')}\n`;
}

export const stageText = (stage: Stage): string =>
  `\n${stage.name}\n${stageFacts(stage)
    .map((fact) => `  ${fact}\n`)
    .join('')}\n${table(stageRows(stage), ['left', 'left', 'right', 'right', 'right'])}`;
