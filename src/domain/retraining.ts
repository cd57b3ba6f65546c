// How far a candidate is from models that were retrained without the forgotten: reported, never judged.
import Type, { type Static } from 'typebox';
import { Nullable } from './common.ts';
import { Interval } from './interval.ts';

const Pair = Type.Object({
  forget: Nullable(Type.Number()),
  holdout: Nullable(Type.Number({ description: 'Of people never seen: what two trainings differ by anyway' })),
});

export const RetrainingDistance = Type.Object({
  score: Type.String({ description: 'Registered metric or attack whose scores are compared' }),
  /** Absent in reports of before, which had one. */
  model: Type.Optional(Type.Integer({ minimum: 1, description: 'Which of the retrained models' })),
  ks_distance: Nullable(Type.Number({ description: 'Largest distance of the distributions over forgotten people' })),
  ks_p: Nullable(
    Type.Number({ description: 'Exact, by person; of the truth ratio it is forget quality. Null for one person' }),
  ),
  ks_detectable: Nullable(
    Type.Number({ description: 'Distance that so many people would have shown in four cases of five; null: none' }),
  ),
  jensen_shannon: Type.Object(Pair.properties, { description: 'Bits, over records' }),
  mean_gap: Type.Object(Pair.properties, { description: 'Mean over people of how far their two scores are apart' }),
});
export type RetrainingDistance = Static<typeof RetrainingDistance>;

export const PooledDistance = Type.Object({
  score: Type.String(),
  ks_distance: Type.Number({ description: 'Of the candidate’s people to those of all retrained models together' }),
  ks_among: Type.Number({
    description: 'The same of a retrained model, to the other ones and the candidate; a mean: what trainings differ by',
  }),
  models_p: Type.Number({
    description: 'How often one of these models, the candidate among them, is as far from all others; by models, exact',
  }),
  smallest_models_p: Type.Number({ description: 'With so few models no candidate can show less' }),
  jensen_shannon: Type.Object(Pair.properties, { description: 'Bits, over records' }),
});
export type PooledDistance = Static<typeof PooledDistance>;

/** By the attack `iam`: 0 where a model fits the records of the forgotten, 1 where it only generalises to them. */
export const Completeness = Type.Object({
  parent: Type.Number(),
  candidate: Type.Number({ description: 'Mean over people; over that of the retrained models: forgotten beyond that' }),
  interval: Nullable(Interval),
  retrained: Type.Number({ description: 'Of the retrained models themselves: what complete is here' }),
  lowest: Type.Number({ description: 'Of the forgotten person who is forgotten least' }),
  highest: Type.Number({ description: 'Of the one who is forgotten most' }),
});
export type Completeness = Static<typeof Completeness>;

/** Of the NeurIPS 2023 challenge: needs many models of both kinds. */
export const EpsilonEstimate = Type.Object({
  epsilon: Nullable(Type.Number({ description: 'Mean over forgotten records; null: too few models' })),
  forget_score: Nullable(Type.Number({ description: 'Mean over records of 2^-floor(epsilon / 0.5); 1 is best' })),
  candidates: Type.Integer(),
  retrained: Type.Integer(),
  needed: Type.Integer({ description: 'Models of either kind that it is computed from' }),
  note: Nullable(Type.String()),
});
export type EpsilonEstimate = Static<typeof EpsilonEstimate>;

export const Retraining = Type.Object({
  distances: Type.Array(RetrainingDistance, { description: 'By score and retrained model' }),
  /** Absent where there is one retrained model. */
  pooled: Type.Optional(Type.Array(PooledDistance, { description: 'To all retrained models together, by score' })),
  privleak: Nullable(
    Type.Number({
      description:
        'Per cent, by min-k, against the mean of the retrained models: under 0 more like training data than after retraining, over 0 less',
    }),
  ),
  /** Absent in reports of before; null without people. */
  completeness: Type.Optional(Nullable(Completeness)),
  /** Absent in reports of before. */
  epsilon: Type.Optional(EpsilonEstimate),
});
export type Retraining = Static<typeof Retraining>;
