// Stage 2 of a run, in a process of its own: reads parent and candidate from disk, attacks both, writes the report.
// It trusts nothing of the run that made the candidate.
import type { VerifyJob, VerifyResult } from '../domain/compute.ts';
import { sampleRows } from '../domain/random.ts';
import { asGiven } from '../domain/references.ts';
import { buildReport } from '../metrics/report.ts';
import type { StageContext } from './context.ts';
import { loadEarlier } from './earlier-rows.ts';
import { type AnyModel, loadAnyWeights, openAnyModel } from './models.ts';
import { peakMemoryBytes } from './peak-memory.ts';
import { planProbes } from './probes.ts';
import { addReferences, scoreReferences } from './retrained.ts';
import { robustnessOf } from './robustness.ts';
import { type SetScores, scoreSets, type VerificationSets } from './score-sets.ts';
import { loadSets } from './sets.ts';
import { addShadows, readShadows } from './shadow-scores.ts';

/** Retained records that utility is measured on. */
export const RETAIN_ROWS = 1000;

/** Scores the sets under both checkpoints and turns them into a report. */
export async function verifyStage(job: VerifyJob, context: StageContext): Promise<VerifyResult> {
  const started = performance.now();
  const { reporter } = context;
  reporter.report('loading');
  const parent = await openAnyModel(job.parent_dir);
  const loaded = await loadSets(job, parent, ['forget', 'retain', 'holdout'], { most: RETAIN_ROWS, seed: job.seed });
  const sets: VerificationSets = { ...loaded, retain: sampleRows(loaded.retain, RETAIN_ROWS, job.seed) };
  const earlier = await loadEarlier(job, parent);
  const total = 2 * (sets.forget.length + sets.retain.length + sets.holdout.length) + (earlier?.length ?? 0);
  let done = 0;
  const onRows = (rows: number) => {
    done += rows;
    reporter.report('verifying', done, total);
  };
  reporter.report('verifying', 0, total);
  const probes = parent.tokenizer
    ? planProbes(sets, parent.tokenizer, parent.architecture.contextLength(parent.config), job.seed)
    : [];
  const under = async (model: AnyModel, dir: string, judges: SetScores[] | null, of = sets) =>
    scoreSets({ ...model, weights: await loadAnyWeights(dir) }, of, context, job.seed, onRows, {
      ...{ judges, probes, gradients: job.policy.gradient_records ?? 0 },
    });
  // the candidate first: the parent judges what it wrote, and what it wrote ends where an answer of the parent's does,
  // or a tokenizer that calls another token the end would make it silent
  const opened = await openAnyModel(job.candidate_dir);
  const made: AnyModel = parent.tokenizer && opened.tokenizer ? { ...opened, tokenizer: parent.tokenizer } : opened;
  const after = await under(made, job.candidate_dir, null, earlier ? { ...sets, earlier } : sets);
  const before = await under(parent, job.parent_dir, [after]);
  const { policy, exact, baseline, seed } = job;
  const retrained = await scoreReferences(job.reference_dirs ?? [], sets, probes, context);
  addReferences([before, after], retrained);
  addShadows([before, after], await readShadows(job.shadow_files ?? []));
  const candidate = {
    ...{ engine: context.engine, architecture: made.architecture, config: made.config },
    ...{ weights: () => loadAnyWeights(job.candidate_dir), seed, signal: context.signal },
  };
  const robustness = await robustnessOf(policy.robustness ?? [], candidate, sets);
  const seconds = (performance.now() - started) / 1000;
  const references = job.references ?? asGiven(policy.references ?? { retrained: 0, shadow: 0 }, retrained.length);
  const { task } = parent.architecture;
  const classNames = parent.tokenizer === null ? parent.form.classNames : null;
  const report = buildReport({
    ...(task ? { task } : {}),
    classNames,
    before,
    after,
    retrained,
    policy,
    exact,
    baseline,
    ...(job.earlier ? { earlier: job.earlier } : {}),
    robustness,
    ...(references ? { references } : {}),
    seed,
    seconds,
  });
  return { stage: 'verify', report, peak_memory_bytes: peakMemoryBytes() };
}
