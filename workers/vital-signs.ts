// Watches a compute process from outside: a step may keep its thread for long, so what it last said is repeated, and a
// silence that no step explains counts as a hang.
import type { FromCompute } from '../src/domain/compute.ts';

type Progress = Extract<FromCompute, { type: 'progress' }>;

export interface VitalSigns {
  /** Every message of the child is a sign of life. */
  heard(message: FromCompute): void;
  stop(): void;
}

const BEAT_MS = 500;

const AT_START: Progress = {
  type: 'progress',
  progress: {
    ...{ phase: 'loading', step: 0, steps: 0, forget_loss: null, retain_loss: null },
    ...{ forget_target: null, seconds_left: null },
  },
};

/**
 * Hands progress on, and what was said last once more, its time left counted down, whenever half a second brought
 * nothing new. Calls `hung` once, after `stallMs` without any message.
 */
export function watchVitalSigns(
  on: { progress(message: Progress): void; hung(): void },
  stallMs: number,
  now: () => number = () => performance.now(),
): VitalSigns {
  let heardAt = now();
  let toldAt = Number.NEGATIVE_INFINITY;
  let last = { message: AT_START, at: heardAt };
  const tell = (message: Progress) => {
    toldAt = now();
    on.progress(message);
  };
  const repeat = () => {
    const { progress } = last.message;
    const passed = (now() - last.at) / 1000;
    const seconds_left = progress.seconds_left === null ? null : Math.max(0, progress.seconds_left - passed);
    // the point of the curve was told with the message itself
    tell({ type: 'progress', progress: { ...progress, seconds_left } });
  };
  const timer = setInterval(() => {
    if (now() - heardAt >= stallMs) {
      clearInterval(timer);
      on.hung();
    } else if (now() - toldAt >= BEAT_MS) repeat();
  }, BEAT_MS);
  return {
    heard(message) {
      heardAt = now();
      if (message.type !== 'progress') return;
      last = { message, at: heardAt };
      tell(message);
    },
    stop: () => clearInterval(timer),
  };
}
