// Progress of a run on its way to the store: about one write a second, whatever the compute process sends.
import type { FromCompute } from '../domain/compute.ts';
import type { CurvePoint, RunProgress } from '../domain/resources.ts';
import type { RunDeps } from './deps.ts';
import type { Claim } from './ports.ts';

/** Less than a second, so that with the write's own time and a repeated message it is one at least. */
const EVERY_MS = 750;

export interface ProgressWriter {
  push(message: Pick<Extract<FromCompute, { type: 'progress' }>, 'progress' | 'point'>): void;
  /** Writes what is left; resolves when everything is written or was refused. */
  flush(): Promise<void>;
}

/** Losing progress loses nothing that counts, so failures are logged and the newest state is written next time. */
export function createProgress(deps: Pick<RunDeps, 'store' | 'clock' | 'log'>, claim: Claim): ProgressWriter {
  let latest: RunProgress | undefined;
  let points: CurvePoint[] = [];
  let timer: NodeJS.Timeout | undefined;
  let writing: Promise<void> = Promise.resolve();
  let wroteAt = 0;

  async function write(): Promise<void> {
    const [progress, batch] = [latest, points];
    if (!progress) return;
    latest = undefined;
    points = [];
    wroteAt = Date.now();
    try {
      await deps.store.saveProgress(claim.run.id, claim.fence, progress, batch);
    } catch (error) {
      deps.log.warn({ run_id: claim.run.id, err: error }, 'Progress was not saved');
      points = [...batch, ...points];
      latest ??= progress;
    }
  }
  const schedule = () => {
    clearTimeout(timer);
    timer = undefined;
    writing = writing.then(write);
    return writing;
  };
  return {
    push({ progress, point }) {
      latest = { ...progress, updated_at: deps.clock().toISOString() };
      if (point) points.push(point);
      timer ??= setTimeout(schedule, Math.max(0, wroteAt + EVERY_MS - Date.now()));
    },
    flush: schedule,
  };
}
