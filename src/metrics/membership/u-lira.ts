// Per record: is it like after unlearning, or like never having been seen? Each is known from shadow models. https://arxiv.org/abs/2403.01218
import type { MembershipAttack } from '../../domain/metric.ts';
import { logitScaled } from '../challenge-epsilon.ts';
import { COSTS } from '../costs.ts';
import { mean } from '../statistics.ts';

/** Log density of a normal distribution, without the constant. */
const logDensity = (x: number, middle: number, deviation: number): number =>
  -Math.log(deviation) - (x - middle) ** 2 / (2 * deviation ** 2);

/**
 * -log(N(x; after it was learned and unlearned) / N(x; never seen)), x the log-odds of exp(-mean loss); the means are those of the record under shadow
 * models of either kind, the deviations pooled over records, since the models are few. NaN where there are none.
 */
export const uLira: MembershipAttack = {
  kind: 'membership',
  name: 'u-lira',
  summary:
    'Likelihood of the record’s score after unlearning against that of never having seen it, by shadow models of both kinds',
  paper: {
    title: 'Inexact Unlearning Needs More Careful Evaluations to Avoid a False Sense of Privacy',
    arxiv: '2403.01218',
  },
  cost: COSTS.shadows,
  tasks: ['causal-lm', 'classification'],
  needs: 'shadows',
  score: ({ logProbs, shadows }) => {
    if (shadows === undefined) return Number.NaN;
    const x = logitScaled(Math.exp(mean(logProbs)));
    const [unlearned, unseen] = [shadows.unlearned, shadows.unseen].map(({ scores, spread }) =>
      logDensity(x, mean(scores), spread),
    ) as [number, number];
    return unseen - unlearned;
  },
};
