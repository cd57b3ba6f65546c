// The stage of a run as the service has it, for a benchmark that counts steps: a run’s own progress only samples them.
import { rm } from 'node:fs/promises';
import type { StageContext } from '../../src/compute/context.ts';
import { createReporter } from '../../src/compute/progress.ts';
import { unlearnStage } from '../../src/compute/unlearn-stage.ts';
import type { UnlearnJob } from '../../src/domain/compute.ts';
import type { Ended } from '../../src/domain/ended.ts';
import { withEngine } from './engine.ts';

/** Steps as the loop took them, by phase; empty for a method without steps. */
export interface Attempted {
  steps: Record<string, number>;
  /** Steps that the last phase of forgetting might have taken; null without a bound. */
  bound: number | null;
  /** Why forgetting ended; absent for a method that ends in no such way, and of what was kept before this was told. */
  ended?: Ended;
}

export async function attempt(job: UnlearnJob): Promise<Attempted> {
  const steps: Record<string, number> = {};
  const reporter = createReporter(() => undefined);
  const counting: StageContext['reporter'] = {
    ...reporter,
    report(phase, step = 0, ...rest) {
      if (step > 0) steps[phase] = (steps[phase] ?? 0) + 1;
      reporter.report(phase, step, ...rest);
    },
  };
  // what an attempt that was stopped left
  await rm(job.out_dir, { recursive: true, force: true });
  const signal = AbortSignal.timeout(1000 * job.time_limit_seconds);
  await withEngine(job, (engine) => unlearnStage(job, { engine, reporter: counting, signal }));
  const ended = reporter.ended();
  const bound = (job.method.params as { max_steps?: number } | undefined)?.max_steps ?? null;
  return { steps, bound, ...(ended ? { ended } : {}) };
}
