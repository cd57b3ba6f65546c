// https://arxiv.org/abs/2402.19308
import Type from 'typebox';
import { defineEditMethod } from '../../domain/method.ts';
import { dampenedBy, dampeningOptions } from '../dampening.ts';

export const lfssd = defineEditMethod({
  name: 'lfssd',
  family: 'example-based',
  summary:
    'Selective dampening without labels: what matters to a record is what its outputs’ size depends on, whatever they should be.',
  paper: { title: 'Loss-Free Machine Unlearning', arxiv: '2402.19308' },
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
  /** I = mean absolute gradient of a record’s squared logit norm; then as `ssd`. */
  edit: (given, params) => dampenedBy(given, { loss: 'output-norm', power: 1 }, params),
});
