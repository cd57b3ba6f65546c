// `expunge train --layers-model`: a classifier from labelled records, on the topology of a LayersModel and from fresh weights, so that
// it can be trained again by its recipe.
import { Value } from 'typebox/value';
import { type ClassifierConfig, classifierOf } from '../architectures/layers-model/classifier.ts';
import { clearEarlier } from '../checkpoints/earlier-training.ts';
import { readClassifier, writeRecipe } from '../checkpoints/layers-model/classifier-folder.ts';
import { ensembleOf } from '../checkpoints/layers-model/ensemble.ts';
import { type FoundTextInput, readTextInput } from '../checkpoints/layers-model/text-input.ts';
import { saveLayersModel, saveLayersModelLike } from '../checkpoints/layers-model/write.ts';
import type { Classifier } from '../domain/architecture.ts';
import type { HostTensors } from '../domain/engine.ts';
import { type CertifiedOptions, type Recipe, TrainingOptions } from '../domain/recipe.ts';
import { type LabelledRecord, trainingRecordOf, type UploadedRecord } from '../domain/record.ts';
import { createEngine } from '../engine/choice.ts';
import { ExpungeError } from '../errors.ts';
import type { ExampleRow } from '../training/classification.ts';
import { type ExampleForm, encodeExample } from '../training/examples.ts';
import { assertFits } from '../training/memory-check.ts';
import type { MemoryPlan } from '../training/memory-plan.ts';
import { trainingWork } from '../training/memory-work.ts';
import type { LikelyPlacement } from '../training/sisa/likely.ts';
import { stepsOf } from '../training/sisa/plan.ts';
import { train } from '../training/train.ts';
import type { Sharding } from './place-corpus.ts';
import { readCorpus, recipeCorpora } from './train-corpus.ts';
import { trainHead } from './train-head.ts';
import { TRAINER_VERSION } from './train-model.ts';
import { type TrainModelProgress, withTimeLeft } from './train-progress.ts';
import { type ShardedTraining, type TrainedShards, trainSharded } from './train-sharded.ts';

export interface TrainClassifierOptions {
  /** Folder of the LayersModel whose topology is taken, and not its weights. */
  topology: string;
  /** NDJSON file of labelled records, as it is uploaded to a corpus. */
  train: string;
  holdout: string | null;
  /** Folder that is written. */
  out: string;
  seed: number;
  options: Partial<TrainingOptions>;
  /** The last layer alone is trained, on the features of the folder’s weights, for certified removal. Left out: all of it. */
  certified?: CertifiedOptions | null;
  /** Left out: one model learns from all records. */
  sharding?: Sharding | null;
  backend: string;
  threads: number;
  /** Left out: no limit. */
  memoryBudgetBytes?: number | null;
}
interface Listeners {
  progress?(progress: TrainModelProgress): void;
  planned?(plan: MemoryPlan): void;
  /** What it comes to that likely people stand together. */
  placed?(about: LikelyPlacement['about']): void;
  signal?: AbortSignal;
}

/** A record that a classifier learns, with the people in it. */
type LearnableExample = LabelledRecord & Pick<UploadedRecord, 'subjects'>;

function labelled(uploaded: UploadedRecord, number: number): LearnableExample {
  const record = trainingRecordOf(uploaded);
  const { subjects } = uploaded;
  if ('input' in record) return subjects === undefined ? record : { ...record, subjects };
  throw new ExpungeError('malformed-line', `Line ${number}: a classifier learns records of input and label alone.`);
}

function rowOf(form: ExampleForm, record: LabelledRecord, number: number): ExampleRow {
  try {
    return encodeExample(form, record);
  } catch (error) {
    throw new ExpungeError('malformed-line', `Record ${number}: ${(error as Error).message}.`, { cause: error });
  }
}

interface Start {
  architecture: Classifier;
  config: ClassifierConfig;
  text: FoundTextInput | null;
  /** Writes the model's weights, and what they are the weights of. */
  save(weights: HostTensors): Promise<void>;
}

