// The variables of what waits for approval because it is unusual (docs/abuse.md).
import Type from 'typebox';

export const ABUSE_VARIABLES = {
  BUDGET_WINDOW_HOURS: Type.Number({
    ...{ exclusiveMinimum: 0, default: 24 },
    description: 'Within which the budgets below are counted, by tenant',
  }),
  BUDGET_SHARE: Type.Number({
    ...{ minimum: 0, maximum: 1, default: 0.1 },
    description:
      'Of a model’s training records, and of its people, that requests may name within the window before further ones wait for approval. 0: no limit',
  }),
  BUDGET_PEOPLE: Type.Integer({
    ...{ minimum: 0, default: 100 },
    description: 'So many people, and the records that as many have on average, in any case',
  }),
  UNUSUAL_REQUEST_PEOPLE: Type.Integer({
    ...{ minimum: 0, default: 50 },
    description:
      'A single request for more records than so many people have on average, and for more than 2 % of all, waits for approval. 0: no limit',
  }),
  UNUSUAL_LOSS_FACTOR: Type.Number({
    ...{ minimum: 0, default: 0 },
    description:
      'A run holds requests for approval whose records cost the model more than so many times what 99 % of retained ones do: it was never trained on such. 2 is a start. 0: nothing is looked at',
  }),
  UNUSUAL_GRADIENT_FACTOR: Type.Number({
    ...{ minimum: 0, default: 0 },
    description:
      'A run holds requests for approval whose records have more than so many times the gradient of 99 % of retained ones, and of 99 % of people never seen: they may be made to be dear. 2 is a start. 0: nothing is looked at',
  }),
  UNUSUAL_SPREAD_ODDS: Type.Integer({
    ...{ minimum: 0, maximum: 100_000, default: 1000 },
    description:
      'On a model in shards a run holds its requests for approval where fewer than one in so many sets of as many people and records of the model would cost as much. 0: nothing is looked at',
  }),
  BUDGET_COMPUTE_SECONDS: Type.Integer({
    ...{ minimum: 0, default: 0 },
    description:
      'What runs may take within the window, with the estimate of a new request, before it waits for approval. 0: no limit',
  }),
};
