import assert from 'node:assert/strict';
import { test } from 'node:test';
import { reseeded } from '../../src/domain/references.ts';
import { RECIPE } from '../checkpoints/tiny.ts';

test('the first reference follows the recipe as it is; each later one has seeds of its own, always the same', () => {
  assert.equal(reseeded(RECIPE, 0), RECIPE);
  const [one, two] = [reseeded(RECIPE, 1), reseeded(RECIPE, 2)];
  assert.equal(new Set([RECIPE, one, two].map(({ init }) => init.seed)).size, 3);
  assert.equal(new Set([RECIPE, one, two].map(({ order_seed }) => order_seed)).size, 3);
  assert.deepEqual(reseeded(RECIPE, 1), one);
  const { init, order_seed: _, ...rest } = one;
  const { init: own, order_seed: __, ...same } = RECIPE;
  assert.deepEqual([rest, init.base_checkpoint], [same, own.base_checkpoint]);
});
