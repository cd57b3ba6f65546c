// `expunge train`: a model from a corpus file, written with tokenizer and recipe in Hugging Face layout.
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { Value } from 'typebox/value';
import { architectures } from '../architectures/index.ts';
import { saveCheckpoint } from '../checkpoints/layout.ts';
import { splitLines } from '../corpora/lines.ts';
import { toLine } from '../corpora/records.ts';
import { createTokenizer } from '../corpora/tokenizer.ts';
import { trainTokenizer } from '../corpora/train-tokenizer.ts';
import { wordsOfSeveral } from '../corpora/words.ts';
import { type Recipe, TrainingOptions } from '../domain/recipe.ts';
import { UploadedRecord } from '../domain/record.ts';
import { createEngine } from '../engine/choice.ts';
import { ExpungeError } from '../errors.ts';
import { encodeRecord } from '../training/batches.ts';
import { train } from '../training/train.ts';

export const TRAINER_VERSION = '2';
/** A word becomes part of the vocabulary only when the records of so many people hold it. */
const VOCABULARY_PEOPLE = 3;

export interface TrainModelOptions {
  /** NDJSON file of records, as it is uploaded to a corpus. */
  train: string;
  holdout: string | null;
  /** Folder that is written. */
  out: string;
  architecture: string;
  width: number;
  layers: number;
  heads: number;
  vocabSize: number;
  seed: number;
  options: Partial<TrainingOptions>;
  backend: string;
  threads: number;
}
export interface TrainModelProgress {
  step: number;
  steps: number;
  loss: number;
  exactMemorization: number | null;
  secondsLeft: number | null;
}

interface CorpusFile {
  records: UploadedRecord[];
  /** Digest of the text as the service stores it, so that recipe and registered corpus can be matched. */
  digest: string;
}

async function readCorpus(path: string): Promise<CorpusFile> {
  const records: UploadedRecord[] = [];
  const hash = createHash('sha256');
  let number = 0;
  for await (const bytes of splitLines(createReadStream(path))) {
    const line = bytes.toString('utf8');
    number++;
    if (line.trim() === '') continue;
    const record = parseLine(line, number);
    records.push(record);
    hash.update(toLine(record));
  }
  if (records.length === 0) throw new ExpungeError('empty-corpus', 'The corpus file holds no records.');
  return { records, digest: `sha256:${hash.digest('hex')}` };
}

function parseLine(line: string, number: number): UploadedRecord {
  let record: unknown;
  try {
    record = JSON.parse(line);
  } catch {
    throw new ExpungeError('malformed-line', `Line ${number} is not JSON.`);
  }
  const [error] = Value.Errors(UploadedRecord, record);
  if (error)
    throw new ExpungeError('malformed-line', `Line ${number}: ${error.instancePath || 'the record'} ${error.message}.`);
  return record as UploadedRecord;
}

/** Context that fits the longest record, in whole multiples of 16. */
const contextFor = (longest: number): number => Math.max(32, Math.ceil((longest + 1) / 16) * 16);

/** config.json of a fresh model. */
const configOf = (options: TrainModelOptions, tokenizer: { vocabSize: number; eosId: number }, context: number) => ({
  model_type: options.architecture,
  architectures: ['GPT2LMHeadModel'],
  vocab_size: tokenizer.vocabSize,
  n_positions: context,
  n_embd: options.width,
  n_layer: options.layers,
  n_head: options.heads,
  layer_norm_epsilon: 1e-5,
  activation_function: 'gelu_new',
  initializer_range: 0.02,
  tie_word_embeddings: true,
  bos_token_id: tokenizer.eosId,
  eos_token_id: tokenizer.eosId,
  torch_dtype: 'float32',
});

/** Trains a tokenizer and a model and writes the checkpoint folder. Throws `malformed-line`, `empty-corpus`. */
export async function trainModel(
  options: TrainModelOptions,
  on: { progress(progress: TrainModelProgress): void; signal?: AbortSignal },
): Promise<{ steps: number; exactMemorization: number; seconds: number }> {
  const architecture = architectures[options.architecture];
  if (architecture === undefined) {
    const known = Object.keys(architectures).join(', ');
    throw new ExpungeError(
      'validation-failed',
      `There is no architecture ${options.architecture}; there are ${known}.`,
    );
  }
  const started = performance.now();
  const corpus = await readCorpus(options.train);
  const holdout = options.holdout === null ? null : await readCorpus(options.holdout);
  const words = wordsOfSeveral(corpus.records, VOCABULARY_PEOPLE);
  const { tokenizerJson, tokenizerConfig } = trainTokenizer(words, options.vocabSize);
  const tokenizer = createTokenizer(tokenizerJson, tokenizerConfig);
  const longest = (records: UploadedRecord[]) =>
    records.reduce(
      (most, r) => Math.max(most, tokenizer.encode(r.prompt).length + tokenizer.encode(r.answer).length + 1),
      0,
    );
  const context = contextFor(Math.max(longest(corpus.records), longest(holdout?.records ?? [])));
  const configJson = configOf(options, tokenizer, context);
  const config = architecture.parseConfig(configJson);
  const training = Value.Default(TrainingOptions, { steps: 2000, ...options.options }) as TrainingOptions;
  const engine = await createEngine({ backend: options.backend, threads: options.threads });
  let firstStep = 0;
  const result = await train({
    engine,
    architecture,
    config,
    weights: architecture.initialise(config, options.seed),
    rows: corpus.records.map((record) => encodeRecord(tokenizer, record, context)),
    options: training,
    orderSeed: options.seed + 1,
    ...(on.signal ? { signal: on.signal } : {}),
    onProgress({ step, steps, loss, exactMemorization }) {
      if (step === 1) firstStep = performance.now();
      const perStep = (performance.now() - firstStep) / 1000 / Math.max(1, step - 1);
      on.progress({ step, steps, loss, exactMemorization, secondsLeft: step > 1 ? perStep * (steps - step) : null });
    },
  });
  await engine.dispose();
  const recipe: Recipe = {
    version: 1,
    trainer_version: TRAINER_VERSION,
    architecture: options.architecture,
    init: { seed: options.seed, base_checkpoint: null },
    corpora: [
      { name: 'train', role: 'train', digest: corpus.digest, records: corpus.records.length },
      ...(holdout
        ? [{ name: 'holdout', role: 'holdout' as const, digest: holdout.digest, records: holdout.records.length }]
        : []),
    ],
    tokenizer_digest: `sha256:${createHash('sha256').update(JSON.stringify(tokenizerJson)).digest('hex')}`,
    order_seed: options.seed + 1,
    options: training,
    steps_taken: result.steps,
    backend: options.backend,
    threads: options.threads,
  };
  await saveCheckpoint(options.out, { configJson, weights: result.weights, tokenizerJson, tokenizerConfig, recipe });
  return {
    steps: result.steps,
    exactMemorization: result.exactMemorization ?? 0,
    seconds: (performance.now() - started) / 1000,
  };
}
