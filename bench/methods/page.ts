// docs/methods-benchmarks.md, and the cells that pages of methods show: written by the benchmark, never by hand.
import { cpus } from 'node:os';
import type { Interval } from '../../src/domain/verification.ts';
import { fillParams } from '../../src/methods/index.ts';
import { GOAL_HEADINGS, goalCells } from '../shared/goal.ts';
import { goalChecks } from './goal.ts';
import type { Numbers, Speech } from './row.ts';
import type { MethodRow, Rows, SettingRow, Work } from './rows.ts';

export const HEADINGS = [
  ...['model', 'forget recall', 'retain recall', 'cost (strangers)', 'AUC loss', 'KS', 'extraction'],
  ...['relearned', 'words, repeated, perplexity', 'steps', 'ended', 'verdict', 'time', 'memory'],
];
/** Cells of a model without steps and efforts of its own. */
const NO_WORK = ['', '', '', '', ''];

const fixed = (value: number | null, digits = 2) =>
  value !== null && Number.isFinite(value) ? value.toFixed(digits) : '–';
const shown = (p: number) => (p < 0.001 ? '< 0.001' : p.toFixed(p < 0.1 ? 3 : 2));
const interval = (one: Interval | null) => (one === null ? '' : ` [${fixed(one.low)}, ${fixed(one.high)}]`);
const large = (value: number) => (value < 1000 ? fixed(value, 1) : value.toExponential(1));
const spoken = ({ words, repeated, perplexity }: Speech) =>
  `${fixed(words, 1)}, ${fixed(repeated)}, ${perplexity === null ? '–' : large(perplexity)}`;

function numberCells({ auc, ks, relearned, ...numbers }: Numbers): string[] {
  return [
    fixed(numbers.forget_recall),
    fixed(numbers.retain_recall),
    `${fixed(numbers.forget_nll)} (${fixed(numbers.stranger_nll)})`,
    auc.loss === undefined ? '–' : `${fixed(auc.loss.value)}${interval(auc.loss.interval)}`,
    `${fixed(ks.statistic)}, p ${shown(ks.p)}`,
    fixed(numbers.extraction_strength),
    relearned.map(({ recall }) => fixed(recall)).join(', '),
    spoken(numbers.speech.forgotten),
  ];
}

const ENDED = { true: 'stop rule', false: 'step bound', null: '–' };
const workCells = (work: Work, verdict: string): string[] => [
  ...[String(work.steps), ENDED[`${work.reached}`], verdict],
  ...[fixed(work.time_of_retraining), fixed(work.memory_of_retraining)],
];

/** Cells of a method under one setting. */
export function cellsOf({ method, refused, work, numbers }: MethodRow): string[] {
  if (work === null || numbers === null) return [method, `refused, ${refused?.code}: ${refused?.message}`];
  return [method, ...numberCells(numbers), ...workCells(work, numbers.verdict)];
}

/** Rows of the trained model, of its answers about strangers, and of the models trained without the forgotten. */
export function heldCells({ parent, retrained }: SettingRow): string[][] {
  const row = (name: string, numbers: Numbers) => [name, ...numberCells(numbers), ...NO_WORK.with(2, numbers.verdict)];
  const blank = new Array<string>(7).fill('');
  return [
    row('(trained)', parent),
    ['(trained, of strangers)', ...blank, spoken(parent.speech.strangers), ...NO_WORK],
    ...retrained.map((numbers, i) => row(`(retrained ${i + 1})`, numbers)),
  ];
}

/** One row of the rows of several seeds, a line a seed in each cell. */
function together(rows: string[][]): string[] {
  const width = Math.max(...rows.map((cells) => cells.length));
  const column = (i: number) => (i === 0 ? rows[0]![0]! : rows.map((cells) => cells[i] ?? '').join('<br>'));
  return Array.from({ length: width }, (_, i) => column(i));
}

const escaped = (text: string) => text.replaceAll('|', '\\|').replaceAll('\n', ' ');
const markdown = (rows: string[][]): string =>
  rows.map((cells) => `| ${HEADINGS.map((_, i) => escaped(cells[i] ?? '')).join(' | ')} |`).join('\n');

