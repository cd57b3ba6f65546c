// https://arxiv.org/abs/2402.10052
import Type from 'typebox';
import { defineLossMethod, type Need } from '../../domain/method.ts';
import { distil, lowered, meanOverTokens, tokenLoss } from '../losses.ts';
import { retainNeeds, retainOptions, stepOptions, withRetain } from '../options.ts';

const OWN: Need = 'forget-reference-logits';

export const undial = defineLossMethod({
  name: 'undial',
  family: 'optimization-based',
  summary: 'Self-distillation: the model learns its parent’s answers with the logit of each true token lowered.',
  paper: {
    title: 'UNDIAL: Self-Distillation with Adjusted Logits for Robust Unlearning in Large Language Models',
    arxiv: '2402.10052',
  },
  formula: [
    'L = mean_t CE( softmax(z_parent,t - beta onehot(true token)), softmax(z_t) )  [+ alpha R]',
    't runs over the answer tokens of the forget batch; R: the retain term',
  ].join('\n'),
  cost: 'F + B of the forget half a step, and F for the parent’s logits; and F + B of the retain half where alpha > 0',
  when: 'Where the answers must stay fluent: it learns its parent’s second thoughts. The true token is lowered by a fixed amount, not to the level of strangers.',
  guarantee: 'empirical',
  params: Type.Object(
    {
      ...stepOptions,
      ...retainOptions,
      // as published, 0: the rest went with the forgotten (retain recall 0.76 on the invented people, 1.00 with this)
      alpha: retainOptions.alpha,
      beta: Type.Number({ minimum: 0, maximum: 1000, default: 10, description: 'By how much a true token is lowered' }),
    },
    { additionalProperties: false },
  ),
  needs: (params) => [OWN, ...retainNeeds(params)],
  /** mean_t CE(softmax(z_parent - beta onehot(label)), softmax z) over answer tokens + alpha * retain. */
  loss(tf, params, { forget, retain }) {
    if (forget.referenceLogits === undefined) throw new Error('undial needs the parent’s logits of the forget set');
    const tokens = tokenLoss(tf, forget);
    const target = tf.softmax(lowered(tf, forget.referenceLogits, forget.labels, params.beta));
    return withRetain(tf, params, meanOverTokens(tf, distil(tf, forget, tokens, target)), retain);
  },
});
