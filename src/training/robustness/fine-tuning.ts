import type { RobustnessAttack } from '../../domain/robustness.ts';
import { coursesOf } from './course.ts';

export const fineTuning: RobustnessAttack = {
  name: 'fine-tuning',
  summary:
    'The model is trained for 20 steps on records that it was to keep: use that means no harm may bring back the rest',
  paper: {
    title: 'Jogging the Memory of Unlearned LLMs Through Targeted Relearning Attacks',
    arxiv: '2406.13356',
  },
  unit: 'steps',
  async run(attacked, recall) {
    const { forget, holdout, retain } = attacked;
    if (retain.length === 0) return { points: [], note: 'there is no retained record to train on' };
    const [points] = await coursesOf(attacked, recall, [{ taught: retain, asked: { forget, holdout } }]);
    return { points: points!, note: null };
  },
};
