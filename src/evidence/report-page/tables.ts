// The tables of the page: what was found, what was tried, what it was held against.
import type { Attempt } from '../../domain/resources.ts';
import type { Finding, VerificationReport } from '../../domain/verification.ts';
import { type Html, html } from './html.ts';
import { duration, gigabytes, shown } from './numbers.ts';

const range = ({ interval }: Finding): string =>
  interval === null ? '' : `[${shown(interval.low)}, ${shown(interval.high)}]`;

/** What an attack finds while it suspects hardly anybody, where so many were never seen that this can be said. */
const found = ({ operating_points: points = [] }: Finding): string[] =>
  points
    .filter(({ after }) => after !== null)
    .map(({ fpr, after }) => `finds ${shown(after)} of the forgotten at ${shown(100 * fpr)} % false alarms`);

const notes = (one: Finding): string | null =>
  [one.note, ...found(one), one.detectable?.text].filter(Boolean).join('; ') || null;

const findingRow = (one: Finding): Html => html`<tr><th scope="row">${one.metric}</th>
<td class="number">${shown(one.before)}</td><td class="number">${shown(one.after)} ${range(one)}</td>
<td class="number">${shown(one.p_value)}</td><td>${one.threshold ?? 'only reported'}</td>
<td class="${one.verdict ?? 'none'}">${one.verdict ?? '–'}</td><td class="note">${notes(one)}</td></tr>`;

/** Findings of one set, in the order of the report. */
export const findingsTable = (
  findings: readonly Finding[],
): Html => html`<div class="wide"><table><thead><tr><th>measured</th><th>before</th>
<th>after [95 % interval]</th><th>p</th><th>rule</th><th>verdict</th><th>note</th></tr></thead>
<tbody>${findings.map(findingRow)}</tbody></table></div>`;

function attemptRow({ method, verdict, reason, seconds, steps, ended, peak_memory_bytes, seed }: Attempt): Html {
  const total = Object.values(seconds).reduce((sum, one) => sum + one, 0);
  const params = Object.entries(method.params).map(([name, value]) => `${name} ${JSON.stringify(value)}`);
  return html`<tr><th scope="row">${method.name}</th><td><code>${params.join(', ') || 'defaults'}</code></td>
<td class="number">${seed}</td><td class="number">${steps?.unlearning ?? '–'}</td><td>${ended?.replace('-', ' ') ?? '–'}</td>
<td class="number">${duration(total)}</td>
<td class="number">${peak_memory_bytes === null ? '–' : gigabytes(peak_memory_bytes)}</td>
<td class="${verdict ?? 'none'}">${verdict ?? 'not verified'}</td><td class="note">${reason}</td></tr>`;
}

export const attemptsTable = (
  attempts: readonly Attempt[],
): Html => html`<div class="wide"><table><thead><tr><th>method</th><th>parameters</th>
<th>seed</th><th>steps</th><th>ended at</th><th>time</th><th>peak memory</th><th>verdict</th><th>why</th></tr></thead>
<tbody>${attempts.map(attemptRow)}</tbody></table></div>`;

type Distances = NonNullable<VerificationReport['retraining']>['distances'];

/** How far the candidate is from a retrained model, by score. */
export const retrainingTable = (
  distances: Distances,
): Html => html`<div class="wide"><table><thead><tr><th>score</th><th>model</th><th>KS distance by person</th>
<th>p</th><th>seen from</th><th>Jensen-Shannon, bits: forgotten</th><th>never seen</th><th>gap: forgotten</th><th>never seen</th></tr></thead>
<tbody>${distances.map(
  (one) =>
    html`<tr><th scope="row">${one.score}</th><td class="number">${one.model ?? 1}</td>${[
      ...[one.ks_distance, one.ks_p, one.ks_detectable, one.jensen_shannon.forget, one.jensen_shannon.holdout],
      ...[one.mean_gap.forget, one.mean_gap.holdout],
    ].map((value) => html`<td class="number">${shown(value)}</td>`)}</tr>`,
)}</tbody></table></div>`;

type Pooled = NonNullable<NonNullable<VerificationReport['retraining']>['pooled']>;

/** The same of several retrained models together. */
export const pooledTable = (
  pooled: Pooled,
): Html => html`<div class="wide"><table><thead><tr><th>score</th><th>KS distance to all</th><th>of retrained models</th>
<th>p by models</th><th>least p</th><th>Jensen-Shannon, bits: forgotten</th><th>never seen</th></tr></thead>
<tbody>${pooled.map(
  (one) =>
    html`<tr><th scope="row">${one.score}</th>${[
      ...[one.ks_distance, one.ks_among, one.models_p, one.smallest_models_p],
      ...[one.jensen_shannon.forget, one.jensen_shannon.holdout],
    ].map((value) => html`<td class="number">${shown(value)}</td>`)}</tr>`,
)}</tbody></table></div>`;

type Classes = NonNullable<VerificationReport['classes']>;
const SETS = ['forget', 'retain', 'holdout'] as const;

/** Accuracy by class, before and after. */
export const classesTable = (classes: Classes): Html => html`<div class="wide"><table><thead><tr><th>class</th>
${SETS.map((set) => html`<th>${set}: before</th><th>after</th><th>records</th>`)}</tr></thead>
<tbody>${classes.map(
  (one) =>
    html`<tr><th scope="row">${one.class}</th>${SETS.map((set) => {
      const share = one[set];
      return html`<td class="number">${shown(share?.before ?? null)}</td><td class="number">${shown(share?.after ?? null)}</td>
<td class="number">${share?.records ?? '–'}</td>`;
    })}</tr>`,
)}</tbody></table></div>`;

/** Whose choice the policy was, where the report says so. */
function choiceRows({ policy_choice: choice, policy_digest: digest }: PolicyOf): Html {
  const unversioned = { service: 'none: the service’s own', verification: 'this verification’s own' };
  const whose =
    choice &&
    (choice.scope === 'model' || choice.scope === 'tenant'
      ? `the ${choice.scope}’s, version ${choice.version}`
      : unversioned[choice.scope]);
  return html`${whose !== undefined && html`<dt>choice</dt><dd>${whose}</dd><dt>preset</dt><dd>${choice?.preset ?? 'none has these'}</dd>`}
${digest !== undefined && html`<dt>digest</dt><dd><code>${digest}</code></dd>`}`;
}

type PolicyOf = Pick<VerificationReport, 'policy' | 'policy_choice' | 'policy_digest'>;

/** Which policy it was, and every threshold by its name; those of a part by the part's name too. */
export function policyList(report: PolicyOf): Html {
  const flat = (value: object, before = ''): [string, string][] =>
    Object.entries(value).flatMap(([name, one]: [string, unknown]) =>
      typeof one === 'object' && one !== null && !Array.isArray(one)
        ? flat(one, `${name}.`)
        : [[`${before}${name}`, Array.isArray(one) ? one.join(', ') || 'none' : String(one)]],
    );
  const rows = flat(report.policy).map(([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>`);
  return html`<dl>${choiceRows(report)}${rows}</dl>`;
}
