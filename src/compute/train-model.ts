// `expunge train`: a model from a corpus file, written with tokenizer and recipe in Hugging Face layout.
import { createHash } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { Value } from 'typebox/value';
import { saveAdapter } from '../checkpoints/adapter.ts';
import { saveCheckpoint } from '../checkpoints/layout.ts';
import { createUpdatesWriter, type UpdatesWriter } from '../checkpoints/updates.ts';
import type { HostTensors } from '../domain/engine.ts';
import { type Recipe, TrainingOptions } from '../domain/recipe.ts';
import { TRAIN_ALL } from '../domain/trainable.ts';
import { createEngine } from '../engine/choice.ts';
import { ExpungeError } from '../errors.ts';
import { assertFits } from '../training/memory-check.ts';
import type { MemoryPlan, MemoryWork } from '../training/memory-plan.ts';
import { trainingWork } from '../training/memory-work.ts';
import { encodeRecords } from '../training/rows.ts';
import { train } from '../training/train.ts';
import { planTrainable } from '../training/trainable.ts';
import { readCorpus, recipeCorpora } from './train-corpus.ts';
import { type TrainModelProgress, withTimeLeft } from './train-progress.ts';
import {
  type FreshModel,
  findArchitecture,
  freshStart,
  type LearnableRecord,
  learnable,
  startFromBase,
} from './train-start.ts';

export const TRAINER_VERSION = '2';

export interface TrainModelOptions extends FreshModel {
  /** NDJSON file of records, as it is uploaded to a corpus. */
  train: string;
  holdout: string | null;
  /** Folder that is written. */
  out: string;
  /** Checkpoint folder to start from, in place of a fresh model. */
  base?: string | null;
  /** Folder that adapters are written to as well, before they are merged. */
  adapterOut?: string | null;
  /** Writes what each step changed beside the checkpoint: as many times the weights as there are steps. */
  logUpdates?: boolean;
  options: Partial<TrainingOptions>;
  backend: string;
  threads: number;
  /** Left out: no limit. */
  memoryBudgetBytes?: number | null;
}

/** Of the weights that train; adapters leave a sum of changes that is not the change of their product. */
async function openLog(out: string, weights: HostTensors, work: MemoryWork): Promise<UpdatesWriter> {
  if (work.trains.lora_rank > 0)
    throw new ExpungeError('validation-failed', 'log_updates: changes of adapters cannot be logged. Train weights.');
  const names = planTrainable(work.architecture, work.config, work.trains).weights;
  await mkdir(out, { recursive: true });
  return createUpdatesWriter(out, Object.fromEntries(names.map((name) => [name, weights[name]!])));
}

/**
 * Trains a tokenizer and a model and writes the checkpoint folder. Throws `malformed-line`, `empty-corpus`,
 * `memory-budget-exceeded`.
 */
export async function trainModel(
  options: TrainModelOptions,
  on: { progress(progress: TrainModelProgress): void; planned?(plan: MemoryPlan): void; signal?: AbortSignal },
): Promise<{ steps: number; exactMemorization: number; seconds: number }> {
  if (!options.base) findArchitecture(options.architecture);
  const started = performance.now();
  const corpus = await readCorpus(options.train, learnable);
  const holdout = options.holdout === null ? null : await readCorpus(options.holdout, learnable);
  const start = options.base
    ? await startFromBase(options.base)
    : freshStart(options, corpus.records, holdout?.records ?? []);
  const { architecture, config, configJson, tokenizer, tokenizerJson, tokenizerConfig } = start;
  const context = architecture.contextLength(config);
  const encode = (record: LearnableRecord, number: number) => {
    try {
      return encodeRecords(tokenizer, record, context);
    } catch (error) {
      // a base has its context already
      throw new ExpungeError('malformed-line', `Record ${number}: ${(error as Error).message}.`, { cause: error });
    }
  };
  const rows = corpus.records.flatMap((record, i) => encode(record, i + 1));
  const training = Value.Default(TrainingOptions, { steps: 2000, ...options.options }) as TrainingOptions;
  const work = trainingWork({ architecture, config }, training, rows);
  // the weights of two steps lie beside those that train
  const logged = options.logUpdates ? 2 : 0;
  const planned = { ...work, at: (micro: number) => ({ ...work.at(micro), vectors: logged }) };
  const plan = assertFits(planned, options.memoryBudgetBytes ?? null);
  on.planned?.(plan);
  const weights = await start.weights();
  const log = options.logUpdates ? await openLog(options.out, weights, planned.at(0)) : null;
  const engine = await createEngine({ backend: options.backend, threads: options.threads });
  const result = await train({
    engine,
    architecture,
    config,
    weights,
    rows,
    options: training,
    orderSeed: options.seed + 1,
    ...(on.signal ? { signal: on.signal } : {}),
    ...(log ? { onUpdate: async (seen, now) => log.add(seen, await now()) } : {}),
    onProgress: withTimeLeft(on.progress),
  });
  await log?.close();
  await engine.dispose();
  const recipe: Recipe = {
    version: 1,
    trainer_version: TRAINER_VERSION,
    architecture: architecture.name,
    init: { seed: options.seed, base_checkpoint: start.baseDigest },
    corpora: recipeCorpora(corpus, holdout),
    tokenizer_digest: `sha256:${createHash('sha256').update(JSON.stringify(tokenizerJson)).digest('hex')}`,
    order_seed: options.seed + 1,
    options: training,
    steps_taken: result.steps,
    backend: options.backend,
    threads: options.threads,
  };
  const tokenizerFiles = options.base ? { copyFrom: options.base } : { tokenizerJson, tokenizerConfig };
  await saveCheckpoint(options.out, { configJson, weights: result.weights, ...tokenizerFiles, recipe });
  if (options.adapterOut) {
    const alpha = (training.trains ?? TRAIN_ALL).lora_alpha;
    await saveAdapter(options.adapterOut, { architecture, config, adapters: result.adapters, alpha });
  }
  return {
    steps: result.steps,
    exactMemorization: result.exactMemorization ?? 0,
    seconds: (performance.now() - started) / 1000,
  };
}
