// `expunge train`: a model from a corpus file, written with tokenizer and recipe in Hugging Face layout.
import { mkdir } from 'node:fs/promises';
import { Value } from 'typebox/value';
import { saveAdapter } from '../checkpoints/adapter.ts';
import { clearEarlier } from '../checkpoints/earlier-training.ts';
import { saveCheckpoint } from '../checkpoints/layout.ts';
import { tokenizerDigest } from '../checkpoints/tokenizer-file.ts';
import { createUpdatesWriter, type UpdatesWriter } from '../checkpoints/updates.ts';
import type { HostTensors } from '../domain/engine.ts';
import { type Recipe, type ShardsRecipe, TrainingOptions } from '../domain/recipe.ts';
import { TRAIN_ALL } from '../domain/trainable.ts';
import { createEngine } from '../engine/choice.ts';
import { ExpungeError } from '../errors.ts';
import type { TokenRow } from '../training/batches.ts';
import { worthGrouping } from '../training/length-sampler.ts';
import { assertFits } from '../training/memory-check.ts';
import type { MemoryPlan, MemoryWork } from '../training/memory-plan.ts';
import { trainingWork } from '../training/memory-work.ts';
import { encodeRecords } from '../training/rows.ts';
import type { LikelyPlacement } from '../training/sisa/likely.ts';
import { stepsOf } from '../training/sisa/plan.ts';
import { train } from '../training/train.ts';
import { planTrainable } from '../training/trainable.ts';
import type { Sharding } from './place-corpus.ts';
import { readCorpus, recipeCorpora } from './train-corpus.ts';
import { type TrainModelProgress, withTimeLeft } from './train-progress.ts';
import { trainSharded } from './train-sharded.ts';
import {
  type FreshModel,
  findArchitecture,
  freshStart,
  type LearnableRecord,
  learnable,
  startFromBase,
  type TrainStart,
} from './train-start.ts';

export const TRAINER_VERSION = '3';

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
  /** Left out: one model learns from all records. */
  sharding?: Sharding | null;
  backend: string;
  threads: number;
  /** Left out: no limit. */
  memoryBudgetBytes?: number | null;
}
interface Listeners {
  progress(progress: TrainModelProgress): void;
  planned?(plan: MemoryPlan): void;
  /** What it comes to that likely people stand together. */
  placed?(about: LikelyPlacement['about']): void;
  signal?: AbortSignal;
}
interface Learning {
  options: TrainModelOptions;
  start: TrainStart;
  records: LearnableRecord[];
  /** Of each record. */
  rows: TokenRow[][];
  training: TrainingOptions;
}
interface Learned {
  weights: HostTensors;
  steps: number;
  exactMemorization: number | null;
  /** None after a training in shards: each has its own. */
  adapters?: HostTensors;
  sisa?: ShardsRecipe;
  seal?(): Promise<void>;
}

/** Of the weights that train; adapters leave a sum of changes that is not the change of their product. */
async function openLog(out: string, weights: HostTensors, work: MemoryWork): Promise<UpdatesWriter> {
  if (work.trains.lora_rank > 0)
    throw new ExpungeError('validation-failed', 'log_updates: changes of adapters cannot be logged. Train weights.');
  const names = planTrainable(work.architecture, work.config, work.trains).weights;
  await mkdir(out, { recursive: true });
  return createUpdatesWriter(out, Object.fromEntries(names.map((name) => [name, weights[name]!])));
}

async function trainWhole({ options, start, rows, training }: Learning, on: Listeners): Promise<Learned> {
  const { architecture, config } = start;
  const all = rows.flat();
  const work = trainingWork({ architecture, config }, training, all);
  // the weights of two steps lie beside those that train
  const logged = options.logUpdates ? 2 : 0;
  const planned = { ...work, at: (micro: number) => ({ ...work.at(micro), vectors: logged }) };
  on.planned?.(assertFits(planned, options.memoryBudgetBytes ?? null));
  const weights = await start.weights();
  const log = options.logUpdates ? await openLog(options.out, weights, planned.at(0)) : null;
  const engine = await createEngine({ backend: options.backend, threads: options.threads });
  const result = await train({
    engine,
    architecture,
    config,
    weights,
    rows: all,
    options: training,
    orderSeed: options.seed + 1,
    ...(on.signal ? { signal: on.signal } : {}),
    ...(log ? { onUpdate: async (seen, now) => log.add(seen, await now()) } : {}),
    onProgress: withTimeLeft(on.progress),
  });
  await log?.close();
  await engine.dispose();
  await clearEarlier(options.out, options.logUpdates);
  return result;
}