/** A method’s rows of all settings of some data, as one row of a table. */
export const methodCells = (rows: MethodRow[]): string[] => together(rows.map(cellsOf));

const TITLES: Readonly<Record<string, string>> = { synthetic: 'Invented people', tofu: 'TOFU authors' };
/** How the people of some data are made, where that decides what numbers mean. */
const MADE: Readonly<Record<string, string>> = {
  synthetic:
    'Each attribute has 30 values; three of the ninety people who are kept hold each of them. The forgotten and the people never seen draw theirs, each independent of all others, so that a model trained without the forgotten has no reason to find them other than strangers. (Rows of before 26 November 2026 were of people whose values were dealt like cards: without the forgotten the rest held fewer of their values, and retrained models had AUCs of 0.13 to 0.39.)',
  tofu: 'Strangers are so many here that forgetting looks at a sample of their records. (In rows of before 28 November 2026 that was every n-th record, by which strangers seemed to spread further than they do: who ended among them ended further from their middle.)',
};
export const titleOf = (data: string): string => TITLES[data] ?? data;

function about({ people, records, training, seed, retraining, measured }: SettingRow): string {
  const share =
    training.exact_memorization === null ? '' : `, ${fixed(100 * training.exact_memorization, 1)} % memorised`;
  const { cpu_seconds, seconds, peak_memory_bytes } = retraining;
  const took = `${fixed(cpu_seconds, 0)} s of CPU time (${fixed(seconds, 0)} s by the clock of a shared machine), ${fixed(peak_memory_bytes / 1e6, 0)} MB`;
  return `- Seed ${seed}: ${people.forgotten} of ${people.trained} people are forgotten (${records.forgotten} records), judged against ${people.strangers} never seen (${records.strangers} records). Trained in ${training.steps} steps${share}. Retraining: ${took}. Measured ${measured ?? 'before 28 November 2026'}.`;
}

function dataSection(data: string, rows: Rows): string {
  const settings = rows.settings.filter((setting) => setting.data === data);
  const held = settings.map(heldCells);
  const methods = Map.groupBy(
    rows.methods.filter((row) => row.data === data),
    ({ method }) => method,
  );
  const lines = [
    HEADINGS,
    HEADINGS.map(() => '---'),
    ...held[0]!.map((_, i) => together(held.map((cells) => cells[i]!))),
    ...[...methods.values()].map(methodCells),
  ];
  const made = MADE[data] === undefined ? [] : [MADE[data]];
  return [`## ${titleOf(data)}`, ...made, settings.map(about).join('\n'), markdown(lines)].join('\n\n');
}

function goalSection(rows: Rows, method: string): string {
  const lines = rows.settings.flatMap((setting) => {
    const row = rows.methods.find(
      (one) => one.method === method && one.data === setting.data && one.seed === setting.seed,
    );
    if (row === undefined) return [];
    return goalChecks(row, setting).map((goal) => [
      ...[`${titleOf(setting.data)}, seed ${setting.seed}`, ...goalCells(goal)],
    ]);
  });
  const table = [['setting', ...GOAL_HEADINGS], ['---', '---', '---', '---'], ...lines];
  const text = table.map((cells) => `| ${cells.map(escaped).join(' | ')} |`).join('\n');
  const what = `What the default plan tries first, \`${method}\`, held against what is asked of it. The plan goes on with retraining where verification does not pass it.`;
  return [`## The goal`, what, text, WHY].join('\n\n');
}

const WHY = `Where it is missed:

- **the AUC**: the method ends where the forgotten cost what people never seen cost, which is an AUC of 0.5. Retrained models may find these very people harder or easier than strangers; nothing but retraining tells which, and few people have a wide interval.
- **the time**: a step of forgetting goes over forgotten and retained records and costs what a step of training costs, or more. With the looks of the stop rule and the repair after it the share of the steps is the least that the time can be.`;

