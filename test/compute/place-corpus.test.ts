// What the shards of a placement ask of the memory at most.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { largestShard } from '../../src/compute/place-corpus.ts';
import { planMemory } from '../../src/training/memory-plan.ts';
import { shardKindOf } from '../../src/training/sisa/shard-kinds.ts';
import { TINY } from '../training/tiny-gpt2.ts';

test('memory is planned for the most rows and for the longest, which may be in different shards', () => {
  const rows = (count: number, length: number) =>
    Array.from({ length: count }, () => ({ ids: new Int32Array(length), promptLength: 1 }));
  const cells = [[rows(3, 4), rows(4, 5)], [rows(1, 3), rows(2, 14)], [[]]];
  const found = largestShard(cells);
  assert.deepEqual(found, { rows: 7, longest: 14 });
  const trains = { trainable: [], lora_rank: 2, lora_alpha: 4, lora_targets: [] };
  const kind = shardKindOf(TINY, { ...TINY.options, batch_size: 4, trains });
  const planned = planMemory(kind.work(found).at(0)).total;
  for (const own of [
    { rows: 7, longest: 5 },
    { rows: 3, longest: 14 },
  ])
    assert.ok(planned > planMemory(kind.work(own).at(0)).total, JSON.stringify(own));
});
