// https://arxiv.org/abs/2506.05314
import Type from 'typebox';
import { defineLossMethod } from '../../domain/method.ts';
import { peakedness } from '../distances.ts';
import { meanOverTokens, tokenLoss } from '../losses.ts';
import { retainOptions, stepOptions } from '../options.ts';

/** What the retain loss may come to where no bound is given: nats above the parent's. */
const ROOM = 0.05;

export const pdu = defineLossMethod({
  name: 'pdu',
  family: 'optimization-based',
  summary:
    'Primal-dual: answers of the forget set become blind guesses while the retain loss stays below a bound, which is its one knob of utility.',
  paper: {
    title: 'Constrained Entropic Unlearning: A Primal-Dual Framework for Large Language Models',
    arxiv: '2506.05314',
  },
  formula:
    'min over theta: gamma mean_t (max logit - mean logit)^2 on forget, so that NLL(retain) <= eps\nL = that + mu NLL(retain);  mu <- max(0, mu + eta (NLL(retain) - eps)) after each step',
  cost: '2 (F + B) a step, and one F over a sample of the retain set where eps is 0',
  when: 'Where utility is given as a bound rather than as a weight. It ends at blind guessing, not beyond.',
  guarantee: 'empirical',
  params: Type.Object(
    {
      ...stepOptions,
      gamma: retainOptions.gamma,
      eps: Type.Number({
        ...{ minimum: 0, maximum: 100, default: 0 },
        description: `Bound of the retain loss, nats a token. 0: the parent’s own and ${ROOM} above`,
      }),
      eta: Type.Number({
        ...{ minimum: 0, maximum: 10_000, default: 5 },
        description: 'By how much the weight of the retain term follows the excess over the bound, a step',
      }),
      mu: Type.Number({
        // 100, as published, goes with a bound of 0.3 above a loss near 0: here it would take hundreds of steps to come down
        ...{ minimum: 0, maximum: 100_000, default: 10 },
        description: 'Weight of the retain term at the start',
      }),
      dual_warmup_epochs: Type.Integer({
        ...{ minimum: 0, maximum: 100_000, default: 5 },
        description: 'Epochs over the forget set in which the weight stays as it is',
      }),
    },
    { additionalProperties: false },
  ),
  needs: ({ eps }) => (eps === 0 ? ['retain', 'retain-loss'] : ['retain']),
  /** mu <- max(0, mu + eta (retain loss - eps)). */
  dial({ eps, eta, mu, dual_warmup_epochs }, { step, epoch, before, parentLoss = 0 }) {
    if (before === null) return mu;
    if (step <= dual_warmup_epochs * epoch) return before.dial;
    return Math.max(0, before.dial + eta * (before.retainLoss - (eps || parentLoss + ROOM)));
  },
  /** gamma mean_t (max logit - mean logit)^2 on forget + mu NLL on retain. */
  loss(tf, params, { forget, retain, dial }) {
    if (retain === null || dial === undefined) throw new Error('pdu needs a retain set and its dial');
    const flat = tf.mul(peakedness(tf, forget), params.gamma);
    return tf.add(flat, tf.mul(meanOverTokens(tf, tokenLoss(tf, retain)), dial));
  },
});
