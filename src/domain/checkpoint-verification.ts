// A verification that somebody asked for: of any checkpoint of a model, about a person or about records. Or one that the schedule of the
// policy asked for: of the checkpoint in use, about everybody forgotten of whom something is kept.
import Type, { type Static } from 'typebox';
import { Digest, Id, Nullable, StringEnum, Timestamp } from './common.ts';
import { PolicyChoice } from './policy-choice.ts';
import { VERDICTS, VerificationReport } from './verification.ts';

const VERIFICATION_STATES = ['queued', 'running', 'done', 'failed'] as const;
const VERIFICATION_ASKS = ['subject', 'records', 'earlier'] as const;

const digest = (description: string) => Type.Unsafe<string>({ ...Digest, description });

/** As lists have it: without the report. */
export const ListedVerification = Type.Object({
  id: Id,
  model_id: Id,
  checkpoint_id: digest('The checkpoint that is attacked'),
  against_checkpoint_id: Nullable(
    digest(
      'What it is held against: `before` of the report; null of `earlier`, which is held against people never seen alone',
    ),
  ),
  reference_checkpoint_id: Nullable(digest('One that was retrained without the forgotten')),
  asks: StringEnum(
    VERIFICATION_ASKS,
    'What it is about; identifiers and places of records are deleted when it ends. earlier: everybody forgotten of whom something is kept, by the schedule of the policy',
  ),
  query_digest: digest(
    'The same for the same question: of a person as certificates have it (SHA-256 over the sorted keys), of records over their sorted places; of `earlier` one for each model',
  ),
  records: Type.Integer({ description: 'Training records that it is about; of `earlier`, those that are kept' }),
  policy: PolicyChoice,
  state: StringEnum(VERIFICATION_STATES, 'failed: it could not be done, which is no verdict'),
  verdict: Nullable(StringEnum(VERDICTS)),
  reason: Nullable(Type.String({ description: 'Why the verdict is so, or why there is none' })),
  came_back: Nullable(
    Type.Array(Id, {
      description:
        'Of `earlier`: requests whose people are above a limit of people never seen. May be empty where it failed: then they stand out together, and nobody alone. null: not asked, or no end yet',
    }),
  ),
  report_digest: Nullable(digest('SHA-256 over the RFC 8785 form of `report`, which the ledger names')),
  created_at: Timestamp,
  started_at: Nullable(Timestamp),
  finished_at: Nullable(Timestamp),
  links: Type.Object({
    self: Type.String(),
    model: Type.String(),
    checkpoint: Type.String(),
    report: Nullable(Type.String({ description: 'The report as a page; null until there is one' })),
  }),
});
export type ListedVerification = Static<typeof ListedVerification>;

export const CheckpointVerification = Type.Object({
  ...ListedVerification.properties,
  report: Nullable(VerificationReport),
});
export type CheckpointVerification = Static<typeof CheckpointVerification>;

/** Answer to a question that is only to be checked. */
export const VerificationPlan = Type.Object({
  validate_only: Type.Literal(true),
  ...Type.Pick(ListedVerification, [
    ...(['model_id', 'checkpoint_id', 'against_checkpoint_id', 'reference_checkpoint_id'] as const),
    ...(['asks', 'query_digest', 'records', 'policy'] as const),
  ]).properties,
});
export type VerificationPlan = Static<typeof VerificationPlan>;
