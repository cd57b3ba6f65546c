// How far a candidate is from a model that was retrained without the forgotten: reported, never judged.
import Type, { type Static } from 'typebox';
import { Nullable } from './common.ts';

const Pair = Type.Object({
  forget: Nullable(Type.Number()),
  holdout: Nullable(Type.Number({ description: 'Of people never seen: what two trainings differ by anyway' })),
});

export const RetrainingDistance = Type.Object({
  score: Type.String({ description: 'Registered metric or attack whose scores are compared' }),
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

export const Retraining = Type.Object({
  distances: Type.Array(RetrainingDistance),
  privleak: Nullable(
    Type.Number({
      description: 'Per cent, by min-k: under 0 more like training data than after retraining, over 0 less',
    }),
  ),
});
export type Retraining = Static<typeof Retraining>;
