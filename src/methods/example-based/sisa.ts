// Exact unlearning by shards and slices: only those that held a forgotten record are trained again.
import { defineRetrainMethod } from '../../domain/method.ts';
import { retrain } from './retrain.ts';

export const sisa = defineRetrainMethod({
  name: 'sisa',
  family: 'example-based',
  summary:
    'Exact: of a model that was trained in shards and slices, trains the shards of the forgotten again, each from the slice before the first that held them.',
  paper: { title: 'Machine Unlearning', arxiv: '1912.03817' },
  formula:
    'theta_s,r: shard s after its slices 1..r, each trained on the records of those slices alone\nof every shard that held a forgotten record: load theta_s,r-1 before the first such slice r, train slices r..R without it; aggregate the shards anew',
  cost: 'of a shard that is hit 2/3 + 1/(3R) of its training on average; a checkpoint for every slice of every shard on disk',
  when: 'Where requests will come and every one is to be answered exactly: train in shards from the start. Costs some accuracy, the more the more shards.',
  guarantee: 'exact',
  params: retrain.params,
  needs: () => ['retain', 'recipe', 'slices'],
});
