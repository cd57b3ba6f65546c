// A shadow model from its training to its scores: it learns half of the people who are compared, has them unlearned by the run's method, and goes.
// Only what it makes of the compared rows is kept.
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readSets } from '../corpora/sets-file.ts';
import type { ReferenceResult, SetsFile, ShadowJob } from '../domain/compute.ts';
import type { SetRow } from '../domain/record.ts';
import { membersOf, type ShadowScores, shadowRecipe } from '../domain/shadows.ts';
import { assertFits } from '../training/memory-check.ts';
import { trainingWork } from '../training/memory-work.ts';
import { meanNll } from '../training/scoring.ts';
import type { StageContext } from './context.ts';
import { openAnyModel, saveLike } from './models.ts';
import { peakMemoryBytes } from './peak-memory.ts';
import { inOnePiece } from './reference-stage.ts';
import { recipeOf, retrainFromRecipe } from './retrain.ts';
import { openScorer } from './retrained.ts';
import { loadSets } from './sets.ts';
import { unlearnStage } from './unlearn-stage.ts';

/** All of a shadow model's work is one phase of the run. */
const asOnePhase = ({ reporter, ...context }: StageContext): StageContext => ({
  ...context,
  reporter: { ...reporter, report: (_, step, steps) => reporter.report('references', step, steps) },
});

/** Everybody who is compared. */
const peopleIn = (rows: readonly SetRow[]): number[] => [
  ...new Set(rows.map(({ person }) => person).filter((person) => person >= 0)),
];

/** The sets of its run: its members are to be forgotten; what is retained, and who calibrates, is as in the run. */
async function setsFor(job: ShadowJob): Promise<{ sets: SetsFile; members: number[] }> {
  const { forget, retain, calibration, holdout } = await readSets(job.sets_file);
  const compared = [...forget, ...holdout];
  const members = membersOf(peopleIn(compared), job.index, job.seed);
  const known = new Set(members);
  return {
    sets: { forget: compared.filter(({ person }) => known.has(person)), retain, calibration, holdout: [] },
    members,
  };
}

async function trainShadow(job: ShadowJob, setsFile: string, out: string, context: StageContext): Promise<void> {
  const model = await openAnyModel(job.parent_dir);
  const recipe = shadowRecipe(inOnePiece(recipeOf(model, job.base_dir)), job.index);
  const { forget, retain } = await loadSets({ ...job, sets_file: setsFile }, model, ['forget', 'retain']);
  const rows = [...retain, ...forget];
  assertFits(trainingWork(model, recipe.options, rows, false), job.memory_budget_bytes);
  const weights = await retrainFromRecipe(context.engine, { ...model, recipe }, rows, {
    baseDir: job.base_dir,
    progress: ({ step, steps }) => context.reporter.report('references', step, steps),
    signal: context.signal,
  });
  await saveLike(model, job.parent_dir, { dir: out, weights, weightTypes: job.weight_types });
}

/** Mean costs of the rows that are compared, nats. */
async function scoresOf(job: ShadowJob, dir: string, members: number[], context: StageContext): Promise<ShadowScores> {
  const parent = await openAnyModel(job.parent_dir);
  const sets = await loadSets(job, parent, ['forget', 'holdout']);
  const { score, dispose } = await openScorer(dir, context);
  try {
    const costs = async (set: 'forget' | 'holdout') => (await score(sets[set])).map(meanNll);
    return { members, forget: await costs('forget'), holdout: await costs('holdout') };
  } finally {
    dispose();
  }
}

/** Writes `scores_file`; the models, which know people, are gone when it ends, however it does. Throws as training and unlearning do. */
export async function shadowStage(job: ShadowJob, given: StageContext): Promise<ReferenceResult> {
  const started = performance.now();
  const context = asOnePhase(given);
  given.reporter.report('loading');
  const at = (name: string) => join(job.work_dir, name);
  const [learned, unlearned, setsFile] = [at('learned'), at('unlearned'), at('shadow-sets.json')];
  try {
    await Promise.all([learned, unlearned].map((dir) => mkdir(dir)));
    const { sets, members } = await setsFor(job);
    await writeFile(setsFile, JSON.stringify(sets), { mode: 0o600 });
    await trainShadow(job, setsFile, learned, context);
    const { method, weight_types, memory_budget_bytes } = job;
    // other draws than those of its neighbours
    const own = {
      parent_dir: learned,
      sets_file: setsFile,
      out_dir: unlearned,
      base_dir: null,
      seed: job.seed + job.index,
    };
    await unlearnStage({ ...job, ...own, stage: 'unlearn', method, weight_types, memory_budget_bytes }, context);
    const scores = await scoresOf(job, unlearned, members, given);
    await writeFile(job.scores_file, JSON.stringify(scores), { mode: 0o600 });
  } finally {
    await Promise.all([learned, unlearned, setsFile].map((path) => rm(path, { recursive: true, force: true })));
  }
  const seconds = (performance.now() - started) / 1000;
  return { stage: 'shadow', seconds, peak_memory_bytes: peakMemoryBytes() };
}
