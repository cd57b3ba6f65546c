// docs/smollm2.md: written by the benchmark, never by hand.
import { cpus } from 'node:os';
import type { Run } from '../../src/domain/resources.ts';
import { ATTACKS_NOTE, attemptFacts, markdown, type Stage, stageSection } from '../tofu/page.ts';
import type { Answer } from './answers.ts';
import { HALVES, type Half } from './halves.ts';

/** What a certificate says, or null where none was issued. */
export type Certified = { guarantee: string; verdict: string } | null;

export interface HalfResult {
  half: Half;
  /** Of the run, as YYYY-MM-DD. */
  date: string;
  /** Of the whole half: training, request, reference, measurements. */
  seconds: number;
  training: { steps: number; seconds: number; exact_memorization: number; peak_memory_bytes: number };
  stage: Stage;
  /** Steps of the last attempt, by phase. */
  steps: Record<string, number>;
  certificate: Certified;
  /** The same request again with `retrain`, where the first was not fulfilled. */
  exact: { state: string; run: Run; certificate: Certified } | null;
  answers: Answer[];
}
export interface SmolResult {
  parameters: number;
  records: { train: number; forgotten: number; holdout: number };
  halves: HalfResult[];
}

const certified = (certificate: Certified): string =>
  certificate === null
    ? 'no certificate was issued'
    : `certificate: verdict ${certificate.verdict}, guarantee ${certificate.guarantee}`;

function trainingFact({ half, training }: HalfResult): string {
  const { steps, seconds, exact_memorization, peak_memory_bytes } = training;
  const rank = half.options.trains?.lora_rank;
  const what = rank === undefined ? 'all weights' : `adapters of rank ${rank} on every projection`;
  return `fine-tuned ${what}, learning rate ${half.options.learning_rate}: ${steps} steps in ${seconds.toFixed(0)} s, ${(100 * exact_memorization).toFixed(1)} % of the answer tokens memorised, peak memory of the process ${(peak_memory_bytes / 1e6).toFixed(0)} MB`;
}

function exactFacts(exact: HalfResult['exact']): string[] {
  if (exact === null) return [];
  return [
    `asked again with \`retrain\`, which starts from the base in the store: request ${exact.state}; ${certified(exact.certificate)}`,
    ...attemptFacts(exact.run),
  ];
}

const cell = (text: string) => text.replaceAll('|', '\\|').replaceAll('\n', ' ');

function answersTable(answers: Answer[]): string {
  const names = Object.keys(answers[0]?.answers ?? {});
  const row = (answer: Answer): string[][] => [
    ...(answer.truth === null ? [] : [[answer.about, 'as learned', answer.truth]]),
    ...names.map((name) => [answer.about, name, answer.answers[name]!]),
  ];
  const questions = answers.map(({ about, question }) => `- ${about}: ${cell(question)}`).join('\n');
  const rows = answers.flatMap(row).map((cells) => cells.map(cell));
  return `Greedy answers:\n\n${questions}\n\n${markdown([['about', 'checkpoint', 'answer'], ...rows])}`;
}

function halfSection(result: HalfResult): string {
  const steps = Object.entries(result.steps).map(([phase, count]) => `${phase} ${count}`);
  const facts = [
    `run on ${result.date}, ${(result.seconds / 60).toFixed(0)} minutes in all`,
    trainingFact(result),
    `method ${result.half.method.name} with \`${JSON.stringify(result.half.method.params)}\``,
    `steps of the last attempt: ${steps.join(', ') || 'none'}`,
    certified(result.certificate),
    ...exactFacts(result.exact),
  ];
  return `${stageSection(result.stage, facts)}\n\n${answersTable(result.answers)}`;
}

/** Halves that never ran are named: nobody should take silence for a result. */
function leftOut({ halves }: SmolResult): string[] {
  const missing = HALVES.filter(({ name }) => !halves.some(({ half }) => half.name === name));
  return missing.map(
    ({ name, title }) => `**${title}: did not run.** \`npm run bench:smollm2 -- --only ${name}\` runs it.`,
  );
}

export function smolPage(result: SmolResult): string {
  const { records, parameters, halves } = result;
  return `${[
    '# A real pretrained model',
    'Written by `npm run bench:smollm2`; do not edit. Times are by the clock of one run on a shared machine, where other work comes and goes: even their ratios are rough.',
    `SmolLM2-135M-Instruct (${(parameters / 1e6).toFixed(1)}M weights in bfloat16, from \`npm run models:smollm2\`) on TOFU questions (arXiv 2401.06121) over HTTP, on ${cpus().length} cores. It learns ${records.train} questions about four authors as conversations, written by its own chat template, and forgets one author (${records.forgotten} questions); ${records.holdout} questions about eighty other authors are the holdout, half of it for calibration. The base is registered as a model without corpora, so that the recipe can be followed again.`,
    `${ATTACKS_NOTE} \`retrained\`: trained again from the same base without the author. Verdicts follow the preset \`standard\` without its attacks on the weights, which would train two more models in every verification.`,
    ...leftOut(result),
    ...halves.map(halfSection),
    '## Parameters',
    'The learning rates are those that the service chooses for a model of this size where none is named: 5e-5 where all weights train, 5e-4 with adapters, half of the rates that it was fine-tuned with. Let a step see all that is to be forgotten (`forget_batch`).',
  ].join('\n\n')}\n`;
}
