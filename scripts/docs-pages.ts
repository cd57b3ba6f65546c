// The generated pages, from the same schemas and tables that the service runs on.
import type { TProperties } from 'typebox';
import { Environment } from '../src/environment.ts';
import { PROBLEMS } from '../src/errors.ts';
import { METRICS } from '../src/metrics/index.ts';
import { tasksOf } from '../src/metrics/sets.ts';
import { robustnessAttacks } from '../src/training/robustness/registry.ts';

interface Field {
  type?: string;
  const?: unknown;
  enum?: unknown[];
  anyOf?: Field[];
  default?: unknown;
  description?: string;
  minimum?: number;
  maximum?: number;
  exclusiveMinimum?: number;
  exclusiveMaximum?: number;
  items?: Field;
  maxItems?: number;
}

const cell = (value: string) => value.replaceAll('|', '\\|').replaceAll('\n', ' ');

export function table(head: string[], rows: string[][]): string {
  const line = (cells: string[]) => `| ${cells.map(cell).join(' | ')} |`;
  return [line(head), `|${head.map(() => '---|').join('')}`, ...rows.map(line)].join('\n');
}

function typeOf(field: Field): string {
  if (field.anyOf) return field.anyOf.map(typeOf).join(', ');
  if (field.enum) return field.enum.map((value) => `\`${String(value)}\``).join(', ');
  if (field.items) return `list of ${typeOf(field.items)}`;
  return field.const !== undefined ? `\`${String(field.const)}\`` : (field.type ?? 'any');
}

function boundsOf(field: Field): string {
  const low = field.minimum ?? field.exclusiveMinimum;
  const high = field.maximum ?? field.exclusiveMaximum;
  const parts = [
    low === undefined ? '' : `${field.minimum === undefined ? '>' : '≥'} ${low}`,
    high === undefined ? '' : `${field.maximum === undefined ? '<' : '≤'} ${high}`,
  ];
  if (field.maxItems !== undefined) parts.push(`≤ ${field.maxItems} entries`);
  return parts.filter((part) => part !== '').join(', ');
}

/** Rows of a table of FIELDS. */
export const rowsOf = (properties: TProperties) =>
  Object.entries(properties as Record<string, Field>).map(([name, field]) => [
    `\`${name}\``,
    typeOf(field),
    boundsOf(field),
    field.default === undefined ? '' : `\`${JSON.stringify(field.default)}\``,
    field.description ?? '',
  ]);

export const FIELDS = ['name', 'type', 'bounds', 'default', 'what'];
export const page = (title: string, ...parts: string[]) =>
  `# ${title}\n\n<!-- Written by npm run docs; do not edit. -->\n\n${parts.join('\n\n')}\n`;
export const paperOf = (paper: { title: string; arxiv: string } | null) =>
  paper ? `[${paper.title}](https://arxiv.org/abs/${paper.arxiv})` : '';

export function configurationPage(): string {
  return page(
    'Configuration',
    'Environment variables; an empty one counts as unset. They are read once, at start, and a wrong one stops the start.',
    table(FIELDS, rowsOf(Environment.properties)),
  );
}

export function errorsPage(): string {
  return page(
    'Errors',
    'Every failure is a problem document (RFC 9457) with one of these codes.',
    table(
      ['code', 'status', 'title', 'what to do'],
      Object.entries(PROBLEMS).map(([code, [status, title, remedy]]) => [`\`${code}\``, String(status), title, remedy]),
    ),
  );
}

/** What a policy has to ask for. */
const ASKED_BY: Record<string, string> = {
  gradNorm: '`gradient_records`',
  referenceNlls: '`references.retrained`',
  shadows: '`references.shadow`',
};

/** `more`: sections that follow. */
export function metricsPage(more: string[] = []): string {
  return page(
    'Metrics and attacks',
    'What verification measures; [verification.md](verification.md) tells how a verdict follows from it. Cost: forward passes over a record, times the checkpoints; metrics of the same pass share it.',
    table(
      ['name', 'kind', 'of models', 'what', 'asked for by', 'pass', 'cost', 'of', 'paper'],
      METRICS.map((metric) => [
        `\`${metric.name}\``,
        metric.kind,
        tasksOf(metric).join(', '),
        metric.summary,
        ('needs' in metric && ASKED_BY[metric.needs ?? '']) || 'every policy',
        metric.cost.pass,
        `${metric.cost.forward_passes} x ${metric.cost.checkpoints}`,
        metric.cost.of,
        paperOf(metric.paper),
      ]),
    ),
    '## Attacks on the weights',
    'The candidate is changed, and asked again; `robustness` of a policy names those that are tried.',
    table(
      ['name', 'what', 'paper'],
      Object.values(robustnessAttacks).map(({ name, summary, paper }) => [`\`${name}\``, summary, paperOf(paper)]),
    ),
    ...more,
  );
}
