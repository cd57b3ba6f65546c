import type { RobustnessAttack } from '../../domain/robustness.ts';
import { pointsOf } from './measure.ts';
import { prune } from './prune.ts';

const SHARES = [0, 0.1, 0.3, 0.5];

export const pruning: RobustnessAttack = {
  name: 'pruning',
  summary: 'The smallest weights are set to zero: what only hides a memory may lie in them',
  paper: { title: 'Model Sparsity Can Simplify Machine Unlearning', arxiv: '2304.04934' },
  unit: 'share of weights',
  async run(attacked, recall) {
    const changes = SHARES.map((share) => ({
      at: share,
      change: (weights: Awaited<ReturnType<typeof attacked.weights>>) => prune(weights, share),
    }));
    return { points: await pointsOf(attacked, recall, changes), note: null };
  },
};
