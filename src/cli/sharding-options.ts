// How `expunge train` splits a training into shards and slices, from words on the command line.
import type { Sharding } from '../compute/place-corpus.ts';
import { type Arguments, type CommandOption, UsageError, wholeNumber } from './command.ts';

export const shardingFlags: Record<string, CommandOption> = {
  shards: {
    type: 'string',
    value: 'N',
    summary:
      'Train in shards, so that sisa can remove people at a part of the cost; a language model needs --base, --lora-rank',
  },
  slices: { type: 'string', value: 'N', summary: 'Checkpoints of each shard on the way; default 1' },
  placement: {
    type: 'string',
    value: 'FILE',
    summary: 'Place records as in this sisa-placement.json; default by seed and id',
  },
};

/** Null: a training in one piece. Options that would have no effect, or that cannot be followed shard by shard, are refused. */
export function shardingOptions(args: Arguments): Sharding | null {
  const given = (name: string) => args.text(name) !== undefined;
  if (!given('shards')) {
    const idle = ['slices', 'placement'].find(given);
    if (idle !== undefined) throw new UsageError(`--${idle} needs --shards`);
    return null;
  }
  if (given('stop-at'))
    throw new UsageError('--stop-at hangs on all records: leave it or --shards out, and give the number of --steps');
  const whole = ['adapter', 'trainable'].find(given);
  if (whole !== undefined) throw new UsageError(`--${whole} is for a training in one piece: leave it or --shards out`);
  for (const name of ['base', 'lora-rank'])
    if (!given('layers-model') && !given(name)) throw new UsageError(`--shards of a language model needs --${name}`);
  return {
    shards: wholeNumber(args, 'shards', 2, 2),
    slices: wholeNumber(args, 'slices', 1, 1),
    placement: args.text('placement') ?? null,
  };
}
