// docs/sequence-benchmarks.md: written by the benchmark, never by hand.
import { cpus } from 'node:os';
import { GOAL_HEADINGS, goalCells } from '../shared/goal.ts';
import { goalsOf } from './goal.ts';
import type { Step, Walked } from './walk.ts';

export interface SequenceResult {
  data: string;
  seed: number;
  walked: Walked[];
}

export const HEADINGS = [
  ...['requests', 'utility', 'recall (never seen)', 'attacks', 'above', 'came back on the way'],
  ...['by the first method', 'trained again', 'undone', 'consolidations', 'CPU s a request'],
];

const NAMES: Readonly<Record<string, string>> = {
  'one-by-one': 'one by one',
  'not-held': 'one by one, earlier people not held',
  fives: 'in batches of 5',
  'at-once': 'in one batch of 20',
};
const fixed = (value: number | null | undefined, digits = 3) =>
  value === null || value === undefined || !Number.isFinite(value) ? '–' : value.toFixed(digits);

type Report = Walked['end'];
const finding = ({ findings }: Pick<Report, 'findings'>, metric: string, set: string) =>
  findings.find((one) => one.metric === metric && one.set === set);

/** Recall on the retain set at the end, as a share of that at the start; of the same records. */
export function utilityShare({ end }: Pick<Walked, 'end'>): number {
  const recall = finding(end, 'rouge-l-recall', 'retain');
  return recall?.before && recall.after !== null ? recall.after / recall.before : Number.NaN;
}

/** CPU seconds of all processes, a request. */
export function costOf({ steps, consolidations }: Pick<Walked, 'steps' | 'consolidations'>): number {
  const requests = steps.reduce((sum, { people }) => sum + people.length, 0);
  return [...steps, ...consolidations].reduce((sum, { cpu_seconds }) => sum + cpu_seconds, 0) / requests;
}

const attacks = (end: Report): string => {
  const told = end.findings.filter(
    ({ metric, set, p_value }) => set === 'forget' && p_value !== null && !metric.startsWith('answer-'),
  );
  const aucs = told.map(({ metric, after }) => `${metric} ${fixed(after, 2)}`);
  return `${aucs.join(', ')}; p ${fixed(told[0]?.p_value, 2)}`;
};

/** Tries whose people forgotten before were found to have come back. */
const cameBack = (steps: readonly Step[]): number =>
  steps.reduce(
    (sum, { tried }) => sum + tried.filter(({ reason }) => reason.includes('forgotten before failed')).length,
    0,
  );

export function rowOf(walked: Walked): string[] {
  const { variant, steps, consolidations, end, again } = walked;
  const first = steps.filter(({ method, tried }) => method !== null && tried.length === 1).length;
  const undone = steps.filter(({ method }) => method === null).length;
  return [
    NAMES[variant.name] ?? variant.name,
    fixed(utilityShare(walked)),
    `${fixed(finding(end, 'rouge-l-recall', 'forget')?.after)} (${fixed(finding(end, 'rouge-l-recall', 'holdout')?.after)})`,
    attacks(end),
    `${again.people_above} of ${again.people}, ${again.verdict ?? '–'}`,
    String(cameBack(steps)),
    `${first} of ${steps.length}`,
    String(steps.length - first - undone),
    String(undone),
    String(consolidations.length),
    fixed(costOf(walked), 1),
  ];
}

const escaped = (text: string) => text.replaceAll('|', '\\|').replaceAll('\n', ' ');
const markdown = (rows: string[][]): string => {
  const [head, ...rest] = rows.map((cells) => `| ${cells.map(escaped).join(' | ')} |`);
  return [head, `|${rows[0]!.map(() => '---').join('|')}|`, ...rest].join('\n');
};

const TITLES: Readonly<Record<string, string>> = { synthetic: 'Invented people', tofu: 'TOFU authors' };

/** Step by step, of the sequences of single requests: utility and who of the earlier came back. */
function stepsTable({ walked }: SequenceResult): string {
  const rows = walked.flatMap(({ variant, steps }) =>
    steps.map(({ method, tried, retain_recall, earlier, cpu_seconds, people }) => [
      NAMES[variant.name] ?? variant.name,
      people.length === 1 ? String(people[0]! + 1) : `${people[0]! + 1} to ${people.at(-1)! + 1}`,
      tried.map((one) => `${one.method}: ${one.verdict}`).join(', '),
      method ?? 'none',
      fixed(retain_recall),
      earlier === null ? '–' : `${earlier.people_above} of ${earlier.people}, ${earlier.verdict ?? '–'}`,
      fixed(cpu_seconds, 1),
    ]),
  );
  return markdown([
    ['requests', 'which', 'tried', 'published', 'retain recall', 'earlier people above', 'CPU s'],
    ...rows,
  ]);
}

function section(result: SequenceResult): string {
  const goals = goalsOf(result).map(goalCells);
  return [
    `## ${TITLES[result.data] ?? result.data}, seed ${result.seed}`,
    markdown([HEADINGS, ...result.walked.map(rowOf)]),
    ...(goals.length > 0 ? [markdown([GOAL_HEADINGS, ...goals])] : []),
    `<details><summary>Every run</summary>\n\n${stepsTable(result)}\n\n</details>`,
  ].join('\n\n');
}

const READING = `- Twenty people of one model are forgotten, in the order of their numbers. Each batch is what a run is: the first method of the plan, verified by the service’s own stages under the policy \`standard\` (without attacks on the weights, which judge nothing), and \`retrain\` where it does not pass. What passes is the next batch’s parent. Of everybody forgotten 20 records are kept, sealed; every verification looks at them again, and while the next are forgotten they are held (all but in one row).
- **Utility**: recall of greedy answers on the retain set at the end, as a share of that at the start. **Recall**: of all twenty at the end, and of people never seen. **Attacks**: AUC of all twenty against people never seen, 0.5 is like them, and the p that decides. **Above**: people above the limit of people never seen at the end, and the verdict, as a later run would find them.
- **Came back on the way**: verifications that failed because people forgotten before were known again. **By the first method**, **trained again**, **undone**: runs by what was published of them. **Consolidations**: trainings without everybody erased because the budget of forgetting was spent.
- **CPU s a request**: of all threads, unlearning and verification, every try and consolidation counted, whole processes; CPU time of the same work differs by up to a third where other work shares the cores.
- A row that is missing has not been run: \`--only\` names variants, and what is done is kept in the work folder.`;

export function sequenceBenchmarksPage(results: readonly SequenceResult[], date: string): string {
  return `${[
    '# Benchmarks of sequences',
    'Written by `npm run bench:sequence -- --page`; do not edit. What the figures are for: [sequences](sequences.md).',
    `Last written ${date}, on ${cpus().length} shared cores.`,
    READING,
    ...results.map(section),
  ].join('\n\n')}\n`;
}
