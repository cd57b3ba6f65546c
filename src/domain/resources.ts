// The resources of /v1: what the store returns and the wire shows (snake_case in both).
import Type, { type Static } from 'typebox';
import { LastVerification } from './checkpoint.ts';
import { Digest, Id, Name, Nullable, StringEnum, Timestamp } from './common.ts';
import { Ended } from './ended.ts';
import { Decisions } from './lifecycle.ts';
import { CorpusRole } from './record.ts';
import { RunCounts } from './run-counts.ts';
import { RUN_KINDS } from './run-kinds.ts';
import { REQUEST_STATES, RUN_STATES, TARGET_STATES } from './states.ts';
import { SubjectRules } from './subject-rules.ts';
import { Suspicion } from './suspicion.ts';
import { VERDICTS } from './verification.ts';
import { Extent, MeasuredPart, VerificationPlan } from './verification-cost.ts';

export const Corpus = Type.Object({
  id: Id,
  name: Name,
  records: Type.Integer(),
  people: Type.Integer({ description: 'Distinct subjects named by its records' }),
  digest: Nullable(Digest),
  subject_rules: Nullable(SubjectRules),
  created_at: Timestamp,
});
export type Corpus = Static<typeof Corpus>;

/** How long records are to a model, from a sample of its train corpora. */
export const RowSizes = Type.Object(
  {
    mean: Type.Number({ description: 'Tokens of a row on average' }),
    longest: Type.Integer({ description: 'Tokens of the longest row' }),
    per_record: Type.Number({
      description: 'Rows of a record on average: pieces of a long text, turns of a conversation',
    }),
  },
  { description: 'What plans are estimated with; null: no train corpus, or registered before this was measured' },
);
export type RowSizes = Static<typeof RowSizes>;

export const Model = Type.Object({
  id: Id,
  name: Name,
  architecture: Type.String(),
  parameters: Type.Integer({ description: 'Number of weights' }),
  active: Digest,
  corpora: Type.Array(
    Type.Object({
      corpus_id: Id,
      role: CorpusRole,
      records: Type.Integer({
        description:
          'Records of the corpus, from the first, that the model was made with; later ones are no part of it',
      }),
    }),
  ),
  has_recipe: Type.Boolean(),
  rows: Nullable(RowSizes),
  warnings: Type.Array(Type.String()),
  last_verification: Nullable({ ...LastVerification, description: 'Of `active`; null: nobody has verified it' }),
  created_at: Timestamp,
  updated_at: Timestamp,
});
export type Model = Static<typeof Model>;

export const MethodChoice = Type.Object({
  name: Type.String(),
  params: Type.Record(Type.String(), Type.Unknown()),
});
export type MethodChoice = Static<typeof MethodChoice>;

export const StepEstimate = Type.Object({
  seconds: Nullable(Type.Number({ description: 'Unlearning, or training again, and verification' })),
  memory_bytes: Nullable(Type.Integer({ description: 'Peak of the compute process: at most a third too high' })),
  basis: Type.String({ description: 'What the figures come from' }),
  /** Absent where nothing is estimated, and in plans of before. */
  verification: Type.Optional(VerificationPlan),
});
export type StepEstimate = Static<typeof StepEstimate>;

/** A method of a plan, why it stands where it does, and what it is thought to cost. */
export const PlanStep = Type.Object({
  ...MethodChoice.properties,
  reason: Type.Optional(Type.String({ description: 'Why it is tried, and why here' })),
  estimate: Type.Optional(StepEstimate),
});
export type PlanStep = Static<typeof PlanStep>;

export const Target = Type.Object({
  id: Id,
  model_id: Id,
  model_name: Name,
  state: StringEnum(TARGET_STATES),
  reason: Nullable(Type.String()),
  run_id: Nullable(Id),
  certificate_id: Nullable(Id),
  records: Type.Integer({ description: 'Records of this model’s train corpora that the request is about' }),
  updated_at: Timestamp,
});
export type Target = Static<typeof Target>;