const READING = `- **Recall** is ROUGE-L recall of greedy answers, a mean over people; **extraction** is extraction strength. **Cost** is what a token of the true answers costs, in nats, of the forgotten and (of people never seen).
- **AUC**: the loss attack by person, with its 95 % interval; 1 looks like training data, 0.5 like somebody never seen, 0 like something pushed away.
- **KS**: people’s costs against those under each of three models trained without them, from other weights and in another order: mean statistic, median p. A retrained model is held against the other two.
- **Relearned**: recall of the forgotten people’s other records after 5 and after 20 steps on a part of them (two attributes of five; half of the questions).
- **Words, repeated, perplexity** of greedy answers about the forgotten: mean length, share of pairs of neighbouring words that stood in the answer before, perplexity under the trained model. What it says of people never seen is the row \`(trained, of strangers)\`.
- **Verdict** is that of the service’s own rules of memory, membership, utility and refusals; its rules of how answers are written (length, repetition, perplexity) are left out, and the column before has what they look at. Retrained models are judged as exact ones.
- **Steps** are those of the loop; of a method that edits weights once, those of its repair. **Time** (of CPU) and **memory** (peak) are shares of \`retrain\`’s, whole processes from start to saved checkpoint. CPU time of the same work differs by up to a third from one hour to another where other work shares the cores.
- Where there are several lines in a cell, they are of seeds 1, 2, ...: other people, other weights. A method with one line was run on seed 1 alone.
- \`sisa\` and \`certified-removal\` need a model that was trained for them: what they do is measured in [shards](sisa-benchmarks.md) and told of in [certified removal](certified-removal.md).`;

/** Parameters of a row that are no longer the defaults, as `name value`. A default of 0 is chosen by model and records, so that a number says nothing. */
function outdated({ method, params }: MethodRow): string[] {
  const defaults = fillParams(method);
  return Object.keys(params)
    .filter((name) => defaults[name] !== 0 && JSON.stringify(params[name]) !== JSON.stringify(defaults[name]))
    .map((name) => `${name} ${JSON.stringify(params[name])}`);
}

/** Nothing where all rows are of the defaults of today. */
function outdatedRows({ methods }: Rows): string[] {
  const rows = methods.flatMap((row) => {
    const other = outdated(row);
    return other.length > 0 ? [`\`${row.method}\` of ${row.data}, seed ${row.seed} (${other.join(', ')})`] : [];
  });
  return rows.length > 0 ? [`Measured when defaults were others: ${rows.join('; ')}.`] : [];
}

/** Nothing where all rows began with the weights that their setting tells of. */
function elsewhere({ settings, methods }: Rows): string[] {
  const settingOf = ({ data, seed }: { data: string; seed: number }) => `${data}, seed ${seed}`;
  const trained = new Map(settings.map((one) => [settingOf(one), one.trained]));
  const rows = methods.filter((row) => row.numbers !== null);
  const others = Map.groupBy(
    rows.filter((row) => row.trained !== trained.get(settingOf(row))),
    settingOf,
  );
  if (others.size === 0) return [];
  const named = [...others].map(
    ([setting, own]) => `${setting}: ${own.map(({ method }) => `\`${method}\``).join(', ')}`,
  );
  return [
    `Measured earlier, against another training by the same seed (another processor rounds otherwise), and with the stop rule of then: ${named.join('; ')}.`,
  ];
}

/** `method`: what the default plan tries first. */
export function methodsBenchmarksPage(rows: Rows, method: string, date: string): string {
  const data = [...new Set(rows.settings.map((setting) => setting.data))];
  return `${[
    '# Benchmarks of the methods',
    'Written by `npm run bench:methods -- --page`; do not edit. Rows are also on the pages of the [methods](methods.md).',
    `Last written ${date}, on ${cpus().length} shared cores. Every method runs with its default parameters.`,
    ...outdatedRows(rows),
    ...elsewhere(rows),
    READING,
    ...data.map((name) => dataSection(name, rows)),
    goalSection(rows, method),
  ].join('\n\n')}\n`;
}
