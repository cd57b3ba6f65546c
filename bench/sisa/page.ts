// docs/sisa-benchmarks.md: written by the benchmark, never by hand.
import { cpus } from 'node:os';

export interface SisaRow {
  kind: string;
  shards: number;
  slices: number;
  seconds: number;
  /** Share of labels that it gives itself, of what it was trained on and of others. */
  known: number;
  others: number;
  /** Means over the removals of one person each. */
  removal_seconds: number;
  removal_steps: number;
  /** Of the steps, by the closed form. */
  expected_share: number;
  steps: number;
  bytes: number;
}
export interface SisaResult {
  date: string;
  removals: number;
  rows: SisaRow[];
}

const percent = (share: number) => `${(100 * share).toFixed(1)} %`;

export const HEADINGS = [
  ...['model', 'shards', 'slices', 'training s', 'knows of its records', 'of others', 'removal s'],
  ...['steps again', 'expected', 'MB on disk'],
];
export const cellsOf = (row: SisaRow): string[] => [
  ...[row.kind, row.shards === 1 ? 'one piece' : String(row.shards), row.shards === 1 ? '–' : String(row.slices)],
  ...[row.seconds.toFixed(1), percent(row.known), percent(row.others), row.removal_seconds.toFixed(2)],
  ...[percent(row.removal_steps / row.steps), percent(row.expected_share), (row.bytes / 1e6).toFixed(2)],
];

export function sisaBenchmarksPage({ date, removals, rows }: SisaResult): string {
  const lines = [HEADINGS, HEADINGS.map(() => '---'), ...rows.map(cellsOf)];
  return `${[
    '# Training in shards, measured',
    'Written by `npm run bench:sisa`; do not edit. Times are of one run on a shared machine: read the ratios.',
    `${date}, ${cpus().length} cores. 60 invented people with 6 records each (classifier), 30 with 25 each (language model); as many steps in all whatever the shards. "Knows": the share of labels, classes or tokens of answers, that the published model gives itself. Others are people never seen (classifier), or those whom the base was trained on (language model). Removals: ${removals} people, each from the model as it was trained, by \`sisa\`; where it was trained in one piece, one by \`retrain\`; "expected" is the share of steps by the closed form of [sisa.md](sisa.md), which do not grow fewer with the records.`,
    lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n'),
  ].join('\n\n')}\n`;
}
