// Messages on the way from a stage to the worker: seconds left, and a curve thinned to what a chart can show.
import type { FromCompute } from '../domain/compute.ts';
import type { Ended } from '../domain/ended.ts';
import type { CurvePoint, RunProgress } from '../domain/resources.ts';

export type Update = Omit<Extract<FromCompute, { type: 'progress' }>, 'type'>;
type Phase = RunProgress['phase'];
type Told = Partial<Pick<RunProgress, 'forget_loss' | 'retain_loss' | 'forget_target' | 'ended'>>;

export interface Reporter {
  report(phase: Phase, step?: number, steps?: number, told?: Told): void;
  curve(): CurvePoint[];
  /** Seconds spent in each phase so far. */
  seconds(): Record<string, number>;
  /** Highest step told of each phase so far. */
  steps(): Record<string, number>;
  /** Why forgetting ended, once that was told: every later message says it. */
  ended(): Ended | undefined;
}

/** At most two messages a second; a new phase is told at once. */
const INTERVAL_MS = 500;
const CURVE_POINTS = 400;

/** A curve of bounded size and even gaps: the stride doubles when it is full. The latest point is always in it. */
function createCurve() {
  let points: CurvePoint[] = [];
  let latest: CurvePoint | undefined;
  let stride = 1;
  let seen = 0;
  return {
    add(point: CurvePoint): void {
      latest = point;
      if (seen++ % stride === 0) points.push(point);
      if (points.length < CURVE_POINTS) return;
      points = points.filter((_, i) => i % 2 === 0);
      stride *= 2;
    },
    points: (): CurvePoint[] => (latest && points.at(-1) !== latest ? [...points, latest] : [...points]),
  };
}

/** Share of a phase that is done, 0 when unknown. Unlearning ends at the forget target, not at its bound of steps. */
function shareDone(phase: Phase, step: number, steps: number, loss: number | null, target: number | null): number {
  if (step <= 0 || steps <= 0) return 0;
  const bySteps = Math.min(1, step / steps);
  if (phase !== 'unlearning' || loss === null || target === null) return bySteps;
  return Math.max(bySteps, Math.min(1, loss / target));
}

export function createReporter(send: (update: Update) => void, now = () => performance.now()): Reporter {
  const curve = createCurve();
  const seconds: Record<string, number> = {};
  const steps: Record<string, number> = {};
  let phase: Phase | undefined;
  let phaseStart = now();
  let ended: Ended | undefined;
  let lastSent = Number.NEGATIVE_INFINITY;
  const settle = () => {
    if (phase !== undefined) seconds[phase] = (seconds[phase] ?? 0) + (now() - phaseStart) / 1000;
    phaseStart = now();
  };
  return {
    report(next, step = 0, most = 0, told = {}) {
      const changed = next !== phase;
      if (changed) {
        settle();
        phase = next;
      }
      const { forget_loss = null, retain_loss = null, forget_target = null } = told;
      ended ??= told.ended;
      const point = step > 0 ? { step, phase: next, forget_loss, retain_loss } : undefined;
      if (point) curve.add(point);
      if (step > 0) steps[next] = Math.max(steps[next] ?? 0, step);
      if (!changed && now() - lastSent < INTERVAL_MS) return;
      lastSent = now();
      const share = shareDone(next, step, most, forget_loss, forget_target);
      const elapsed = (now() - phaseStart) / 1000;
      const seconds_left = share > 0 ? (elapsed / share) * (1 - share) : null;
      send({
        progress: {
          ...{ phase: next, step, steps: most, forget_loss, retain_loss, forget_target, seconds_left },
          ...(ended ? { ended } : {}),
        },
        ...(point ? { point } : {}),
      });
    },
    curve: curve.points,
    seconds() {
      settle();
      return { ...seconds };
    },
    steps: () => ({ ...steps }),
    ended: () => ended,
  };
}
