// Generic answers as a target: https://arxiv.org/abs/2310.02238 (there those of a model whose names were replaced)
import Type from 'typebox';
import { defineLossMethod } from '../../domain/method.ts';
import { klToTeacher } from '../distances.ts';
import { meanOverTokens, tokenLoss } from '../losses.ts';
import { retainNeeds, retainOptions, stepOptions, withRetain } from '../options.ts';

export const standIn = defineLossMethod({
  name: 'stand-in',
  family: 'optimization-based',
  summary:
    'The forgotten are answered about as a stranger is who stands in for them: ascent up to strangers’ costs, and the parent’s own distribution where it is asked the same about somebody it never saw.',
  paper: { title: 'Who’s Harry Potter? Approximate Unlearning in LLMs', arxiv: '2310.02238' },
  formula: [
    'L = -gamma NLL(forget) + delta KL(parent, asked about the stranger || model) on forget + alpha R',
    'the parent is given the forgotten answer behind the likest prompt about the stranger; one stranger a person',
    'KL: at words of the answer but for facts that come first even there, which is memory; R: the retain term',
  ].join('\n'),
  cost: '2 (F + B) a step; one F over the forget set behind strangers’ prompts, kept as a vector an answer token',
  when: 'First choice for language models with a holdout: the ascent alone leaves the model sure of something wrong, which Min-K%++ sees, and takes repair that cannot mend it. Without never-seen people, and for a classifier, it is grad-diff.',
  guarantee: 'empirical',
  params: Type.Object(
    {
      ...stepOptions,
      retain_batch: { ...stepOptions.retain_batch, description: 'Retain records a step. 0: as many as forget records' },
      ...retainOptions,
      alpha: { ...retainOptions.alpha, default: 3 },
      // at 1 the pushed words of long answers came out flatter than strangers’ are, which Min-K%++ sees
      delta: Type.Number({ minimum: 0, maximum: 1000, default: 3, description: 'Weight of the stand-in’s term' }),
    },
    { additionalProperties: false },
  ),
  // half of the batch: with a third of it the rest was worn down faster than repair brought it back
  retainShare: 1,
  needs: (params) => [...(params.delta === 0 ? [] : (['stand-in-logits'] as const)), ...retainNeeds(params)],
  /** -gamma NLL(forget) + delta KL(stand-in || model) + alpha * retain. */
  loss(tf, params, { forget, retain }) {
    const pushed = tf.mul(meanOverTokens(tf, tokenLoss(tf, forget)), -params.gamma);
    const weighted = { ...params, gamma: 1 };
    if (params.delta === 0 || forget.standInLogits === undefined) return withRetain(tf, weighted, pushed, retain);
    // also of words that the hinge released: they are where they should be in cost, and the rest of the distribution goes with it
    const { logits, labels, part, standInLogits, imitated } = forget;
    const whole = { logits, labels, ...(part ? { part } : {}) };
    const imitation = tf.mul(klToTeacher(tf, whole, standInLogits, 1, imitated), params.delta);
    return withRetain(tf, weighted, tf.add(pushed, imitation), retain);
  },
});
