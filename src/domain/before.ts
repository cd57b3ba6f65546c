// Everybody forgotten before: how many of the people of earlier runs can still be looked at again.
import Type, { type Static } from 'typebox';
import { Nullable } from './common.ts';

export const EarlierCounts = Type.Object({
  requests: Type.Integer({ description: 'Requests that earlier runs of the model completed' }),
  reverified_requests: Type.Integer({
    description: 'Those whose people were looked at again: all of whom something is kept, or a sample by the seed',
  }),
  unobservable_requests: Type.Integer({
    description: 'Those of whom nothing is kept any more, or never was: nobody can look at them again',
  }),
  unobservable_since: Nullable(
    Type.String({
      format: 'date-time',
      description: 'Since when that is so of the first of them; null where it is so of nobody',
    }),
  ),
});
export type EarlierCounts = Static<typeof EarlierCounts>;
