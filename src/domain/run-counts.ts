// How many requests, people and records a run is about.
import Type, { type Static } from 'typebox';

export const RunCounts = Type.Object({
  requests: Type.Integer(),
  people: Type.Integer(),
  forget_records: Type.Integer(),
  shared_records: Type.Integer({ description: 'Forget records that also name other people' }),
  retain_records: Type.Integer(),
  holdout_records: Type.Integer(),
  erased_before: Type.Integer(),
  again_records: Type.Optional(
    Type.Integer({
      description:
        'Of the forget records, those that an earlier run had removed by another method, for requests that take exact removal alone; absent: none',
    }),
  ),
  unmeasured_records: Type.Optional(
    Type.Integer({
      description:
        'Records like these whose text was erased since: the training left them out, and they are no forget records, as nobody can measure them any more; absent: none',
    }),
  ),
});
export type RunCounts = Static<typeof RunCounts>;
