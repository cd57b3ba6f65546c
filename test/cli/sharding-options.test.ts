// Shards as typed: defaults, and options that would have no effect or cannot be followed shard by shard.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readArguments, UsageError } from '../../src/cli/command.ts';
import { train } from '../../src/cli/commands/train.ts';
import { shardingOptions } from '../../src/cli/sharding-options.ts';

const read = (line: string) => shardingOptions(readArguments(train, line.split(' ').filter(Boolean)));

test('without --shards a training is in one piece', () => {
  assert.equal(read('--corpus x'), null);
});

test('slices are one unless given', () => {
  assert.deepEqual(read('--layers-model m --shards 5'), { shards: 5, slices: 1, placement: null });
  assert.deepEqual(read('--base b --lora-rank 4 --shards 3 --slices 4 --placement p.json'), {
    ...{ shards: 3, slices: 4, placement: 'p.json' },
  });
});

test('what would have no effect, or hangs on all records, is refused', () => {
  const cases: [string, string][] = [
    ['--slices 2', '--slices needs --shards'],
    ['--placement p', '--placement needs --shards'],
    ['--likely l', '--likely needs --shards'],
    [
      '--shards 2 --layers-model m --placement p --likely l',
      '--likely makes a placement, and --placement names one: leave one of them out',
    ],
    ['--shards 1 --layers-model m', '--shards must be a whole number of at least 2, not "1"'],
    ['--shards 2 --base b', '--shards of a language model needs --lora-rank'],
    ['--shards 2 --lora-rank 2', '--shards of a language model needs --base'],
    [
      '--shards 2 --layers-model m --stop-at 0.9',
      '--stop-at hangs on all records: leave it or --shards out, and give the number of --steps',
    ],
    [
      '--shards 2 --base b --lora-rank 2 --adapter a',
      '--adapter is for a training in one piece: leave it or --shards out',
    ],
  ];
  for (const [line, message] of cases)
    assert.throws(
      () => read(line),
      (error) => error instanceof UsageError && error.message === message,
      line,
    );
});
