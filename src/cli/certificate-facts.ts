// The main facts of a statement as lines for people.
import type { CertificateStatement, SearchStatement, UnlearningStatement } from '../evidence/statement-schema.ts';
import { UNLEARNING_PREDICATE } from '../evidence/statement-schema.ts';
import { type Palette, table } from './terminal.ts';

const isUnlearning = (statement: CertificateStatement): statement is UnlearningStatement =>
  statement.predicateType === UNLEARNING_PREDICATE;

/** Whose text was gone when an exact run began. */
const unmeasured = ({ unmeasured_records = 0 }: { unmeasured_records?: number }): string =>
  unmeasured_records === 0 ? '' : `, ${unmeasured_records} left out unmeasured`;

/** What earlier runs had removed is no answer that nothing was ever there. */
function foundOf({ removed_before: before }: SearchStatement['predicate']['search']): string {
  if (before === undefined) return 'no training record matched';
  const classes = [...new Set(before.runs.map(({ guarantee }) => guarantee))].join(', ');
  return `no training record is left that matches; earlier runs had removed ${before.records} (${classes})`;
}

function mainFacts(statement: CertificateStatement): [string, string][] {
  const { predicate } = statement;
  const shared: [string, string][] = [
    ['request', predicate.request.id],
    ['certificate', predicate.certificate_id],
    ['issued at', predicate.times.issued_at],
    ['by', `expunge ${predicate.software.version}`],
    ['ledger', predicate.ledger ? `entry ${predicate.ledger.seq}, ${predicate.ledger.hash}` : 'not recorded'],
  ];
  if (!isUnlearning(statement)) {
    const { search } = statement.predicate;
    const { models, corpora } = search;
    return [
      ['result', foundOf(search)],
      ['searched', `${corpora} corpora of ${models.map(({ name }) => name).join(', ') || 'no model'}`],
      ...shared,
    ];
  }
  const { scope, action, guarantee, verification, disposition } = statement.predicate;
  return [
    ['model', `${scope.model.name} (${scope.model.architecture}, ${scope.model.parameters} weights)`],
    ['checkpoint', scope.new_checkpoint],
    ['parent', `${scope.parent_checkpoint}, deleted after ${disposition.kept_until ?? 'its rollback window'}`],
    ['method', `${action.method.name} ${JSON.stringify(action.method.params)}, seed ${action.seed}`],
    [
      'records',
      `${action.counts.forget_records} forgotten, ${action.counts.retain_records} retained${unmeasured(action.counts)}`,
    ],
    ['guarantee', `${guarantee.class}: ${guarantee.basis}`],
    ['verdict', `${verification.verdict}: ${verification.reason}`],
    ...(verification.before ? [['forgotten before', verification.before.reason] as [string, string]] : []),
    ...shared,
  ];
}

const number = (value: number | null) => (value === null ? '' : String(Number(value.toPrecision(4))));

/** Facts, findings and limits of a statement, ready to print. */
export function describeStatement(statement: CertificateStatement, paint: Palette): string {
  const facts = mainFacts(statement);
  const width = Math.max(...facts.map(([name]) => name.length));
  const lines = facts.map(([name, value]) => `  ${paint.dim(name.padEnd(width))}  ${value}\n`);
  if (isUnlearning(statement)) {
    const rows = statement.predicate.verification.findings.map((finding) => [
      finding.metric,
      finding.set,
      number(finding.before),
      number(finding.after),
      finding.threshold ?? 'reported only',
      finding.verdict ?? '',
    ]);
    const heading = ['metric', 'set', 'before', 'after', 'threshold', 'verdict'];
    lines.push('\n', table([heading, ...rows], ['left', 'left', 'right', 'right']));
  }
  lines.push(`\n${paint.bold('It does not attest:')}\n`);
  for (const limit of statement.predicate.does_not_attest) lines.push(`  - ${limit}\n`);
  return lines.join('');
}
