// `expunge train --layers-model`: a classifier from labelled records, on the topology of a LayersModel and from fresh weights, so that
// it can be trained again by its recipe.
import { Value } from 'typebox/value';
import { type ClassifierConfig, layersClassifier } from '../architectures/layers-model/classifier.ts';
import { readClassifier, writeRecipe } from '../checkpoints/layers-model/classifier-folder.ts';
import { loadLayersModel } from '../checkpoints/layers-model/read.ts';
import { saveLayersModelLike } from '../checkpoints/layers-model/write.ts';
import type { Classifier } from '../domain/architecture.ts';
import { type CertifiedOptions, type Recipe, TrainingOptions } from '../domain/recipe.ts';
import { type LabelledRecord, trainingRecordOf, type UploadedRecord } from '../domain/record.ts';
import { createEngine } from '../engine/choice.ts';
import { ExpungeError } from '../errors.ts';
import { createClassScorer, type ExampleRow } from '../training/classification.ts';
import { type ExampleForm, encodeExample } from '../training/examples.ts';
import { assertFits } from '../training/memory-check.ts';
import type { MemoryPlan } from '../training/memory-plan.ts';
import { trainingWork } from '../training/memory-work.ts';
import { train } from '../training/train.ts';
import { trainCertified } from './certified.ts';
import { readCorpus, recipeCorpora } from './train-corpus.ts';
import { TRAINER_VERSION } from './train-model.ts';
import { type TrainModelProgress, withTimeLeft } from './train-progress.ts';

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
  /** The last layer alone is trained, on the features of the folder’s weights, for certified removal. */
  certified?: CertifiedOptions | null;
  backend: string;
  threads: number;
  /** Left out: no limit. */
  memoryBudgetBytes?: number | null;
}

function labelled(uploaded: UploadedRecord, number: number): LabelledRecord {
  const record = trainingRecordOf(uploaded);
  if ('input' in record) return record;
  throw new ExpungeError('malformed-line', `Line ${number}: a classifier learns input and label, and no text.`);
}

function rowOf(form: ExampleForm, record: LabelledRecord, number: number): ExampleRow {
  try {
    return encodeExample(form, record);
  } catch (error) {
    throw new ExpungeError('malformed-line', `Record ${number}: ${(error as Error).message}.`, { cause: error });
  }
}

/** Trains the last layer and writes model and recipe. */
async function trainHead(
  given: TrainClassifierOptions,
  options: CertifiedOptions,
  from: { config: ClassifierConfig; rows: ExampleRow[]; corpora: Recipe['corpora'] },
  started: number,
) {
  const { config, rows } = from;
  const engine = await createEngine({ backend: given.backend, threads: given.threads });
  const model = { config, weights: (await loadLayersModel(given.topology)).weights };
  const { weights, certified } = await trainCertified(engine, model, rows, options);
  const state = engine.createState(weights);
  const scores = await createClassScorer(engine, layersClassifier as unknown as Classifier, config, state)(rows);
  await engine.dispose();
  await saveLayersModelLike(given.out, given.topology, weights);
  await writeRecipe(given.out, {
    ...{ version: 1, trainer_version: TRAINER_VERSION, architecture: layersClassifier.name },
    ...{ init: { seed: given.seed, base_checkpoint: null }, corpora: from.corpora, tokenizer_digest: null },
    options: Value.Default(TrainingOptions, { steps: 1 }) as TrainingOptions,
    ...{ order_seed: given.seed, steps_taken: 1, certified, backend: given.backend, threads: given.threads },
  });
  const hits = scores.reduce((sum, { correct }) => sum + correct[0]!, 0);
  return { steps: 1, exactMemorization: hits / rows.length, seconds: (performance.now() - started) / 1000 };
}

/** Throws `malformed-line`, `empty-corpus`, `checkpoint-invalid`, `memory-budget-exceeded`. */
export async function trainClassifier(
  given: TrainClassifierOptions,
  on: { progress?(progress: TrainModelProgress): void; planned?(plan: MemoryPlan): void; signal?: AbortSignal } = {},
): Promise<{ steps: number; exactMemorization: number; seconds: number }> {
  const started = performance.now();
  const { architecture: classifier, config } = await readClassifier(given.topology);
  const architecture = classifier as unknown as Classifier;
  const corpus = await readCorpus(given.train, labelled);
  const holdout = given.holdout === null ? null : await readCorpus(given.holdout, labelled);
  const rows = corpus.records.map((record, i) => rowOf(config, record, i + 1));
  const options = Value.Default(TrainingOptions, { steps: 2000, ...given.options }) as TrainingOptions;
  on.planned?.(
    assertFits(trainingWork({ architecture, config }, options, rows, false), given.memoryBudgetBytes ?? null),
  );
  if (given.certified)
    return trainHead(given, given.certified, { config, rows, corpora: recipeCorpora(corpus, holdout) }, started);
  const engine = await createEngine({ backend: given.backend, threads: given.threads });
  const result = await train({
    ...{ engine, architecture, config, rows, options, orderSeed: given.seed + 1 },
    weights: classifier.initialise(config, given.seed),
    ...(on.progress ? { onProgress: withTimeLeft(on.progress) } : {}),
    ...(on.signal ? { signal: on.signal } : {}),
  });
  await engine.dispose();
  const recipe: Recipe = {
    ...{ version: 1, trainer_version: TRAINER_VERSION, architecture: architecture.name },
    init: { seed: given.seed, base_checkpoint: null },
    corpora: recipeCorpora(corpus, holdout),
    tokenizer_digest: null,
    ...{ order_seed: given.seed + 1, options, steps_taken: result.steps },
    ...{ backend: given.backend, threads: given.threads },
  };
  await saveLayersModelLike(given.out, given.topology, result.weights);
  await writeRecipe(given.out, recipe);
  return {
    steps: result.steps,
    exactMemorization: result.exactMemorization ?? 0,
    seconds: (performance.now() - started) / 1000,
  };
}
