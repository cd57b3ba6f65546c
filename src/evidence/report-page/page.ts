// The report of a verification as one page: no script, nothing loaded from elsewhere, fit to be printed and kept with a case.
import { createHash } from 'node:crypto';
import type { ReferencesUsed } from '../../domain/references.ts';
import type { CurvePoint, Model, Run } from '../../domain/resources.ts';
import type { Completeness } from '../../domain/retraining.ts';
import type { Finding, VerificationReport } from '../../domain/verification.ts';
import { forgottenBefore } from './before.ts';
import { legend, SETS as THE_SETS } from './charts/legend.ts';
import { lossChart } from './charts/losses.ts';
import { robustnessChart } from './charts/robustness.ts';
import { scoreCharts } from './charts/scores.ts';
import { costSection } from './cost.ts';
import { Html, html } from './html.ts';
import { duration, moment, shown } from './numbers.ts';
import { STYLE } from './style.ts';
import { attemptsTable, classesTable, findingsTable, policyList, pooledTable, retrainingTable } from './tables.ts';

interface Reported {
  model: Pick<Model, 'name' | 'architecture' | 'parameters'>;
  report: VerificationReport;
  softwareVersion: string;
}
export interface ReportPageInput extends Reported {
  run: Run;
  curve: readonly CurvePoint[];
}
/** What is verified, and on what occasion. */
export interface Occasion {
  heading: string;
  /** A noun and the id that goes with it. */
  of: readonly [noun: string, id: string];
  /** Who was looked at: whom it was asked of, or everybody forgotten before and nobody else. */
  about: 'forgotten' | 'earlier';
  /** Names and values of what there is to say beside people, records and model. */
  facts: readonly (readonly [string, Html | string | number])[];
  /** What was done before; null: nothing is known of it. */
  course: Html | null;
  /** Path of the same as JSON. */
  json: string;
}

const OTHERWISE = {
  failed: 'Failed: a test below found what it looked for.',
  inconclusive: 'Inconclusive: what was measured is not enough to decide.',
};
/** Of those forgotten before nothing else is measured: the page must not say that the model works. */
const VERDICTS = {
  forgotten: {
    ...OTHERWISE,
    passed: 'Passed: the tests below do not tell the forgotten from people never seen, and the model still works.',
  },
  earlier: {
    ...OTHERWISE,
    passed:
      'Passed: the tests below do not tell those forgotten before from people never seen. Whether the model still works was not measured.',
  },
};

const SETS: readonly { set: Finding['set']; title: string; words: string }[] = [
  {
    set: 'forget',
    title: 'The forgotten',
    words:
      'What the model still knows of them, whether an attack finds them among people never seen, and how it answers about them.',
  },
  { set: 'retain', title: 'Who stays', words: 'Whether the model still works for everybody else it was trained on.' },
  {
    set: 'neighbours',
    title: 'Those most like the forgotten',
    words:
      'Of those who stay, the people whose records are most like those of the forgotten: reported, since they are few.',
  },
  { set: 'world', title: 'The world', words: 'Facts about nobody, and general text: reported.' },
  {
    set: 'holdout',
    title: 'People never seen',
    words: 'What not knowing somebody looks like: the measure of the first table.',
  },
];

/** What no report of this kind shows; docs/verification.md says more of each. */
const LIMITS = [
  'That no other attack works: with more shadow models, by training on related text, through paraphrased or many questions.',
  'That the weights are those of a model that never saw the people: only training again without them can be.',
  'Anything of people or records that are not in these sets, of copies in other records, of older checkpoints and backups.',
  'That people never seen resemble the forgotten: where they are from another population, every comparison is off.',
];

/** How many people and how many records it was about, in words. */
function sizes({ people, records, before }: VerificationReport, about: Occasion['about']): [string, string] {
  const seen = `${people.holdout} never seen to compare with`;
  const unseen = `${records.holdout} of people never seen`;
  if (about === 'earlier')
    return [`${before?.people ?? 0} forgotten before, ${seen}`, `${before?.records ?? 0} of theirs, ${unseen}`];
  return [`${people.forget} forgotten, ${seen}`, `${records.forget} forgotten, ${records.retain} retained, ${unseen}`];
}

function header({ model, report }: Reported, { heading, of, about, facts }: Occasion): Html {
  const [people, records] = sizes(report, about);
  return html`<header><h1>${heading}</h1><p>Model <strong>${model.name}</strong>, ${of[0]} <code>${of[1]}</code></p>
<div class="verdict ${report.verdict}"><strong>${VERDICTS[about][report.verdict]}</strong><p>${report.reason}</p></div>
<dl><dt>People</dt><dd>${people}</dd>
<dt>Records</dt><dd>${records}</dd>
<dt>Architecture</dt><dd>${model.architecture}, ${model.parameters} weights</dd>
${facts.map(([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>`)}</dl></header>`;
}

function findings({ report }: Reported, { about }: Occasion): Html {
  return html`<h2>What was found</h2>
<p>${about === 'forgotten' && '“Before” is under the parent checkpoint, “after” under the candidate. '}The unit of every comparison is the person.</p>
${SETS.map(({ set, title, words }) => {
  const own = report.findings.filter((one) => one.set === set);
  return own.length > 0 && html`<h3>${title}</h3><p>${words}</p>${findingsTable(own)}`;
})}${forgottenBefore(report)}${report.classes !== undefined && html`<h3>Accuracy by class</h3>${classesTable(report.classes)}`}`;
}

function spreads({ report }: Reported): Html | null {
  const { distributions = [] } = report;
  if (distributions.length === 0) return null;
  return html`<h2>Scores of the attacks</h2><p>Each person has one score; members of the training set have low ones. After
