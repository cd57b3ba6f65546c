// `expunge train`: makes a model, its tokenizer and its recipe from training records.
import type { CertifiedOptions, TrainingOptions } from '../../domain/recipe.ts';
import { type Arguments, type Command, required, UsageError, wholeNumber } from '../command.ts';
import { placedText, shardingFlags, shardingOptions } from '../sharding-options.ts';
import { duration, progressBar } from '../terminal.ts';
import { trainableFlags, trainableOptions } from '../trainable-options.ts';

function share(args: Arguments, name: string): number | undefined {
  const text = args.text(name);
  if (text === undefined) return undefined;
  const value = Number(text);
  if (text.trim() === '' || !(value > 0 && value <= 1))
    throw new UsageError(`--${name} must be over 0 and at most 1, not ${JSON.stringify(text)}`);
  return value;
}

/** A finite number above 0, and within the bounds. */
function positive(
  args: Arguments,
  name: string,
  fallback: number,
  { least = 0, most = Number.MAX_VALUE } = {},
): number {
  const text = args.text(name);
  const value = text === undefined ? fallback : Number(text);
  if (text?.trim() !== '' && value > 0 && value >= least && value <= most) return value;
  const bounds = `${least > 0 ? `at least ${least}` : 'over 0'}${most < Number.MAX_VALUE ? ` and at most ${most}` : ''}`;
  throw new UsageError(`--${name} must be ${bounds}, not ${JSON.stringify(text)}`);
}

/** Null: no certified last layer. */
function certifiedOptions(args: Arguments): CertifiedOptions | null {
  if (args.text('certified') === undefined) return null;
  if (args.text('layers-model') === undefined) throw new UsageError('--certified goes with --layers-model');
  return {
    epsilon: positive(args, 'certified', 1, { most: 1 }),
    delta: positive(args, 'delta', 1e-5, { least: 1e-9, most: 0.1 }),
    sigma: positive(args, 'sigma', 1),
    lambda: positive(args, 'decay', 1e-3),
  };
}

/** Only what was given: the trainer has the defaults. */
function trainingOptions(args: Arguments): Partial<TrainingOptions> {
  const options: Partial<TrainingOptions> = {};
  if (args.text('steps') !== undefined) options.steps = wholeNumber(args, 'steps', 1, 1);
  if (args.text('batch-size') !== undefined) options.batch_size = wholeNumber(args, 'batch-size', 1, 1);
  if (args.text('micro-batch') !== undefined) options.micro_batch = wholeNumber(args, 'micro-batch', 1, 1);
  const rate = share(args, 'learning-rate');
  if (rate !== undefined) options.learning_rate = rate;
  const stop = share(args, 'stop-at');
  if (stop !== undefined) options.stop_when = { exact_memorization: stop, check_every: 25 };
  return options;
}

function settings(args: Arguments) {
  return {
    train: required(args, 'corpus'),
    holdout: args.text('holdout') ?? null,
    out: required(args, 'out'),
    architecture: args.text('architecture') ?? 'gpt2',
    width: wholeNumber(args, 'width', 192, 1),
    layers: wholeNumber(args, 'layers', 4, 1),
    heads: wholeNumber(args, 'heads', 6, 1),
    vocabSize: wholeNumber(args, 'vocab-size', 1024, 257),
    seed: wholeNumber(args, 'seed', 1),
    layersModel: args.text('layers-model') ?? null,
    base: args.text('base') ?? null,
    adapterOut: args.text('adapter') ?? null,
    logUpdates: args.flag('log-updates'),
    options: { ...trainingOptions(args), ...trainableOptions(args) },
    certified: certifiedOptions(args),
    sharding: shardingOptions(args),
  };
}

/** What trains: a language model, or a classifier of a topology that is given. */
async function trainerOf(topology: string | null): Promise<typeof import('../../compute/train-model.ts').trainModel> {
  if (topology === null) return (await import('../../compute/train-model.ts')).trainModel;
  const { trainClassifier } = await import('../../compute/train-classifier.ts');
  return (given, on) => trainClassifier({ ...given, topology }, on);
}

