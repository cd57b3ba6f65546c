// A published run about a fictitious person, as the use case hands it to the statement.
import type { StatementInput } from '../../src/evidence/statement.ts';

export const digest = (letter: string) => `sha256:${letter.repeat(64)}`;
export const uuid = (n: number) => `0198f3a0-0000-7000-8000-${String(n).padStart(12, '0')}`;
const at = (hour: number) => `2026-03-0${hour}T10:00:00.000Z`;

/** What must never show in a statement. */
export const PERSONAL = ['Ottilie Quennell', 'ottilie@example.org', 'ottilie-quennell-4711', 'record-17', 'Where was'];

const target: NonNullable<StatementInput['target']> = {
  id: uuid(2),
  model_id: uuid(3),
  model_name: 'letters',
  state: 'completed',
  reason: null,
  run_id: uuid(4),
  certificate_id: null,
  records: 20,
  updated_at: at(3),
};

const request: StatementInput['request'] = {
  id: uuid(1),
  external_id: 'ottilie-quennell-4711',
  state: 'completed',
  ground: 'consent_withdrawn',
  identifier_types: ['name', 'email', 'email'],
  records: null,
  method: null,
  reverify_for: null,
  targets: [target],
  certificate_ids: [],
  ...{ group_id: null, urgent: false, verified_at: at(1), starts_after: null, approval_required: false },
  ...{ approval: null, hold: null, denial: null, extension: null },
  submitted_at: at(1),
  received_at: at(1),
  due_at: '2026-04-01T10:00:00.000Z',
  completed_at: at(3),
  erased_at: null,
  updated_at: at(3),
  suspicion: null,
  version: 7,
};

const attempt: NonNullable<StatementInput['attempt']> = {
  method: { name: 'npo', params: { beta: 0.1, learning_rate: 0.0002 } },
  seed: 42,
  candidate: digest('b'),
  verdict: 'passed',
  reason: null,
  seconds: { unlearning: 12.5, verifying: 6.25 },
  peak_memory_bytes: 400_000_000,
};

const run: NonNullable<StatementInput['run']> = {
  id: uuid(4),
  kind: 'deletion',
  model_id: uuid(3),
  request_ids: [uuid(1)],
  state: 'published',
  reason: null,
  plan: [attempt.method],
  attempts: [attempt],
  parent: digest('a'),
  candidate: digest('b'),
  verdict: 'passed',
  split_of: null,
  counts: {
    requests: 1,
    people: 1,
    forget_records: 20,
    shared_records: 0,
    retain_records: 1980,
    holdout_records: 400,
    erased_before: 0,
  },
  progress: {
    phase: 'done',
    step: 40,
    steps: 40,
    forget_loss: 3.1,
    retain_loss: 0.02,
    forget_target: 3,
    seconds_left: 0,
    updated_at: at(3),
  },
  restarts: 0,
  created_at: at(2),
  started_at: at(2),
  finished_at: at(3),
  updated_at: at(3),
  version: 9,
};

const report: NonNullable<StatementInput['report']> = {
  verdict: 'passed',
  reason: 'The forgotten are among the never-seen on every metric',
  policy: { version: 1, memory_margin: 0.05, membership_alpha: 0.05, utility_min_ratio: 0.95 },
  people: { forget: 1, holdout: 20 },
  records: { forget: 20, retain: 1980, holdout: 400 },
  findings: [
    {
      metric: 'exact-memorization',
      set: 'forget',
      before: 0.998,
      after: 0.31,
      interval: { low: 0.2, high: 0.4, level: 0.95 },
      p_value: null,
      smallest_reachable_p: null,
      threshold: 'at most 0.41 (95th percentile of never-seen people plus 0.05)',
      verdict: 'passed',
      note: null,
    },
  ],
  seconds: 6.25,
  verifier_version: '0.1.0',
};

/** An unlearning that passed; every call returns a fresh copy. */
export const unlearningInput = (): StatementInput =>
  structuredClone({
    request,
    target,
    run,
    model: {
      id: uuid(3),
      name: 'letters',
      architecture: 'gpt2',
      parameters: 3_400_000,
      active: digest('b'),
      corpora: [
        { corpus_id: uuid(5), role: 'train' as const, records: 2 },
        { corpus_id: uuid(6), role: 'holdout' as const, records: 2 },
      ],
      has_recipe: true,
      rows: null,
      warnings: [],
      last_verification: null,
      created_at: at(1),
      updated_at: at(3),
    },
    attempt,
    report,
    parentDigest: digest('a'),
    checkpointDigest: digest('b'),
    subjectDigest: digest('c'),
    ledger: { seq: 12, hash: digest('d') },
    softwareVersion: '0.1.0',
    issuedAt: at(3),
    certificateId: uuid(7),
    search: null,
    parentDeleteAfter: at(4),
    backend: 'onnxruntime/cpu',
  });

/** A search that found nothing. */
export const searchInput = (): StatementInput => ({
  ...unlearningInput(),
  target: null,
  run: null,
  model: null,
  attempt: null,
  report: null,
  parentDigest: null,
  checkpointDigest: null,
  search: { models: [{ id: uuid(3), name: 'letters' }], corpora: 2, unlinkable: 0, removed_before: null },
});
