// https://arxiv.org/abs/2308.07707
import Type from 'typebox';
import { defineEditMethod } from '../../domain/method.ts';
import { dampenedBy, dampeningOptions, dampeningWork } from '../dampening.ts';

export const ssd = defineEditMethod({
  name: 'ssd',
  family: 'example-based',
  summary:
    'Selective synaptic dampening: weights far more important to the forgotten than to the retained are made smaller, once.',
  paper: {
    title: 'Fast Machine Unlearning Without Retraining Through Selective Synaptic Dampening',
    arxiv: '2308.07707',
  },
  formula:
    'I = mean over records of (d NLL / d theta)^2;  where I_forget > alpha I_retain: theta <- theta min(1, lambda I_retain / I_forget)',
  cost: 'one (F + B) a record over the forget set and a sample of the retain set, two copies of the weights; then the repair',
  when: 'Where a few passes are all that there is time for, and the forgotten are unlike the rest, a class above all. Of people like the others it finds few weights of their own.',
  guarantee: 'empirical',
  params: Type.Object({ ...dampeningOptions }, { additionalProperties: false }),
  needs: () => ['retain'],
  memory: ({ group_rows }) => ({ vectors: 2, group: group_rows, descends: false }),
  work: dampeningWork,
  /** I = mean squared gradient of a record’s NLL. Where I_forget > alpha I_retain: weight *= min(1, lambda I_retain / I_forget). */
  edit: (given, params) => dampenedBy(given, { loss: 'nll', power: 2 }, params),
});
