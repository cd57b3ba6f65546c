// Stage 2 of a run, in a process of its own: reads parent and candidate from disk, attacks both, writes the report.
// It trusts nothing of the run that made the candidate.
import type { VerifyJob, VerifyResult } from '../domain/compute.ts';
import { fullExtent } from '../metrics/extent.ts';
import { buildReport } from '../metrics/report.ts';
import { compareWith } from './compared-models.ts';
import type { StageContext } from './context.ts';
import { loadEarlier } from './earlier-rows.ts';
import { lookAgainStage } from './look-again.ts';
import { type AnyModel, loadAnyWeights, openAnyModel } from './models.ts';
import { createPartTimes } from './part-times.ts';
import { peakMemoryBytes } from './peak-memory.ts';
import { planProbes } from './probes.ts';
import { robustnessOf } from './robustness.ts';
import { type SetScores, scoreSets } from './score-sets.ts';
import { loadVerification } from './verification-sets.ts';
import { createScales } from './weighed-model.ts';

/** None of a consolidation, which forgets nobody new: there is nothing that they could bring back. */
const attacksOn = ({ forget }: { forget: readonly unknown[] }, { policy }: VerifyJob) =>
  forget.length === 0 ? [] : (policy.robustness ?? []);

/** As attacks on the weights take it. */
const candidateOf = (job: VerifyJob, { architecture, config }: AnyModel, { engine, signal }: StageContext) => ({
  ...{ engine, architecture, config, seed: job.seed, signal },
  weights: () => loadAnyWeights(job.candidate_dir),
});

/** Scores the sets under both checkpoints and turns them into a report. */
export async function verifyStage(job: VerifyJob, context: StageContext): Promise<VerifyResult> {
  if (job.again && job.earlier) return lookAgainStage({ ...job, earlier: job.earlier }, context);
  const started = performance.now();
  const { reporter } = context;
  const times = createPartTimes();
  const { policy, exact, baseline, seed, plan = null } = job;
  reporter.report('loading');
  const parent = await openAnyModel(job.parent_dir);
  const { task } = parent.architecture;
  const extent = plan?.extent ?? fullExtent(policy, task);
  const { sets, rows, withNeighbours } = await loadVerification(job, parent, times);
  const earlier = await loadEarlier(job, parent);
  const total = rows + (earlier?.length ?? 0);
  let done = 0;
  const onRows = (rows: number) => {
    done += rows;
    reporter.report('verifying', done, total);
  };
  reporter.report('verifying', 0, total);
  const probes =
    parent.tokenizer && sets.forget.length > 0
      ? planProbes(sets, parent.tokenizer, parent.architecture.contextLength(parent.config), seed, extent)
      : [];
  const scales = createScales(context.engine);
  const under = async (model: AnyModel, dir: string, judges: SetScores[] | null, of = sets) => {
    const weights = await times.time('loading', 0, () => loadAnyWeights(dir));
    return scoreSets({ ...model, weights }, of, context, seed, onRows, {
      ...{ judges, probes, scales, times, gradients: policy.gradient_records ?? 0 },
    });
  };
  // the candidate first: the parent judges what it wrote, and what it wrote ends where an answer of the parent's does,
  // or a tokenizer that calls another token the end would make it silent
  const opened = await openAnyModel(job.candidate_dir);
  const made: AnyModel = parent.tokenizer && opened.tokenizer ? { ...opened, tokenizer: parent.tokenizer } : opened;
  const after = await under(made, job.candidate_dir, null, earlier ? { ...sets, earlier } : sets);
  const before = await under(parent, job.parent_dir, [after]);
  scales.dispose();
  const others = await compareWith(job, [before, after], { sets, probes }, context);
  const robustness = await robustnessOf(attacksOn(sets, job), candidateOf(job, made, context), sets, { extent, times });
  const classNames = parent.tokenizer === null ? parent.form.classNames : null;
  const report = await times.time('statistics', 0, () =>
    buildReport({
      ...(task ? { task } : {}),
      nobody: sets.forget.length === 0,
      ...{
        classNames,
        before: withNeighbours(before),
        after: withNeighbours(after),
        ...others,
        policy,
        exact,
        baseline,
        ...(job.earlier ? { earlier: job.earlier } : {}),
        robustness,
        seed,
        seconds: 0,
      },
      left_out: plan?.left_out ?? [],
    }),
  );
  const planned = plan && { seconds: plan.seconds, share_of_run: plan.share_of_run };
  const seconds = (performance.now() - started) / 1000;
  return {
    stage: 'verify',
    report: { ...report, seconds, cost: { parts: times.parts(), extent, planned } },
    peak_memory_bytes: peakMemoryBytes(),
  };
}