export const train: Command = {
  name: 'train',
  positionals: [],
  options: {
    corpus: { type: 'string', value: 'FILE.ndjson', summary: 'Training records, one JSON object a line' },
    holdout: { type: 'string', value: 'FILE.ndjson', summary: 'Records of people who are never trained on' },
    out: { type: 'string', value: 'DIR', summary: 'Folder of the new checkpoint' },
    architecture: { type: 'string', value: 'NAME', summary: 'Default gpt2' },
    'layers-model': {
      type: 'string',
      value: 'DIR',
      summary: 'Train a classifier of the topology of this LayersModel, from fresh weights, on input and label',
    },
    width: { type: 'string', value: 'N', summary: 'Width of the model; default 192' },
    layers: { type: 'string', value: 'N', summary: 'Default 4' },
    heads: { type: 'string', value: 'N', summary: 'Default 6; divides the width' },
    'vocab-size': { type: 'string', value: 'N', summary: 'Tokens of the byte-level BPE tokenizer; default 1024' },
    ...trainableFlags,
    ...shardingFlags,
    'log-updates': {
      type: 'boolean',
      summary:
        'Write what each step changed beside the checkpoint, for amnesiac and tracin: the weights’ size for every step',
    },
    seed: { type: 'string', value: 'N', summary: 'Seed of weights and order; default 1' },
    steps: { type: 'string', value: 'N', summary: 'Upper bound of training steps' },
    'batch-size': { type: 'string', value: 'N', summary: 'Records a step' },
    'micro-batch': { type: 'string', value: 'N', summary: 'Records in memory at a time; default all of a step' },
    'learning-rate': { type: 'string', value: 'X', summary: 'Peak of the learning rate' },
    'stop-at': { type: 'string', value: 'SHARE', summary: 'End when this share of answer tokens is memorised' },
    certified: {
      type: 'string',
      value: 'EPSILON',
      summary: 'Train the last layer alone, on the weights of --layers-model, for certified removal; at most 1',
    },
    delta: { type: 'string', value: 'X', summary: 'Of certified removal; default 0.00001' },
    sigma: { type: 'string', value: 'X', summary: 'Noise of certified removal; default 1. More allows more removals' },
    decay: { type: 'string', value: 'X', summary: 'Decay of the certified last layer, for each record; default 0.001' },
    backend: { type: 'string', value: 'NAME', summary: 'Default COMPUTE_BACKEND' },
  },
  summary: 'Train a small model on a corpus and write checkpoint, tokenizer and recipe',
  async run(args, { out, err }) {
    const given = settings(args);
    if (given.width % given.heads !== 0)
      throw new UsageError(`--width ${given.width} must be a multiple of --heads ${given.heads}`);
    const { readConfig } = await import('../../config.ts');
    const { compute } = readConfig();
    const { enterSharedHeap } = await import('../shared-heap.ts');
    enterSharedHeap();
    const { chooseBackend } = await import('../../engine/choice.ts');
    const { backend, device } = await chooseBackend({ ...compute, backend: args.text('backend') ?? compute.backend });
    const { layersModel, ...settled } = given;
    const trainer = await trainerOf(layersModel);
    const { memoryBudget } = await import('../../compute/memory-budget.ts');
    err.write(`Computing on ${backend} (${device})\n`);
    const bar = progressBar(err, 'training');
    const abort = new AbortController();
    const { onStopSignal } = await import('../process.ts');
    const release = onStopSignal(() => abort.abort());
    try {
      const result = await trainer(
        {
          ...settled,
          backend,
          threads: compute.threads,
          memoryBudgetBytes: memoryBudget(compute.memoryBudgetBytes, backend),
        },
        {
          planned: ({ total }) => err.write(`It will take up to ${(total / 1e9).toFixed(2)} GB of memory\n`),
          placed: (about) => err.write(placedText(about)),
          signal: abort.signal,
          progress: ({ step, steps, loss, exactMemorization, secondsLeft }) => {
            const known = exactMemorization === null ? '' : `, memorised ${(exactMemorization * 100).toFixed(1)} %`;
            const left = secondsLeft === null ? '' : `, ${duration(secondsLeft)} left`;
            bar.update(steps > 0 ? step / steps : null, `step ${step}, loss ${loss.toFixed(3)}${known}${left}`);
          },
        },
      );
      bar.done();
      const share = (result.exactMemorization * 100).toFixed(1);
      out.write(`${given.out}: ${result.steps} steps in ${duration(result.seconds)}, ${share} % memorised\n`);
      return 0;
    } finally {
      bar.done();
      release();
    }
  },
};
