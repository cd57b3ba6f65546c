// https://arxiv.org/abs/2302.09880
import Type from 'typebox';
import { defineLossMethod } from '../../domain/method.ts';
import { klToTeacher } from '../distances.ts';
import { meanOverTokens, tokenLoss } from '../losses.ts';
import { stepOptions, temperature } from '../options.ts';

const weight = (fallback: number, description: string) =>
  Type.Number({ minimum: 0, maximum: 1000, default: fallback, description });

export const scrub = defineLossMethod({
  name: 'scrub',
  family: 'optimization-based',
  summary: 'A student that leaves its teacher, the parent, on the forget set and returns to it on the rest, in turns.',
  paper: { title: 'Towards Unbounded Machine Unlearning', arxiv: '2302.09880' },
  formula:
    'leaving:   L = -KL(parent || model) on forget\nreturning: L = alpha KL(parent || model) + gamma NLL on retain, in turns, returning first',
  cost: '2 (F + B) + 2 F a step; the parent’s weights stand beside those that train',
  when: 'For classifiers and small models where the rest must stay near the parent. It may overshoot strangers: look at what the verification says.',
  guarantee: 'empirical',
  params: Type.Object(
    {
      ...stepOptions,
      alpha: weight(0.5, 'Weight of the divergence from the parent on the retain set'),
      gamma: weight(1, 'Weight of the likelihood of the retain set'),
      temperature: temperature(2),
      leaving_epochs: Type.Integer({
        ...{ minimum: 0, maximum: 100_000, default: 0 },
        description:
          'Epochs over the forget set in which the student leaves its teacher. 0: until the forgotten are strangers',
      }),
      returning_epochs: Type.Integer({
        ...{ minimum: 1, maximum: 1000, default: 1 },
        description: 'Steps on the retain set before each of them, in epochs over the forget set',
      }),
    },
    { additionalProperties: false },
  ),
  needs: ({ alpha }) => ['retain', 'forget-reference-logits', ...(alpha === 0 ? [] : (['reference-logits'] as const))],
  restsInRepair: () => true,
  /**
   * 1: the student leaves; 0: it returns. It returns first, since at the parent itself the divergence has no slope, and it only returns
   * in repair, when it has left.
   */
  dial({ leaving_epochs, returning_epochs }, { phase, step, epoch }) {
    if (phase === 'repairing') return 0;
    const turn = (returning_epochs + 1) * epoch;
    const [turns, at] = [Math.floor((step - 1) / turn), (step - 1) % turn];
    const over = leaving_epochs > 0 && turns >= leaving_epochs;
    return !over && at >= returning_epochs * epoch ? 1 : 0;
  },
  /** dial * -KL(parent || model) on forget + (1 - dial) * (alpha KL(parent || model) + gamma NLL) on retain. */
  loss(tf, { alpha, gamma, temperature: t }, { forget, retain, dial }) {
    if (forget.referenceLogits === undefined || retain === null || dial === undefined)
      throw new Error('scrub needs a retain set, the parent’s logits and its dial');
    const leaving = tf.mul(klToTeacher(tf, forget, forget.referenceLogits, t), tf.neg(dial));
    const likelihood = tf.mul(meanOverTokens(tf, tokenLoss(tf, retain)), gamma);
    const near =
      alpha === 0 || retain.referenceLogits === undefined
        ? likelihood
        : tf.add(likelihood, tf.mul(klToTeacher(tf, retain, retain.referenceLogits, t), alpha));
    return tf.add(leaving, tf.mul(near, tf.sub(1, dial)));
  },
});
