// A short training of the candidate, looked at on the way.
import type { Attacked, AttackedRow, Recall, RobustnessCurve } from '../../domain/robustness.ts';
import { TRAIN_ALL, type TrainableOptions } from '../../domain/trainable.ts';
import { createSampler } from '../batches.ts';
import { kindOf } from '../kinds.ts';
import { parametersOf, rateFor } from '../learning-rate.ts';
import { compileTrainingStep, type TrainingStep } from '../training-step.ts';
import { measureOf } from './measure.ts';

/** Steps after which is looked. */
export const LOOKS = [0, 5, 10, 20];
const BATCH = 16;
/** Rows in memory at a time, so that an attack takes no more of it than unlearning did; a small model takes all at once, in a fraction of the time. */
const MICRO_BATCH = 4;
/** Weights of a small model, at most. */
export const SMALL_MODEL = 20e6;
/** Times the rate that unlearning has, half of what such models are fine-tuned with: an attacker need not be careful. */
const HASTE = 4;
const ADAMW = { beta1: 0.9, beta2: 0.98, weight_decay: 0.01, clip_norm: 1 };
/** Above so many weights adapters train in their place, as the attack was published: moments of all weights might not fit. */
const ADAPTED_FROM = 50e6;
const ADAPTERS: TrainableOptions = { trainable: [], lora_rank: 8, lora_alpha: 16, lora_targets: [] };

/** One training: what it is of, and what is asked at each look. */
interface Course {
  taught: readonly AttackedRow[];
  asked: { forget: readonly AttackedRow[]; holdout: readonly AttackedRow[] };
}
type Points = RobustnessCurve['points'];

/**
 * Recall at each look, in order, of each course. All start from the candidate, one after the other, in one compiled step: compiling it takes
 * longer than a course of a small model.
 */
export async function coursesOf(attacked: Attacked, recall: Recall, courses: readonly Course[]): Promise<Points[]> {
  const { engine, architecture, config, seed } = attacked;
  const parameters = parametersOf(attacked);
  const trains = parameters > ADAPTED_FROM && architecture.task === undefined ? ADAPTERS : TRAIN_ALL;
  const rate = (trains === TRAIN_ALL ? HASTE : 1) * rateFor(parameters, trains);
  const step = compileTrainingStep({
    ...{ engine, architecture, config, weights: await attacked.weights(), trains, seed },
    options: { ...ADAMW, ...(parameters > SMALL_MODEL ? { micro_batch: MICRO_BATCH } : {}) },
  });
  const measure = measureOf(attacked, recall, step.state);
  const found: Points[] = [];
  try {
    for (const course of courses) {
      if (found.length > 0) step.restart(await attacked.weights());
      found.push(await take(course, { attacked, step, rate, measure }));
    }
  } finally {
    step.state.dispose();
  }
  return found;
}

interface Way {
  attacked: Attacked;
  step: TrainingStep;
  rate: number;
  measure: ReturnType<typeof measureOf>;
}

async function take({ taught, asked }: Course, { attacked, step, rate, measure }: Way): Promise<Points> {
  const { architecture, config, signal, seed } = attacked;
  const sample = createSampler(taught.length, Math.min(BATCH, taught.length), seed);
  const points: Points = [];
  for (let taken = 0; taken <= LOOKS.at(-1)!; taken++) {
    signal.throwIfAborted();
    if (taken > 0) {
      const rows = sample().map((i) => taught[i]!);
      await step.run(kindOf(architecture).batch(rows, architecture.contextLength(config)), rate, taken);
    }
    if (LOOKS.includes(taken)) points.push({ at: taken, ...(await measure(asked)) });
  }
  return points;
}
