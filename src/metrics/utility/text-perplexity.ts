// What general text costs the model: language that no forgetting should take along.
import type { UtilityMetric } from '../../domain/metric.ts';
import { COSTS } from '../costs.ts';

/** exp(mean cost of a token), over all tokens of the plain texts alike; NaN without any. */
export const textPerplexity: UtilityMetric = {
  kind: 'utility',
  name: 'text-perplexity',
  summary: 'Perplexity of general text, where a corpus of the role `world` holds some',
  paper: null,
  cost: COSTS.scores,
  range: [1, Number.POSITIVE_INFINITY],
  sets: ['world'],
  of(set, rows) {
    let [tokens, cost] = [0, 0];
    for (const { logProbs } of rows[set].filter(({ plain }) => plain === true)) {
      tokens += logProbs.length;
      for (const logProb of logProbs) cost -= logProb;
    }
    return Math.exp(cost / tokens);
  },
};
