// Which part trains, as typed: defaults, and options that would have no effect.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readArguments, UsageError } from '../../src/cli/command.ts';
import { train } from '../../src/cli/commands/train.ts';
import { trainableOptions } from '../../src/cli/trainable-options.ts';

const read = (line: string) => trainableOptions(readArguments(train, line.split(' ').filter(Boolean)));

test('without an option nothing is said, so that a recipe stays as it was', () => {
  assert.deepEqual(read('--corpus x'), {});
});

test('lists, rank and alpha; alpha is twice the rank unless given', () => {
  const none = { trainable: [], lora_targets: [] };
  assert.deepEqual(read('--lora-rank 4'), { trains: { ...none, lora_rank: 4, lora_alpha: 8 } });
  assert.deepEqual(read('--lora-rank 4 --lora-alpha 1.5 --lora-targets c_attn,mlp.c_proj --trainable *.ln_f.*'), {
    trains: { trainable: ['*.ln_f.*'], lora_rank: 4, lora_alpha: 1.5, lora_targets: ['c_attn', 'mlp.c_proj'] },
  });
  assert.deepEqual(read('--trainable *.mlp.*,*.attn.*'), {
    trains: { trainable: ['*.mlp.*', '*.attn.*'], lora_rank: 0, lora_alpha: 16, lora_targets: [] },
  });
});

test('what would have no effect, or is no number, is refused', () => {
  const cases: [string, string][] = [
    ['--lora-targets c_attn', '--lora-targets needs --lora-rank'],
    ['--lora-alpha 2', '--lora-alpha needs --lora-rank'],
    ['--adapter z --base b', '--adapter needs --lora-rank'],
    ['--adapter z --lora-rank 2', '--adapter needs --base'],
    ['--base b --vocab-size 300', '--vocab-size is for a fresh model: --base has its own'],
    ['--lora-rank 2 --lora-alpha 0', '--lora-alpha must be a number over 0, not "0"'],
    ['--lora-rank two', '--lora-rank must be a whole number of at least 1, not "two"'],
    [
      '--base b --lora-rank 2 --adapter z --trainable *',
      '--adapter holds adapters alone: leave --trainable out, or --adapter',
    ],
  ];
  for (const [line, message] of cases)
    assert.throws(
      () => read(line),
      (error) => error instanceof UsageError && error.message === message,
      line,
    );
});
