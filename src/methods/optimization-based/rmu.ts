// https://arxiv.org/abs/2403.03218
import Type from 'typebox';
import { defineLossMethod, type Need } from '../../domain/method.ts';
import { statesDistance } from '../distances.ts';
import { meanOverTokens, tokenLoss } from '../losses.ts';
import { layerOptions, retainOptions, stepOptions } from '../options.ts';

/**
 * Length of the vector, as a multiple of the states' own: what is long in one model or layer is short in another. On Effects of
 * Steering Latent Representation for Large Language Model Unlearning, arXiv 2408.06223, has the idea and the number.
 */
const TIMES = 5;

export const rmu = defineLossMethod({
  name: 'rmu',
  family: 'optimization-based',
  summary:
    'Representation misdirection: hidden states of the forget set are drawn to one random vector, the rest stay as in the parent. Language models only.',
  paper: {
    title: 'The WMDP Benchmark: Measuring and Reducing Malicious Use With Unlearning',
    arxiv: '2403.03218',
  },
  formula:
    'L = gamma ||h(forget) - c u||^2 + alpha ||h(retain) - h_parent(retain)||^2 + retain_nll NLL(retain), means over positions and width\nh: hidden states after `layer`; u: a random direction of length 1 by the seed',
  cost: '2 (F + B) + F a step; states of the retain rows under the parent',
  when: 'Against whole topics rather than single facts, on language models. It hides more than it erases: relearning brings much back.',
  guarantee: 'empirical',
  params: Type.Object(
    {
      ...stepOptions,
      ...layerOptions,
      gamma: retainOptions.gamma,
      alpha: retainOptions.alpha,
      retain_nll: Type.Number({
        ...{ minimum: 0, maximum: 1000, default: 1 },
        description:
          'Weight of the likelihood of the retain set: layers above the steered one move as well, and nothing else holds them',
      }),
      steering_coefficient: Type.Number({
        ...{ minimum: 0, maximum: 10_000, default: 0 },
        description: `Length of the vector that hidden states are drawn to. 0: ${TIMES} times the parent’s own on the forget set`,
      }),
    },
    { additionalProperties: false },
  ),
  needs({ alpha, retain_nll, steering_coefficient }) {
    const needs: Need[] = ['hidden-states'];
    if (steering_coefficient === 0) needs.push('state-length');
    if (alpha > 0 || retain_nll > 0) needs.push('retain');
    if (alpha > 0) needs.push('reference-states');
    return needs;
  },
  /** gamma MSE(h(forget), c u) + alpha MSE(h(retain), h_parent(retain)) + retain_nll NLL(retain); h: states after `layer`, u: of length 1. */
  loss(tf, params, { forget, retain }) {
    if (forget.direction === undefined) throw new Error('rmu needs a direction');
    const length = params.steering_coefficient || tf.mul(forget.stateLength!, TIMES);
    const steered = tf.mul(statesDistance(tf, forget, tf.mul(forget.direction, length)), params.gamma);
    const near =
      params.alpha > 0 && retain?.referenceStates
        ? tf.add(steered, tf.mul(statesDistance(tf, retain, retain.referenceStates), params.alpha))
        : steered;
    if (params.retain_nll === 0 || retain === null) return near;
    return tf.add(near, tf.mul(meanOverTokens(tf, tokenLoss(tf, retain)), params.retain_nll));
  },
});