/** The topology as it is, or so many of it side by side. */
async function startOf({ topology, sharding, out }: TrainClassifierOptions): Promise<Start> {
  const { architecture: classifier, config, model } = await readClassifier(topology);
  const architecture = classifier as unknown as Classifier;
  // the topology's own recipe tells of another training
  const text = await readTextInput(topology, config, null);
  if (!sharding) return { architecture, config, text, save: (weights) => saveLayersModelLike(out, topology, weights) };
  if (config.graph.outputs.length > 1)
    throw new ExpungeError(
      'validation-failed',
      'shards: the topology is that of an ensemble already. Name the classifier that its members are made of.',
    );
  const { userDefinedMetadata: metadata } = model.json;
  const { json, graph } = ensembleOf(model.graph, metadata, sharding.shards);
  return {
    ...{ architecture, text },
    config: classifierOf(graph, metadata),
    save: (weights) => saveLayersModel(out, json, weights, topology),
  };
}

interface Learning {
  given: TrainClassifierOptions;
  start: Start;
  rows: ExampleRow[];
  options: TrainingOptions;
}

async function trainWhole({ given, start, rows, options }: Learning, on: Listeners) {
  const { architecture, config } = start;
  on.planned?.(
    assertFits(trainingWork({ architecture, config }, options, rows, false), given.memoryBudgetBytes ?? null),
  );
  const engine = await createEngine({ backend: given.backend, threads: given.threads });
  const trained = await train({
    ...{ engine, architecture, config, rows, options, orderSeed: given.seed + 1 },
    weights: architecture.initialise(config, given.seed),
    ...(on.progress ? { onProgress: withTimeLeft(on.progress) } : {}),
    ...(on.signal ? { signal: on.signal } : {}),
  });
  await engine.dispose();
  return trained;
}

const inShards = (
  { given, start, rows, options }: Learning,
  on: Listeners,
  { records, sharding }: Pick<ShardedTraining, 'records' | 'sharding'>,
): Promise<TrainedShards> =>
  trainSharded(
    {
      ...{ model: start, options, sharding, seed: given.seed, records, rows: rows.map((row) => [row]) },
      ...{ base: async () => ({}), out: given.out, backend: given.backend, threads: given.threads },
      memoryBudgetBytes: given.memoryBudgetBytes ?? null,
    },
    { ...on, ...(on.progress ? { progress: withTimeLeft(on.progress) } : {}) },
  );

/** Throws `malformed-line`, `empty-corpus`, `checkpoint-invalid`, `memory-budget-exceeded`; in shards as `trainSharded`. */
export async function trainClassifier(
  given: TrainClassifierOptions,
  on: Listeners = {},
): Promise<{ steps: number; exactMemorization: number; seconds: number }> {
  const started = performance.now();
  const start = await startOf(given);
  const corpus = await readCorpus(given.train, labelled);
  const holdout = given.holdout === null ? null : await readCorpus(given.holdout, labelled);
  const form = { ...start.config, text: start.text };
  const rows = corpus.records.map((record, i) => rowOf(form, record, i + 1));
  const options = Value.Default(TrainingOptions, { steps: 2000, ...given.options }) as TrainingOptions;
  const learning = { given, start, rows, options };
  const { sharding, certified } = given;
  if (sharding && certified)
    throw new ExpungeError(
      'validation-failed',
      'shards: a certified last layer is one for all records. Choose one of both.',
    );
  const head = certified ? await trainHead({ ...given, certified, trainDigest: corpus.digest }, start, rows) : null;
  const sharded = sharding ? await inShards(learning, on, { records: corpus.records, sharding }) : null;
  const result = head ?? sharded ?? (await trainWhole(learning, on));
  const recipe: Recipe = {
    ...{ version: 1, trainer_version: TRAINER_VERSION, architecture: start.architecture.name },
    init: { seed: given.seed, base_checkpoint: null },
    corpora: recipeCorpora(corpus, holdout),
    tokenizer_digest: start.text?.digest ?? null,
    ...{ order_seed: given.seed + 1, options, steps_taken: sharded ? stepsOf(sharded.sisa) : result.steps },
    ...(sharded ? { sisa: sharded.sisa } : {}),
    ...(head ? { certified: head.certified } : {}),
    ...{ backend: given.backend, threads: given.threads },
  };
  await start.save(result.weights);
  if (!sharded) await clearEarlier(given.out);
  await writeRecipe(given.out, recipe);
  await sharded?.seal();
  return {
    steps: result.steps,
    exactMemorization: result.exactMemorization ?? 0,
    seconds: (performance.now() - started) / 1000,
  };
}
