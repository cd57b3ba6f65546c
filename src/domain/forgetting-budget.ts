// What runs that are not exact may take of a model before it is trained again.
import Type, { type Static } from 'typebox';

/** Reasons for each number: docs/sequences.md. */
export const ForgettingBudget = Type.Object(
  {
    approximate_runs: Type.Union([Type.Integer({ minimum: 1, maximum: 100_000 }), Type.Null()], {
      default: 50,
      description: 'Runs whose guarantee is `empirical`, since the last exact checkpoint; null: as many as there are',
    }),
    utility_share: Type.Number({
      ...{ minimum: 0, maximum: 1, default: 0.95 },
      description: 'Least that may be left of the utility of the last exact checkpoint, by the lowest metric',
    }),
  },
  { additionalProperties: false, default: {} },
);
export type ForgettingBudget = Static<typeof ForgettingBudget>;
