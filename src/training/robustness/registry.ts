// One line an attack; the names are in domain/robustness.ts.
import type { RobustnessAttack, RobustnessName } from '../../domain/robustness.ts';
import { fineTuning } from './fine-tuning.ts';
import { pruning } from './pruning.ts';
import { quantisation } from './quantisation.ts';
import { relearning } from './relearning.ts';

export const robustnessAttacks: Readonly<Record<RobustnessName, RobustnessAttack>> = Object.freeze({
  'fine-tuning': fineTuning,
  pruning,
  quantisation,
  relearning,
});
