// One job of a compute process: an engine, a stage, a result. Composes what the worker may not load.
import type { ComputeJob, ComputeResult } from '../domain/compute.ts';
import { createEngine } from '../engine/choice.ts';
import { completeStage } from './complete-stage.ts';
import type { StageContext } from './context.ts';
import { influenceStage } from './influence-stage.ts';
import { createReporter, type Update } from './progress.ts';
import { referenceStage } from './reference-stage.ts';
import { shadowStage } from './shadow-stage.ts';
import { unlearnStage } from './unlearn-stage.ts';
import { verifyStage } from './verify-stage.ts';

function runStage(job: ComputeJob, context: StageContext): Promise<ComputeResult> {
  switch (job.stage) {
    case 'unlearn':
      return unlearnStage(job, context);
    case 'verify':
      return verifyStage(job, context);
    case 'reference':
      return referenceStage(job, context);
    case 'shadow':
      return shadowStage(job, context);
    case 'complete':
      return completeStage(job, context);
    case 'influence':
      return influenceStage(job, context);
  }
}

/** Runs one job to its end. Throws an ExpungeError, or the signal's reason when it was cancelled. */
export async function runComputeJob(
  job: ComputeJob,
  on: { progress(update: Update): void; signal: AbortSignal },
): Promise<ComputeResult> {
  const engine = await createEngine({ backend: job.backend, threads: job.threads });
  try {
    return await runStage(job, { engine, reporter: createReporter(on.progress), signal: on.signal });
  } finally {
    await engine.dispose();
  }
}
