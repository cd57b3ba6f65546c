// How `expunge train` splits a training into shards and slices, from words on the command line.
import type { Sharding } from '../compute/place-corpus.ts';
import type { LikelyPlacement } from '../training/sisa/likely.ts';
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
  likely: {
    type: 'string',
    value: 'FILE.ndjson',
    summary:
      'Identifiers of people who are likely to ask for deletion, each with a likelihood: they are placed where removing them costs least',
  },
};

/** Null: a training in one piece. Options that would have no effect, or that cannot be followed shard by shard, are refused. */
export function shardingOptions(args: Arguments): Sharding | null {
  const given = (name: string) => args.text(name) !== undefined;
  if (!given('shards')) {
    const idle = ['slices', 'placement', 'likely'].find(given);
    if (idle !== undefined) throw new UsageError(`--${idle} needs --shards`);
    return null;
  }
  if (given('stop-at'))
    throw new UsageError('--stop-at hangs on all records: leave it or --shards out, and give the number of --steps');
  const whole = ['adapter', 'trainable'].find(given);
  if (whole !== undefined) throw new UsageError(`--${whole} is for a training in one piece: leave it or --shards out`);
  for (const name of ['base', 'lora-rank'])
    if (!given('layers-model') && !given(name)) throw new UsageError(`--shards of a language model needs --${name}`);
  if (given('placement') && given('likely'))
    throw new UsageError('--likely makes a placement, and --placement names one: leave one of them out');
  return {
    shards: wholeNumber(args, 'shards', 2, 2),
    slices: wholeNumber(args, 'slices', 1, 1),
    placement: args.text('placement') ?? null,
    ...(given('likely') && { likely: args.text('likely')! }),
  };
}

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;

/** Why likely people stand where they do, and what that is expected to save. */
export const placedText = (about: LikelyPlacement['about']): string =>
  `Likely to ask: ${about.records} records of ${about.groups} groups of people, placed together in ${about.shards} shards from the last slice on; ` +
  `one run over all who ask is expected to train ${percent(about.expected_share)} again, and ${percent(about.drawn_share)} were places drawn\n`;
