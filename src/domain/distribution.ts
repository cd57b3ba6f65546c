// How the scores of an attack are spread over people: counts and rates for charts, nothing of a single record.
import Type, { type Static } from 'typebox';

const Counts = Type.Array(Type.Integer({ minimum: 0 }), { description: 'People by bin' });
const BeforeAfter = Type.Object({ before: Counts, after: Counts });

/** Corners of a ROC curve from (0, 0) to (1, 1), in order. */
const Roc = Type.Array(
  Type.Object({
    fpr: Type.Number({ description: 'Share of people never seen who are taken for members' }),
    tpr: Type.Number({ description: 'Share of the forgotten who are' }),
  }),
);

export const ScoreDistribution = Type.Object({
  metric: Type.String({ description: 'Registered attack' }),
  edges: Type.Array(Type.Number(), { description: 'Ends of the bins, one more than there are bins; ascending' }),
  forget: BeforeAfter,
  retain: BeforeAfter,
  holdout: BeforeAfter,
  roc: Type.Object({ before: Roc, after: Roc }),
});
export type ScoreDistribution = Static<typeof ScoreDistribution>;
export type RocPoint = Static<typeof Roc>[number];