forgetting, the forgotten should lie among people never seen, and the curve on the diagonal.</p>${legend()}
${distributions.map((spread) => html`<h3>${spread.metric}</h3>${scoreCharts(spread)}`)}
${legend([
  { set: 'before', words: 'curve before' },
  { set: 'after', words: 'curve after' },
])}`;
}

function robustness({ report }: Reported): Html | null {
  const { robustness: curves = [] } = report;
  if (curves.length === 0) return null;
  return html`<h2>What brings it back</h2><p>Attacks that change the candidate’s weights, and what it then gives back of answers that the attack did not use.
What was removed comes back no faster than what people never seen are taught; what was only hidden does. Reported, not judged.</p>
${legend(THE_SETS.filter(({ set }) => set !== 'retain'))}<div class="charts">${curves.map(
    (curve) => html`<div><h3>${curve.attack}</h3>${robustnessChart(curve)}<p>${curve.note}</p></div>`,
  )}</div>`;
}

const completenessLine = ({
  parent,
  candidate,
  interval,
  retrained,
  lowest,
  highest,
}: Completeness): Html => html`<p>Completeness by iam, from 0 (fitted) to 1 (never
seen): parent ${shown(parent)}, candidate ${shown(candidate)}${interval && html` (95 % interval ${shown(interval.low)} to ${shown(interval.high)})`}, people from ${shown(lowest)} to
${shown(highest)}; retrained models ${shown(retrained)}.</p>`;

type Found = NonNullable<VerificationReport['retraining']>;

const distances = ({
  distances,
  pooled,
  privleak,
  completeness,
  epsilon,
}: Found): Html => html`${retrainingTable(distances)}
${pooled !== undefined && pooledTable(pooled)}${privleak !== null && html`<p>PrivLeak: ${shown(privleak)} %.</p>`}
${completeness !== undefined && completeness !== null && completenessLine(completeness)}${epsilon !== undefined && html`<p>Epsilon of the NeurIPS 2023 challenge: ${epsilon.note ?? shown(epsilon.epsilon)}.</p>`}`;

const asked = ({ asked, compared, note }: Omit<ReferencesUsed, 'shadow'>): Html =>
  html`Asked for: ${asked}; compared with: ${compared}.${note !== null && html` ${note}.`}`;

function retraining({ report }: Reported): Html | null {
  const { retraining: found, references } = report;
  if (found === undefined && references === undefined) return null;
  return html`<h2>Distance to retraining</h2><p>The same scores under models that were retrained without the forgotten. What two trainings differ by anyway is seen in
people never seen. Reported, not judged.</p>${
    references !== undefined &&
    html`<p>${asked(references)}${references.shadow !== undefined && html` Shadow models: ${asked(references.shadow)}`}</p>`
  }${found !== undefined && distances(found)}`;
}

function course({ run, curve }: Pick<ReportPageInput, 'run' | 'curve'>): Html {
  const chart = lossChart(curve);
  return html`<h2>What was done</h2>${attemptsTable(run.attempts)}${
    chart &&
    html`<h3>Losses over the steps</h3>${legend([
      { set: 'forget', words: 'forget set' },
      { set: 'retain', words: 'retain set' },
    ])}${chart}`
  }`;
}

/** Digest by which a Content-Security-Policy lets the page's own style through, and nothing else. */
export const STYLE_DIGEST = `sha256-${createHash('sha256').update(STYLE).digest('base64')}`;

/** Holds counts, rates and digests: nobody's name, and nothing of a single record. */
export function pageOf(input: Reported, occasion: Occasion): string {
  const { report, softwareVersion } = input;
  const body = html`${header(input, occasion)}${findings(input, occasion)}${spreads(input)}${robustness(input)}${retraining(input)}${occasion.course}
<h2>Held against</h2><p>The thresholds of this verification; docs/verification.md gives the reason for each.</p>${policyList(report)}
${costSection(report)}<h2>What this does not show</h2><ul class="limits">${LIMITS.map((limit) => html`<li>${limit}</li>`)}</ul>
<footer>Expunge ${softwareVersion}, verifier ${report.verifier_version}; scoring took ${duration(report.seconds)}. The same as JSON:
<code>GET ${occasion.json}</code>. This page is not signed; a run’s certificate is.</footer>`;
  return html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Verification of ${occasion.of[0]} ${occasion.of[1]}</title><style>${new Html(STYLE)}</style></head><body>${body}</body></html>
`.text;
}

/** The page of a run that was verified. */
export function reportPage({ run, curve, ...input }: ReportPageInput): string {
  return pageOf(input, {
    heading: 'Verification of an unlearning run',
    of: ['run', run.id],
    about: 'forgotten',
    facts: [
      ['Requests', run.request_ids.length],
      ['State of the run', run.state],
      ['Started, finished', `${moment(run.started_at)}, ${moment(run.finished_at)}`],
      ['Parent checkpoint', html`<code>${run.parent}</code>`],
      ['Candidate', run.candidate === null ? 'not kept' : html`<code>${run.candidate}</code>`],
    ],
    course: course({ run, curve }),
    json: `/v1/runs/${run.id}/verification`,
  });
}
