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
  formula: [
    'L = mean_t CE( sg softmax(z_t with the logit of the true token at -inf), softmax(z_t) )  [+ alpha R]',
    't runs over the answer tokens of the forget batch behind the first, and over the only one of a row that has one; sg: a constant; R: the retain term',
  ].join('\n'),
  cost: 'F + B of the forget half a step, and of the retain half where alpha > 0',
  when: 'Where ascent breaks the model: its gradient is bounded and ends by itself; with alpha 0, as published, the rest goes as well. The forgotten end as what the model would have said instead, not as strangers do.',
  guarantee: 'empirical',
  params: Type.Object(
    {
      ...stepOptions,
      ...retainOptions,
      // as published, 0: the rest went with the forgotten (retain recall 0.12 on the invented people, 1.00 with this)
      alpha: retainOptions.alpha,
      ignore_first_n_answer_tokens: Type.Integer({
        ...{ minimum: 0, maximum: 1, default: 1 },
        description:
          'Answer tokens at the beginning that are left alone: they say how an answer begins, and nothing of it. An answer of one token, as a class is, is never left alone',
      }),
    },
    { additionalProperties: false },
  ),
  needs: retainNeeds,
  /** mean_t CE(sg softmax(z without the label), softmax z) over answer tokens behind the first, or over the only one, + alpha * retain. */
  loss(tf, params, { forget, retain }) {
    const all = tokenLoss(tf, forget);
    const tokens = params.ignore_first_n_answer_tokens === 1 ? withoutFirst(tf, all, forget) : all;
    const rest = stopGradient(tf, forget.logits, (z) => tf.softmax(lowered(tf, z, forget.labels, NEVER)));
    return withRetain(tf, params, meanOverTokens(tf, distil(tf, forget, tokens, rest)), retain);
  },
});
