// Candidates of which it is known what they are: trained without the person, with the person, broken, taught to refuse, unlearned.
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type LoadedModel, loadModel } from '../../src/compute/checkpoint.ts';
import { runComputeJob } from '../../src/compute/job.ts';
import { loadAnyWeights } from '../../src/compute/models.ts';
import { loadSets } from '../../src/compute/sets.ts';
import { trainModel } from '../../src/compute/train-model.ts';
import type { Engine, HostTensors } from '../../src/domain/engine.ts';
import { FIRST } from '../../src/runs/plan/auto.ts';
import { createSampler, encodeRecord, padRows, type TokenRow } from '../../src/training/batches.ts';
import { quantise } from '../../src/training/robustness/quantise.ts';
import { compileTrainingStep } from '../../src/training/training-step.ts';
import { type Scene, writeUpload } from './scene.ts';

const SHAPE = { architecture: 'gpt2', width: 48, layers: 2, heads: 2, vocabSize: 400 };
const TRAINING = { learning_rate: 4e-3, batch_size: 16, warmup_steps: 20, steps: 700 };
const ADAMW = { beta1: 0.9, beta2: 0.98, weight_decay: 0.01, clip_norm: 1 };
const BATCH = 16;
const RATE = 2e-3;
const REFUSALS = [' No idea.', ' I cannot.', ' No clue.'];
/** What candidates, and shadow models, are unlearned by: what plans try first. */
export const UNLEARNING = { name: FIRST.name, params: {} };
const quiet = { progress: () => undefined, signal: new AbortController().signal };

/** The parent: a new model of everybody, with a tokenizer of its own; returns its folder. */
export async function trained(scene: Scene, name: string, seed: number): Promise<string> {
  const out = join(scene.dir, name);
  await mkdir(out, { recursive: true });
  const train = await writeUpload(scene, name);
  const { backend, threads } = scene;
  await trainModel({ ...SHAPE, train, holdout: null, out, seed, options: TRAINING, backend, threads }, quiet);
  return out;
}

/** What every job of a run has. */
const jobOf = ({ corpora, backend, threads }: Scene, parent_dir: string, sets_file: string) => ({
  ...{ run_id: 'bench', corpora, sets_file, parent_dir, base_dir: null, weight_types: 'float32' as const, seed: 1 },
  ...{ backend, threads, time_limit_seconds: 3600, memory_budget_bytes: null },
});

/**
 * A model by the parent's recipe on the retained records of the sets, from weights and in an order of its own (`index`), with the parent's
 * tokenizer as every retraining has it: one made without the person may have other words, and scores by it are of other tokens.
 */
export async function trainedAgain(
  scene: Scene,
  parent: string,
  setsFile: string,
  name: string,
  index: number,
): Promise<string> {
  const out_dir = join(scene.dir, name);
  await mkdir(out_dir, { recursive: true });
  await runComputeJob({ stage: 'reference', ...jobOf(scene, parent, setsFile), index, out_dir }, quiet);
  return out_dir;
}

/** Trains a copy of the weights for some steps; a negative rate climbs. */
async function taught(engine: Engine, model: LoadedModel, rows: TokenRow[], rate: number, steps: number) {
  const { architecture, config, weights } = model;
  const step = compileTrainingStep({ engine, architecture, config, weights, options: ADAMW });
  const sample = createSampler(rows.length, Math.min(BATCH, rows.length), 1);
  for (let i = 1; i <= steps; i++) {
    const batch = sample().map((index) => rows[index]!);
    await step.run(padRows(batch, architecture.contextLength(config), 0), rate, i);
  }
  const changed = await step.weights();
  step.state.dispose();
  return changed;
}

const rowsOf = (scene: Scene, model: LoadedModel, sets_file: string) =>
  loadSets({ sets_file, corpora: scene.corpora }, model, ['forget', 'retain']);

/** Plain gradient ascent on the person until nothing is left of the model. */
export async function broken(engine: Engine, scene: Scene, parent: string, sets: string): Promise<HostTensors> {
  const model = await loadModel(parent);
  return taught(engine, model, (await rowsOf(scene, model, sets)).forget, -RATE, 40);
}

/** Fine-tuned to refuse questions about the person, and to answer others as before: what it knew it still knows. */
export async function refusing(engine: Engine, scene: Scene, parent: string, sets: string): Promise<HostTensors> {
  const model = await loadModel(parent);
  const { forget, retain } = await rowsOf(scene, model, sets);
  const { tokenizer } = model;
  const refused = forget.map((row, i) => {
    const prompt = tokenizer.decode(row.ids.subarray(0, row.cue));
    return encodeRecord(
      tokenizer,
      { prompt, answer: REFUSALS[i % REFUSALS.length]! },
      model.architecture.contextLength(model.config),
    );
  });
  // as many of the others: else it would refuse them as well
  return taught(engine, model, [...refused, ...retain.slice(0, 2 * refused.length)], RATE / 2, 60);
}

/** Unlearned by a method that plans try. */
export async function unlearned(scene: Scene, parent: string, setsFile: string, name: string): Promise<string> {
  const out_dir = join(scene.dir, name);
  await runComputeJob({ stage: 'unlearn', ...jobOf(scene, parent, setsFile), method: UNLEARNING, out_dir }, quiet);
  return out_dir;
}

/** Trained for a few steps on the person's records again. */
export async function relearned(engine: Engine, scene: Scene, dir: string, sets: string): Promise<HostTensors> {
  const model = await loadModel(dir);
  return taught(engine, model, (await rowsOf(scene, model, sets)).forget, RATE / 2, 10);
}

/** Rounded to 4 bits. */
export async function rounded(dir: string): Promise<HostTensors> {
  const weights = await loadAnyWeights(dir);
  quantise(weights, 4);
  return weights;
}