/** What a request names beside people. The text itself is gone by then. */
export const AskedRecords = Type.Object({
  digest: Type.String({
    pattern: '^sha256:[0-9a-f]{64}$',
    description: 'Of the records found, keyed: of use to nobody who has not the key. Certificates name it',
  }),
  record_ids: Type.Integer({ description: 'Ids given' }),
  texts: Type.Array(
    Type.Object({
      exact: Type.Integer({ description: 'Training records that hold this text' }),
      near: Type.Integer({ description: 'Those that hold nearly this text' }),
    }),
    { description: 'Of each text given, in order; a text is never kept' },
  ),
  matched: Type.Integer({ description: 'Different training records found by ids and texts, erased ones among them' }),
});
export type AskedRecords = Static<typeof AskedRecords>;

export const PlannedTarget = Type.Object({
  model_id: Id,
  model_name: Name,
  records: Type.Integer({ description: 'Records of this model’s train corpora that the request is about' }),
  statement: Type.String({ description: 'What would become of the target' }),
  plan: Type.Array(PlanStep, { description: 'As it would be made now, for this request alone' }),
});
export type PlannedTarget = Static<typeof PlannedTarget>;

/** Answer to a request that is only to be checked. */
export const DeletionPlan = Type.Object({
  validate_only: Type.Literal(true),
  statement: Type.String({ description: 'What would become of the request' }),
  submitted_at: Timestamp,
  due_at: Timestamp,
  records: Nullable({ ...AskedRecords, description: 'What record_ids and texts found; null: none were given' }),
  targets: Type.Array(PlannedTarget),
});
export type DeletionPlan = Static<typeof DeletionPlan>;

export const GROUNDS = [
  'no_longer_necessary',
  'consent_withdrawn',
  'objection',
  'unlawful_processing',
  'legal_obligation',
  'child_information_society_service',
] as const;

export const DeletionRequest = Type.Object({
  id: Id,
  external_id: Nullable(Type.String()),
  state: StringEnum(REQUEST_STATES),
  ground: Nullable(StringEnum(GROUNDS, 'GDPR Art. 17(1)(a) to (f)')),
  identifier_types: Type.Array(Type.String(), { description: 'Kinds of identifier given, never values' }),
  records: Nullable({ ...AskedRecords, description: 'What record_ids and texts found; null: none were given' }),
  method: Nullable({ ...MethodChoice, description: 'As named; null: the service chooses (`auto`)' }),
  reverify_for: Nullable(
    Type.String({
      description:
        'How long later runs may look again whether a model remembers the person, as a duration; null: as long as the service does',
    }),
  ),
  targets: Type.Array(Target),
  certificate_ids: Type.Array(Id),
  group_id: Nullable({ ...Id, description: 'Requests that were made together' }),
  urgent: Type.Boolean({ description: 'It waits for no others to come' }),
  ...Decisions,
  suspicion: Nullable({
    ...Suspicion,
    description: 'Why it has to be approved before it starts; null: nothing about it is unusual',
  }),
  submitted_at: Timestamp,
  received_at: Timestamp,
  due_at: Type.String({
    format: 'date-time',
    description: 'One calendar month after submitted_at, or up to three where that was extended (GDPR Art. 12(3))',
  }),
  completed_at: Nullable(Timestamp),
  erased_at: Nullable({
    ...Timestamp,
    description: 'When the text of its records was gone from the corpora; null: not yet, or there is none',
  }),
  updated_at: Timestamp,
  version: Type.Integer({ description: 'Grows with every change; the ETag' }),
});
export type DeletionRequest = Static<typeof DeletionRequest>;

export const RunProgress = Type.Object({
  phase: StringEnum([
    'waiting',
    'loading',
    'calibrating',
    'unlearning',
    'repairing',
    'saving',
    'references',
    'verifying',
    'done',
  ] as const),
  step: Type.Integer(),
  steps: Type.Integer({ description: 'Upper bound of steps in this phase; 0 when unknown' }),
  forget_loss: Nullable(Type.Number({ description: 'Mean NLL of the forget set’s facts, nats a token' })),
  retain_loss: Nullable(Type.Number()),
  forget_target: Nullable(Type.Number({ description: 'The same for never-seen people: where forgetting ends' })),
  seconds_left: Nullable(Type.Number()),
  ended: Type.Optional(Ended),
  updated_at: Timestamp,
});
export type RunProgress = Static<typeof RunProgress>;

