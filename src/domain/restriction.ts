// Restriction of processing (Art. 18 GDPR): a person's records are kept, and used for nothing, until it is lifted.
import Type, { type Static } from 'typebox';
import { Id, Nullable, StringEnum, Timestamp } from './common.ts';

/** Why it may be asked for, with the article. */
export const RESTRICTION_GROUNDS = {
  accuracy_contested: '18(1)(a)',
  erasure_opposed: '18(1)(b)',
  needed_for_legal_claims: '18(1)(c)',
  objection_pending: '18(1)(d)',
} as const;
export type RestrictionGround = keyof typeof RESTRICTION_GROUNDS;

export const RestrictionGroundField = StringEnum(
  Object.keys(RESTRICTION_GROUNDS) as RestrictionGround[],
  `GDPR Art. ${Object.entries(RESTRICTION_GROUNDS)
    .map(([ground, article]) => `${article}: ${ground}`)
    .join('; ')}`,
);

export const RESTRICTION_STATES = ['active', 'ending', 'lifted'] as const;

export const Restriction = Type.Object({
  id: Id,
  request_id: Nullable({ ...Id, description: 'The deletion request that it waits with; null: it stands alone' }),
  ground: RestrictionGroundField,
  state: StringEnum(
    RESTRICTION_STATES,
    'ending: in force until somebody says that the person was told (Art. 18(3)); lifted: over',
  ),
  identifier_types: Type.Array(Type.String(), { description: 'Kinds of identifier, never values' }),
  reason: Nullable(Type.String({ description: 'As given; null once it was erased' })),
  created_by: Type.String(),
  created_at: Timestamp,
  ending_at: Nullable({ ...Timestamp, description: 'Since when the person is to be told' }),
  informed_at: Nullable({ ...Timestamp, description: 'When the person was told that it is about to be lifted' }),
  lifted_at: Nullable(Timestamp),
  lifted_by: Nullable(Type.String()),
  lift_reason: Nullable(Type.String()),
});
export type Restriction = Static<typeof Restriction>;
