// A checkpoint in use is looked at again: only people forgotten before are scored, and people never seen, under its weights alone.
import type { VerifyJob, VerifyResult } from '../domain/compute.ts';
import { reportAgain } from '../metrics/report-again.ts';
import type { StageContext } from './context.ts';
import { loadEarlier } from './earlier-rows.ts';
import { loadAnyWeights, openAnyModel } from './models.ts';
import { createPartTimes } from './part-times.ts';
import { peakMemoryBytes } from './peak-memory.ts';
import { scoreSets } from './score-sets.ts';
import { loadSets } from './sets.ts';

/** Throws as `loadSets` and `loadEarlier` do. */
export async function lookAgainStage(
  job: VerifyJob & Required<Pick<VerifyJob, 'earlier'>>,
  context: StageContext,
): Promise<VerifyResult> {
  const started = performance.now();
  const { reporter } = context;
  const { candidate_dir: dir, policy, seed, earlier: counts } = job;
  const times = createPartTimes();
  reporter.report('loading');
  const model = await openAnyModel(dir);
  const { holdout } = await times.time('loading', 0, () => loadSets(job, model, ['holdout']));
  const sets = { forget: [], retain: [], holdout, earlier: (await loadEarlier(job, model)) ?? [] };
  const total = sets.earlier.length + holdout.length;
  let done = 0;
  const onRows = (rows: number) => {
    done += rows;
    reporter.report('verifying', done, total);
  };
  reporter.report('verifying', 0, total);
  const weights = await times.time('loading', 0, () => loadAnyWeights(dir));
  const scores = await scoreSets({ ...model, weights }, sets, context, seed, onRows, { times });
  const { task } = model.architecture;
  const about = { task, counts, earlier: scores.earlier!, holdout: scores.holdout, policy, seed };
  const { report, above } = await times.time('statistics', 0, () => reportAgain(about));
  const seconds = (performance.now() - started) / 1000;
  return { stage: 'verify', report: { ...report, seconds }, above, peak_memory_bytes: peakMemoryBytes() };
}
