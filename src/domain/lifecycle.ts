// What people decide about a request, as the wire shows it.
import Type, { type Static } from 'typebox';
import { Digest, Id, Nullable, StringEnum, Timestamp } from './common.ts';
import { MOST_EXTENSION } from './deadline.ts';

/** Why a request may be refused, with the article of the GDPR. */
export const DENIALS = {
  expression_and_information: '17(3)(a)',
  legal_obligation_or_public_task: '17(3)(b)',
  public_health: '17(3)(c)',
  archiving_research_or_statistics: '17(3)(d)',
  legal_claims: '17(3)(e)',
  manifestly_unfounded_or_excessive: '12(5)',
  identity_not_verified: '12(6)',
} as const;
export type DenialCode = keyof typeof DENIALS;
const DENIAL_CODES = Object.keys(DENIALS) as DenialCode[];

export const DenialCodeField = StringEnum(
  DENIAL_CODES,
  `GDPR Art. ${Object.entries(DENIALS)
    .map(([code, article]) => `${article}: ${code}`)
    .join('; ')}`,
);
export const ExtensionMonths = Type.Integer({
  ...{ minimum: 1, maximum: MOST_EXTENSION },
  description: 'Calendar months that due_at moves',
});

const by = { by: Type.String({ description: 'Who did it' }), at: Timestamp };
const Reason = Type.String({ description: 'As given; empty once it was erased' });

export const Hold = Type.Object({ reason: Reason, ...by });
export const Denial = Type.Object({
  code: DenialCodeField,
  article: Type.String({ description: 'Of the GDPR' }),
  reason: Reason,
  ...by,
});
export const Extension = Type.Object({
  months: ExtensionMonths,
  reason: Reason,
  notified_at: Type.String({ format: 'date-time', description: 'When the person was told, with the reasons' }),
  ...by,
});
export const Approval = Type.Object({
  plan_digest: Type.Unsafe<string>({ ...Digest, description: 'Of the plan that was approved, which the run follows' }),
  ...by,
});

/** Of DeletionRequest. */
export const Decisions = {
  verified_at: Nullable(Type.String({ format: 'date-time', description: 'Since when the person counts as verified' })),
  starts_after: Nullable(
    Type.String({ format: 'date-time', description: 'End of the cooling-off time; null: there was none' }),
  ),
  approval_required: Type.Boolean(),
  approval: Nullable(Approval),
  hold: Nullable(Hold),
  denial: Nullable(Denial),
  extension: Nullable(Extension),
};
export type Decisions = { [Name in keyof typeof Decisions]: Static<(typeof Decisions)[Name]> };

/** One step of an approved plan: a method with all its parameters. */
export interface ApprovedStep {
  name: string;
  params: Record<string, unknown>;
}

/** One thing that somebody did to a request. */
export const RequestEvent = Type.Object({
  id: Id,
  action: Type.String(),
  ...by,
  reason: Nullable(Reason),
  details: Type.Record(Type.String(), Type.Unknown()),
});
export type RequestEvent = Static<typeof RequestEvent>;
