// One task in a process of its own, so that seconds and memory are its own: the file of a task in, the file of its outcome out.
import { readFile, rm, writeFile } from 'node:fs/promises';
import { saveCheckpoint } from '../../src/checkpoints/layout.ts';
import { loadModel } from '../../src/compute/checkpoint.ts';
import type { StageContext } from '../../src/compute/context.ts';
import { explainFailure } from '../../src/compute/failure.ts';
import { peakMemoryBytes } from '../../src/compute/peak-memory.ts';
import { createReporter } from '../../src/compute/progress.ts';
import { retrainFromRecipe } from '../../src/compute/retrain.ts';
import { loadSets } from '../../src/compute/sets.ts';
import { trainModel } from '../../src/compute/train-model.ts';
import { unlearnStage } from '../../src/compute/unlearn-stage.ts';
import type { UnlearnJob } from '../../src/domain/compute.ts';
import type { Engine } from '../../src/domain/engine.ts';
import { createEngine } from '../../src/engine/choice.ts';
import { timed } from '../shared/measure.ts';
import { measure } from './measure.ts';
import type { Attempted, Outcome, Results, Task, Trained } from './task.ts';

async function withEngine<T>(given: { backend: string; threads: number }, use: (engine: Engine) => Promise<T>) {
  const engine = await createEngine(given);
  try {
    return await use(engine);
  } finally {
    await engine.dispose();
  }
}

/** Trains without the forgotten, from other weights and in another order than the parent was. */
async function reference({ place, seed, out }: Extract<Task, { kind: 'reference' }>): Promise<Trained> {
  const model = await loadModel(place.parent);
  const { recipe } = model;
  if (recipe === null) throw new Error('the trained model has no recipe');
  const other = { ...recipe, init: { ...recipe.init, seed }, order_seed: seed + 1 };
  const { retain } = await loadSets({ sets_file: place.setsFile, corpora: place.corpora }, model, ['retain']);
  return withEngine(place, async (engine) => {
    const weights = await retrainFromRecipe(engine, { ...model, recipe: other }, retain, { baseDir: null });
    await saveCheckpoint(out, { configJson: model.configJson, weights, copyFrom: place.parent, recipe: null });
    return { steps: recipe.steps_taken, exact_memorization: null };
  });
}

/** The stage of a run as the service has it; the reporter counts steps, which a run’s progress only samples. */
async function attempt(job: UnlearnJob): Promise<Attempted> {
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
  const bound = (job.method.params as { max_steps?: number } | undefined)?.max_steps ?? null;
  return { steps, bound };
}

function perform(task: Task): Promise<Results[keyof Results]> {
  switch (task.kind) {
    case 'train':
      return trainModel(task.options, { progress: () => undefined }).then(({ steps, exactMemorization }) => ({
        steps,
        exact_memorization: exactMemorization,
      }));
    case 'reference':
      return reference(task);
    case 'attempt':
      return attempt(task.job);
    case 'measure':
      return withEngine(task.place, (engine) => measure(engine, task.place, task.checkpoint));
  }
}

const [taskFile, outcomeFile] = process.argv.slice(2) as [string, string];
const task = JSON.parse(await readFile(taskFile, 'utf8')) as Task;
const { result, ...time } = await timed(() =>
  perform(task).then(
    (value) => ({ ok: true as const, result: value }),
    (error: unknown) => {
      process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
      return { ok: false as const, ...explainFailure(error) };
    },
  ),
);
const outcome: Outcome<unknown> = { ...result, ...time, peak_memory_bytes: peakMemoryBytes() };
const plain = (_: string, value: unknown) => (ArrayBuffer.isView(value) ? Array.from(value as Float32Array) : value);
await writeFile(outcomeFile, JSON.stringify(outcome, plain));