export const CurvePoint = Type.Object({
  step: Type.Integer(),
  phase: Type.String(),
  forget_loss: Nullable(Type.Number()),
  retain_loss: Nullable(Type.Number()),
});
export type CurvePoint = Static<typeof CurvePoint>;

/** What one attempt (one method of the plan) did. */
export const Attempt = Type.Object({
  method: MethodChoice,
  seed: Type.Integer(),
  candidate: Nullable(Digest),
  verdict: Nullable(StringEnum(VERDICTS)),
  reason: Nullable(Type.String()),
  seconds: Type.Record(Type.String(), Type.Number(), { description: 'By phase' }),
  steps: Type.Optional(Type.Record(Type.String(), Type.Integer(), { description: 'By phase' })),
  ended: Type.Optional(Ended),
  verification: Type.Optional(
    Type.Object(
      { extent: Extent, parts: Type.Array(MeasuredPart) },
      { description: 'How much of the verification was done, and what its parts took' },
    ),
  ),
  scored_rows: Type.Optional(Type.Integer({ description: 'Rows that verification scored, under both checkpoints' })),
  planned_memory_bytes: Type.Optional(Type.Integer({ description: 'What the method was expected to take at most' })),
  peak_memory_bytes: Nullable(Type.Integer()),
  certified: Type.Optional(
    Type.Object(
      { epsilon: Type.Number(), delta: Type.Number(), budget: Type.Number(), spent: Type.Number() },
      { description: 'What certified removal promises of the candidate' },
    ),
  ),
  base_saw: Type.Optional(
    Type.Boolean({
      description:
        'true: a base that the recipe starts from was trained on somebody of the run, so that training again is not exact; absent: none is known to have been',
    }),
  ),
  start: Type.Optional(
    Type.Integer({
      ...{ minimum: 1 },
      description:
        'Trained again from other seeds than the recipe’s, since so many exact candidates of earlier runs for these requests did not pass; absent: from its own',
    }),
  ),
  backend: Type.Optional(Type.String({ description: 'What computed it, for example onnxruntime/cpu' })),
});
export type Attempt = Static<typeof Attempt>;

export const Run = Type.Object({
  id: Id,
  kind: StringEnum(RUN_KINDS, 'consolidation: the model is trained again without everybody erased, for no request'),
  model_id: Id,
  request_ids: Type.Array(Id),
  state: StringEnum(RUN_STATES),
  reason: Nullable(Type.String()),
  plan: Type.Array(PlanStep, {
    description: 'Methods in the order in which they are tried; made before the first starts',
  }),
  attempts: Type.Array(Attempt),
  parent: Digest,
  candidate: Nullable(Digest),
  verdict: Nullable(StringEnum(VERDICTS)),
  split_of: Nullable({ ...Id, description: 'The run that failed for all together, and whose half this one is' }),
  counts: RunCounts,
  progress: RunProgress,
  restarts: Type.Integer(),
  created_at: Timestamp,
  started_at: Nullable(Timestamp),
  finished_at: Nullable(Timestamp),
  updated_at: Timestamp,
  version: Type.Integer(),
});
export type Run = Static<typeof Run>;

export const Certificate = Type.Object({
  id: Id,
  request_id: Id,
  target_id: Nullable(Id),
  run_id: Nullable(Id),
  kid: Type.String(),
  jws: Type.String({ description: 'Compact JWS (EdDSA, Ed25519) over an in-toto Statement v1' }),
  revoked_at: Nullable(
    Type.String({ format: 'date-time', description: 'Since when it is void: its checkpoint was rolled back' }),
  ),
  created_at: Timestamp,
});
export type Certificate = Static<typeof Certificate>;
