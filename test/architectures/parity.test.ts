// The same checkpoints in PyTorch's transformers: logits, losses, greedy continuations. They are made by scripts/fixtures;
// reading them needs no Python.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { measureParity, parityFixtures } from '../../scripts/parity.ts';
import { architectures } from '../../src/architectures/index.ts';
import { createEngine } from '../../src/engine/choice.ts';
import { TESTED_BACKENDS, UNDER_TEST } from '../helpers/backends.ts';
import { LONG } from '../helpers/long.ts';

const LEAST_TOKENS = 16;
const met = new Set<string>();
/** The oracle, which is slow, is held by test:long, and to what it decides: its kernels, which relatives have in common. */
const ONE_OF_EACH = new Map(
  parityFixtures().map((one) => [JSON.parse(readFileSync(join(one.dir, 'config.json'), 'utf8')).model_type, one]),
).values();

for (const backend of LONG ? TESTED_BACKENDS : [UNDER_TEST]) {
  const engine = await createEngine({ backend, threads: 1 });
  after(() => engine.dispose());
  describe(`${backend} computes what transformers computes`, () => {
    for (const { name, dir } of backend === UNDER_TEST ? parityFixtures() : ONE_OF_EACH)
      test(name, async () => {
        const found = await measureParity(engine, dir);
        const { expected, continuations, endId } = found;
        met.add(found.architecture);
        assert.equal(found.logits.length, expected.logits.length);
        assert.ok(
          found.logits.some((logit) => Math.abs(logit) > 1),
          'logits are large enough to tell a difference',
        );
        assert.ok(found.logitDifference <= 1e-4, `a logit is ${found.logitDifference} off`);
        assert.ok(found.lossDifference <= 1e-5, `the loss is off by the factor ${found.lossDifference}`);
        // transformers leaves the end of text in
        const ended = expected.continuations.map((ids) => (ids.at(-1) === endId ? ids.slice(0, -1) : ids));
        assert.deepEqual(continuations, ended);
        if (endId === -1) assert.ok(continuations.every((ids) => ids.length >= LEAST_TOKENS));
      });
  });
}

test('every architecture has such a checkpoint', () => {
  assert.deepEqual([...met].toSorted(), Object.keys(architectures).toSorted());
});
