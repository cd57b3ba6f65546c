import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tally } from '../../src/runs/storage.ts';

const of = (model_id: string, digest: string, contents: Record<string, number>) => ({
  ...{ model_id, digest },
  contents: new Map(Object.entries(contents)),
});

test('what several checkpoints hold is counted once, and is nobody’s own', () => {
  const storage = tally([
    of('m', 'a', { tokenizer: 10, 'weights-a': 100 }),
    of('m', 'b', { tokenizer: 10, 'weights-b': 200 }),
    of('n', 'b', { tokenizer: 10, 'weights-b': 200 }),
    of('n', 'gone', {}),
  ]);
  assert.deepEqual(storage.usage('m', 'a'), { own_bytes: 100, shared_bytes: 10 });
  assert.deepEqual(storage.usage('m', 'b'), { own_bytes: 0, shared_bytes: 210 });
  assert.deepEqual(storage.usage('n', 'gone'), { own_bytes: 0, shared_bytes: 0 });
  assert.deepEqual(storage.usage('n', 'never'), { own_bytes: 0, shared_bytes: 0 });
  assert.deepEqual([storage.bytes('m'), storage.bytes('n'), storage.bytes()], [310, 210, 310]);
});
