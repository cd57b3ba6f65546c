// The pages of the methods: what the registry says of each, and its row of the benchmark.
import { readFileSync } from 'node:fs';
import { HEADINGS, methodCells, titleOf } from '../bench/methods/page.ts';
import type { MethodRow, Rows } from '../bench/methods/rows.ts';
import type { Method, Need } from '../src/domain/method.ts';
import { defaultParams, methods } from '../src/methods/index.ts';
import { FIELDS, page, paperOf, rowsOf, table } from './docs-pages.ts';

/** By need; one that is missing here fails the page. */
const NEEDS: Readonly<Record<string, string>> = {
  retain: 'records to keep',
  'reference-logits': 'the parent’s distribution over the retain half of a batch',
  'forget-reference-logits': 'the parent’s distribution over the forget half of a batch',
  'reference-log-probability': 'the parent’s log-probability of each forget answer',
  refusals: 'refusals, which the service has in its own wording',
  alternatives: 'other answers, which the parent itself gives',
  'other-labels': 'other labels: another class, or the answer of a retain record that asks nearly the same',
  'forget-teacher-logits': 'the distribution of an untaught model over the forget half of a batch',
  'stand-in-logits': 'the parent’s distribution over forget answers where it is asked about a stranger',
  'hidden-states': 'hidden states of one layer',
  'reference-states': 'the parent’s hidden states over the retain half of a batch',
  'state-length': 'the mean length of the parent’s hidden states over the forget set',
  'saliency-mask': 'a mask of the weights that the forget loss is steepest by',
  'retain-loss': 'the parent’s loss on the retain set',
  recipe: 'the recipe that the model was trained by, and its base where it has one',
  updates: 'the log of the training’s updates, which `expunge train --log-updates` writes',
  slices: 'a model that was trained in shards and slices',
};

const FAMILIES = ['example-based', 'gradient-based', 'optimization-based'] as const;

const NOTATION = `In formulas, \`NLL\` is the mean cost of an answer token (nats), \`p_t\` the model’s probability of answer token t, \`z_t\` its logits there, \`sg\` a
constant to the gradient, and \`R\` the retain term: \`NLL(retain)\`, or \`KL(parent || model)\` on the retain half with \`retain_loss\` \`kl\`. Costs count passes over one
half of a batch: \`F\` forward, \`B\` backward (about twice \`F\`). Step-by-step methods stop where the forgotten look like people never seen and repair the rest
([verification.md](verification.md) tells how that is judged); with \`hinge\` a token is not pushed beyond that.
[Other ends](plans.md#when-forgetting-ends) are bounds of steps and time and a floor of what is retained.`;

const benchmarkRows = (): MethodRow[] => {
  const file = new URL('../bench/methods/rows.json', import.meta.url);
  return (JSON.parse(readFileSync(file, 'utf8')) as Rows).methods;
};

function measured(method: string, rows: MethodRow[]): string {
  const own = Map.groupBy(
    rows.filter((row) => row.method === method),
    ({ data }) => data,
  );
  if (own.size === 0) return 'Not measured yet: `npm run bench:methods -- --page`.';
  const cells = [...own].map(([data, found]) => [titleOf(data), ...methodCells(found).slice(1)]);
  const heading = ['data', ...HEADINGS.slice(1)];
  return table(
    heading,
    cells.map((row) => heading.map((_, i) => row[i] ?? '')),
  );
}

function inWords(need: Need): string {
  const words = NEEDS[need];
  if (words === undefined) throw new Error(`scripts/docs-methods.ts has no words for the need ${need}`);
  return words;
}

function needsOf(method: Method): string {
  const needs = method.needs(defaultParams(method.name) as never);
  return needs.length === 0 ? 'nothing but the forget set' : needs.map(inWords).join('; ');
}

function methodPage(method: Method, rows: MethodRow[]): string {
  const { formula, cost, when, paper, guarantee, family, params } = method;
  return page(
    method.name,
    method.summary,
    `\`\`\`text\n${formula}\n\`\`\``,
    [
      `- Family: ${family}. Highest guarantee: ${guarantee}.`,
      ...(paper === null ? [] : [`- Paper: ${paperOf(paper)}.`]),
      `- Needs, with default parameters: ${needsOf(method)}.`,
      `- Cost: ${cost}.`,
    ].join('\n'),
    '## When to use it',
    when,
    '## Parameters',
    Object.keys(params.properties).length === 0 ? 'None.' : table(FIELDS, rowsOf(params.properties)),
    '## Measured',
    `What the columns mean, and the rows of all others: [benchmarks of the methods](../methods-benchmarks.md).`,
    measured(method.name, rows),
  );
}

/** The index, and a page a method, by path below docs/. */
export function methodPages(): Record<string, () => string> {
  const all = Object.values(methods);
  const rows = benchmarkRows();
  const listed = (family: string) =>
    table(
      ['method', 'what', 'guarantee', 'paper'],
      all
        .filter((method) => method.family === family)
        .map(({ name, summary, guarantee, paper }) => [
          `[\`${name}\`](methods/${name}.md)`,
          summary,
          guarantee,
          paperOf(paper),
        ]),
    );
  const index = () =>
    page(
      'Methods',
      'How a model can be made to forget. `GET /v1/methods` answers the same, as JSON; all of them compared: [methods-benchmarks.md](methods-benchmarks.md).',
      NOTATION,
      ...FAMILIES.flatMap((family) => [`## ${family}`, listed(family)]),
    );
  return {
    'methods.md': index,
    ...Object.fromEntries(all.map((method) => [`methods/${method.name}.md`, () => methodPage(method, rows)])),
  };
}
