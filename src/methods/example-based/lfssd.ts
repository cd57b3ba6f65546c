// https://arxiv.org/abs/2402.19308
import Type from 'typebox';
import { defineEditMethod } from '../../domain/method.ts';
import { dampenedBy, dampeningOptions, dampeningWork } from '../dampening.ts';

export const lfssd = defineEditMethod({
  name: 'lfssd',
  family: 'example-based',
  summary:
    'Selective dampening without labels: what matters to a record is what its outputs’ size depends on, whatever they should be.',
  paper: { title: 'Loss-Free Machine Unlearning', arxiv: '2402.19308' },
  formula:
    'I = mean over records of |d ||logits||^2 / d theta|;  where I_forget > alpha I_retain: theta <- theta min(1, lambda I_retain / I_forget)',
  cost: 'as ssd: one (F + B) a record over the forget set and a sample of the retain set; then the repair',
  when: 'As ssd, where labels are missing or not to be trusted.',
  guarantee: 'empirical',
  params: Type.Object(
    {
      ...dampeningOptions,
      // gradients are not squared: the root of ten times as important
      alpha: Type.Number({ ...dampeningOptions.alpha, default: 3 }),
    },
    { additionalProperties: false },
  ),
  needs: () => ['retain'],
  memory: ({ group_rows }) => ({ vectors: 2, group: group_rows, descends: false }),
  work: dampeningWork,
  /** I = mean absolute gradient of a record’s squared logit norm; then as `ssd`. */
  edit: (given, params) => dampenedBy(given, { loss: 'output-norm', power: 1 }, params),
});
