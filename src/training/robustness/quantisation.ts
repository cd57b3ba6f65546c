import type { RobustnessAttack } from '../../domain/robustness.ts';
import { pointsOf } from './measure.ts';
import { quantise } from './quantise.ts';

/** Of weights as they are. */
const FULL = 32;

export const quantisation: RobustnessAttack = {
  name: 'quantisation',
  summary: 'The weights are rounded to 8 and to 4 bits: small changes of weights round away, and forgetting with them',
  paper: {
    title: 'Catastrophic Failure of LLM Unlearning via Quantization',
    arxiv: '2410.16454',
  },
  unit: 'bits a weight',
  async run(attacked, recall) {
    const changes = [FULL, 8, 4].map((bits) => ({
      at: bits,
      change: (weights: Awaited<ReturnType<typeof attacked.weights>>) => {
        if (bits < FULL) quantise(weights, bits);
      },
    }));
    return { points: await pointsOf(attacked, recall, changes), note: null };
  },
};