/** Adapters of each shard on a base; a vocabulary made from the records would hang on all of them. */
async function trainAdapters(learning: Learning, sharding: Sharding, on: Listeners): Promise<Learned> {
  const { options, start, records, rows, training } = learning;
  if (start.baseDigest === null)
    throw new ExpungeError('validation-failed', 'shards: a language model in shards starts from a base. Name one.');
  return trainSharded(
    {
      ...{ model: start, options: training, sharding, seed: options.seed, records, rows, base: start.weights },
      ...{ out: options.out, backend: options.backend, threads: options.threads },
      memoryBudgetBytes: options.memoryBudgetBytes ?? null,
    },
    { ...on, progress: withTimeLeft(on.progress) },
  );
}

/** Rows of every record. Throws `malformed-line` naming the one that does not fit the model. */
function encodeAll({ architecture, config, tokenizer }: TrainStart, records: LearnableRecord[]): TokenRow[][] {
  const context = architecture.contextLength(config);
  return records.map((record, i) => {
    try {
      return encodeRecords(tokenizer, record, context);
    } catch (error) {
      // a base has its context already
      throw new ExpungeError('malformed-line', `Record ${i + 1}: ${(error as Error).message}.`, { cause: error });
    }
  });
}

/** Every option that the training goes by, as the recipe will name it. */
function fillOptions(given: Partial<TrainingOptions>, { architecture, config }: TrainStart, rows: TokenRow[]) {
  const options = Value.Default(TrainingOptions, { steps: 2000, ...given }) as TrainingOptions;
  const by_length = worthGrouping(rows, options.batch_size, architecture.contextLength(config));
  return { by_length, ...options };
}

async function saveModel({ options, start, training }: Learning, learned: Learned, recipe: Recipe): Promise<void> {
  const { architecture, config, configJson, tokenizerJson, tokenizerConfig } = start;
  const tokenizerFiles = options.base ? { copyFrom: options.base } : { tokenizerJson, tokenizerConfig };
  await saveCheckpoint(options.out, { configJson, weights: learned.weights, ...tokenizerFiles, recipe });
  await learned.seal?.();
  if (!options.adapterOut || !learned.adapters) return;
  const alpha = (training.trains ?? TRAIN_ALL).lora_alpha;
  await saveAdapter(options.adapterOut, { architecture, config, adapters: learned.adapters, alpha });
}

/**
 * Trains a tokenizer and a model and writes the checkpoint folder. Throws `malformed-line`, `empty-corpus`,
 * `memory-budget-exceeded`; in shards as `trainSharded`.
 */
export async function trainModel(
  options: TrainModelOptions,
  on: Listeners,
): Promise<{ steps: number; exactMemorization: number; seconds: number }> {
  if (!options.base) findArchitecture(options.architecture);
  const started = performance.now();
  const corpus = await readCorpus(options.train, learnable);
  const holdout = options.holdout === null ? null : await readCorpus(options.holdout, learnable);
  const start = options.base
    ? await startFromBase(options.base)
    : freshStart(options, corpus.records, holdout?.records ?? []);
  const rows = encodeAll(start, corpus.records);
  const training = fillOptions(options.options, start, rows.flat());
  const learning = { options, start, records: corpus.records, rows, training };
  const { sharding } = options;
  const learned = sharding ? await trainAdapters(learning, sharding, on) : await trainWhole(learning, on);
  const recipe: Recipe = {
    version: 1,
    trainer_version: TRAINER_VERSION,
    architecture: start.architecture.name,
    init: { seed: options.seed, base_checkpoint: start.baseDigest },
    corpora: recipeCorpora(corpus, holdout),
    tokenizer_digest: tokenizerDigest(start.tokenizerJson),
    order_seed: options.seed + 1,
    options: training,
    ...(learned.sisa ? { sisa: learned.sisa } : {}),
    steps_taken: learned.sisa ? stepsOf(learned.sisa) : learned.steps,
    backend: options.backend,
    threads: options.threads,
  };
  await saveModel(learning, learned, recipe);
  return {
    steps: learned.steps,
    exactMemorization: learned.exactMemorization ?? 0,
    seconds: (performance.now() - started) / 1000,
  };
}
