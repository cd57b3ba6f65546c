// Which part of a model `expunge train` trains, from words on the command line.
import { TRAIN_ALL } from '../domain/train-all.ts';
import type { TrainableOptions } from '../domain/trainable.ts';
import { type Arguments, type CommandOption, UsageError, wholeNumber } from './command.ts';

export const trainableFlags: Record<string, CommandOption> = {
  base: {
    type: 'string',
    value: 'DIR',
    summary: 'Checkpoint to start from, with its tokenizer; default a fresh model',
  },
  trainable: { type: 'string', value: 'A,B', summary: 'Names of weights that train, * for any text; default all' },
  'lora-rank': { type: 'string', value: 'N', summary: 'Train adapters of this rank in place of the weights' },
  'lora-alpha': { type: 'string', value: 'X', summary: 'Adapters count alpha / rank times; default twice the rank' },
  'lora-targets': { type: 'string', value: 'A,B', summary: 'Modules that get an adapter; default every projection' },
  adapter: { type: 'string', value: 'DIR', summary: 'Write the adapters there as well, in PEFT’s layout' },
};

/** What a base has of its own. */
const OF_A_FRESH_MODEL = ['architecture', 'width', 'layers', 'heads', 'vocab-size'];

/** What a classifier, whose topology is given, has no use for. */
const OF_A_LANGUAGE_MODEL = ['base', 'lora-rank', 'log-updates'];

const list = (args: Arguments, name: string): string[] =>
  (args.text(name) ?? '')
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');

function alphaOf(args: Arguments, rank: number): number {
  const text = args.text('lora-alpha');
  if (text === undefined) return 2 * rank;
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value) || value <= 0)
    throw new UsageError(`--lora-alpha must be a number over 0, not ${JSON.stringify(text)}`);
  return value;
}

/** Options that would have no effect beside those given are refused, not ignored. */
function refuseIdle(args: Arguments): void {
  const given = (name: string) => args.text(name) !== undefined || args.flag(name);
  const needs = (name: string, other: string) => {
    if (given(name) && !given(other)) throw new UsageError(`--${name} needs --${other}`);
  };
  for (const name of ['lora-alpha', 'lora-targets', 'adapter']) needs(name, 'lora-rank');
  needs('adapter', 'base');
  if (given('adapter') && given('trainable'))
    throw new UsageError('--adapter holds adapters alone: leave --trainable out, or --adapter');
  if (given('log-updates') && given('lora-rank'))
    throw new UsageError('--log-updates is of weights, and not of adapters: leave it or --lora-rank out');
  const idle = given('base') ? OF_A_FRESH_MODEL.find(given) : undefined;
  if (idle !== undefined) throw new UsageError(`--${idle} is for a fresh model: --base has its own`);
  const foreign = given('layers-model') ? [...OF_A_FRESH_MODEL, ...OF_A_LANGUAGE_MODEL].find(given) : undefined;
  if (foreign !== undefined)
    throw new UsageError(`--${foreign} is for a language model: leave it or --layers-model out`);
}

/** Nothing for a training of all weights, so that its recipe says nothing of it. */
export function trainableOptions(args: Arguments): { trains?: TrainableOptions } {
  refuseIdle(args);
  const trainable = list(args, 'trainable');
  const rank = wholeNumber(args, 'lora-rank', 0, 1);
  if (rank === 0) return trainable.length > 0 ? { trains: { ...TRAIN_ALL, trainable } } : {};
  const targets = list(args, 'lora-targets');
  return { trains: { trainable, lora_rank: rank, lora_alpha: alphaOf(args, rank), lora_targets: targets } };
}
