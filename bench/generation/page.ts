// docs/generation-benchmarks.md: written by the benchmark, never by hand.
import { cpus } from 'node:os';

export interface Comparison {
  model: string;
  threads: number;
  work: 'generate' | 'score';
  /** Generated or scored tokens of one turn. */
  tokens: number;
  /** Medians, seconds; PyTorch’s are null where there is none. */
  ours: { seconds: number; cpu_seconds: number; first_seconds: number };
  torch: { seconds: number; cpu_seconds: number } | null;
  /** Share of generated tokens, or of answers’ log-probabilities to 0.001 a token, that both agree on. */
  agreement: number | null;
}
export interface GenerationResult {
  date: string;
  torch: string | null;
  rounds: number;
  comparisons: Comparison[];
}

const number = (value: number) => value.toPrecision(3);
const ratio = (a: number, b: number | undefined) => (b === undefined ? '–' : number(a / b));

export const HEADINGS = [
  ...['model', 'threads', 'work', 'tokens', 'ours s', 'first turn s', 'PyTorch s'],
  ...['ratio', 'ratio of CPU time', 'agreement'],
];
export const rowOf = ({ model, threads, work, tokens, ours, torch, agreement }: Comparison): string[] => [
  ...[model, String(threads), work, String(tokens), number(ours.seconds), number(ours.first_seconds)],
  ...[torch === null ? '–' : number(torch.seconds), ratio(ours.seconds, torch?.seconds)],
  ...[ratio(ours.cpu_seconds, torch?.cpu_seconds), agreement === null ? '–' : `${(100 * agreement).toFixed(1)} %`],
];

export function generationPage({ date, torch, rounds, comparisons }: GenerationResult): string {
  const rows = [HEADINGS, HEADINGS.map(() => '---'), ...comparisons.map(rowOf)];
  return `${[
    '# Generation and scoring',
    'Written by `npm run bench:generation`; do not edit. Times are of one run on a shared machine: read the ratios.',
    `${date}, ${cpus().length} cores. Medians of ${rounds} rounds in which ours and ${torch ?? 'PyTorch (absent here)'} take turns, on the same weights, prompts and threads. A turn of \`generate\` writes greedy answers to prompts of different lengths, each side with its own key-value cache; a turn of \`score\` computes log p, mean, variance and argmax hit of every token of given answers. PyTorch runs eagerly, with fused attention and a cache that is allocated once. The first turn of ours includes compiling its graphs. Weights are random, so near ties between tokens are common: answers part where rounding decides one.`,
    rows.map((cells) => `| ${cells.join(' | ')} |`).join('\n'),
  ].join('\n\n')}\n`;
}
