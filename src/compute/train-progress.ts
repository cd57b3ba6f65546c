// What `expunge train` tells of itself.
import type { TrainProgress } from '../training/train.ts';

export interface TrainModelProgress extends TrainProgress {
  /** Null before there are two steps to judge by. */
  secondsLeft: number | null;
}

/** Steps as they are reported, with the time that is left; the first one compiles, and is left out. */
export function withTimeLeft(report: (progress: TrainModelProgress) => void): (progress: TrainProgress) => void {
  let firstStep = 0;
  return (progress) => {
    const { step, steps } = progress;
    if (step === 1) firstStep = performance.now();
    const perStep = (performance.now() - firstStep) / 1000 / Math.max(1, step - 1);
    report({ ...progress, secondsLeft: step > 1 ? perStep * (steps - step) : null });
  };
}
