// Exact unlearning by shards and slices: only those that held a forgotten record are trained again.
import { defineRetrainMethod } from '../../domain/method.ts';
import { retrain } from './retrain.ts';

export const sisa = defineRetrainMethod({
  name: 'sisa',
  family: 'example-based',
  summary:
    'Exact: of a model that was trained in shards and slices, trains the shards of the forgotten again, each from the slice before the first that held them.',
  paper: { title: 'Machine Unlearning', arxiv: '1912.03817' },
  guarantee: 'exact',
  params: retrain.params,
  needs: () => ['retain', 'recipe', 'slices'],
});
