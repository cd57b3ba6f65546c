// https://arxiv.org/abs/2503.01224
import Type from 'typebox';
import { defineLossMethod } from '../../domain/method.ts';
import { distil, lowered, meanOverTokens, stopGradient, tokenLoss, withoutFirst } from '../losses.ts';
import { retainNeeds, retainOptions, stepOptions, withRetain } from '../options.ts';

/** Nats below which nothing is likely. */
const NEVER = 1e9;

export const ceU = defineLossMethod({
  name: 'ce-u',
  family: 'gradient-based',
  summary:
    'Cross entropy towards the model’s own distribution without the true token: bounded, nothing to push against.',
  paper: { title: 'CE-U: Cross Entropy Unlearning', arxiv: '2503.01224' },
  guarantee: 'empirical',
  params: Type.Object(
    {
      ...stepOptions,
      ...retainOptions,
      // as the paper has it: the forget set alone
      alpha: Type.Number({ ...retainOptions.alpha, default: 0 }),
      ignore_first_n_answer_tokens: Type.Integer({
        ...{ minimum: 0, maximum: 1, default: 1 },
        description:
          'Answer tokens at the beginning that are left alone: they say how an answer begins, and nothing of it',
      }),
    },
    { additionalProperties: false },
  ),
  needs: retainNeeds,
  /** mean_t CE(sg softmax(z without the label), softmax z) over answer tokens behind the first + alpha * retain. */
  loss(tf, params, { forget, retain }) {
    const all = tokenLoss(tf, forget);
    const tokens = params.ignore_first_n_answer_tokens === 1 ? withoutFirst(tf, all, forget) : all;
    const rest = stopGradient(tf, forget.logits, (z) => tf.softmax(lowered(tf, z, forget.labels, NEVER)));
    return withRetain(tf, params, meanOverTokens(tf, distil(tf, forget, tokens, rest)), retain);
  },
});
