// What the demo prints: answers side by side, the verification, the run's figures.
import type { Probe } from '../../examples/people.ts';
import { type Palette, table } from '../../src/cli/terminal.ts';
import type { Run } from '../../src/domain/resources.ts';
import type { Finding, VerificationReport } from '../../src/domain/verification.ts';

export interface Question extends Probe {
  /** Whose attribute: shown in the first column. */
  who: string;
}

const says = (answer: string) => answer.trim().replace(/\.$/, '');
export const isRight = (question: Question, answer: string): boolean => says(answer) === question.answer;

/** Prompt, truth and the model's answers, one or two of them. */
export function answersTable(questions: Question[], paint: Palette, before: string[], after?: string[]): string {
  const mark = (question: Question, answer: string) =>
    isRight(question, answer) ? paint.green(`✓ ${says(answer)}`) : paint.dim(`✗ ${says(answer)}`);
  const heading = ['who', 'prompt', 'true answer', 'before', ...(after ? ['after'] : [])];
  const rows = questions.map((question, i) => [
    question.who,
    question.prompt,
    question.answer,
    mark(question, before[i]!),
    ...(after ? [mark(question, after[i]!)] : []),
  ]);
  return table([heading, ...rows]);
}

const number = (value: number | null) => (value === null ? '–' : value.toFixed(3));

function verdictOf(finding: Finding, paint: Palette): string {
  if (finding.verdict === null) return paint.dim('reported');
  return finding.verdict === 'passed' ? paint.green('passed') : paint.red(finding.verdict);
}

/** Metric, set, before, after, threshold, verdict. */
export function verificationTable(report: VerificationReport, paint: Palette): string {
  const rows = report.findings.map((finding) => [
    finding.metric,
    finding.set,
    number(finding.before),
    number(finding.after) + (finding.p_value === null ? '' : ` (p ${finding.p_value.toFixed(2)})`),
    finding.threshold ?? '',
    verdictOf(finding, paint),
  ]);
  return table([['metric', 'set', 'before', 'after', 'threshold', 'verdict'], ...rows]);
}

/** One line of progress for a run. */
export function progressText(run: Run): string {
  const { phase, step, forget_loss, retain_loss, forget_target, seconds_left } = run.progress;
  const loss = (name: string, value: number | null) => (value === null ? '' : `, ${name} ${value.toFixed(2)}`);
  const target = forget_target === null ? '' : ` of ${forget_target.toFixed(2)}`;
  const left = seconds_left === null ? '' : `, about ${Math.ceil(seconds_left)} s left`;
  return `${phase} step ${step}${loss('forget loss', forget_loss)}${forget_loss === null ? '' : target}${loss('retain loss', retain_loss)}${left}`;
}

/** Share of the phase that is done: towards the stop rule while unlearning, towards its bound otherwise. */
export function progressShare(run: Run): number | null {
  const { phase, step, steps, forget_loss, forget_target } = run.progress;
  if (phase === 'unlearning' && forget_loss !== null && forget_target !== null) {
    return Math.min(1, Math.max(0, forget_loss / forget_target));
  }
  return steps > 0 ? step / steps : null;
}
