import assert from 'node:assert/strict';
import { test } from 'node:test';
import { notGiven, reseeded } from '../../src/domain/references.ts';
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

test('a verification that was given none says so, where its policy asks for some', () => {
  assert.equal(notGiven({ retrained: 0, shadow: 0 }), undefined);
  const none = { compared: 0, note: 'none was given to this verification' };
  assert.deepEqual(notGiven({ retrained: 2, shadow: 0 }), { asked: 2, ...none });
  assert.deepEqual(notGiven({ retrained: 0, shadow: 4 }), { asked: 0, ...none, shadow: { asked: 4, ...none } });
});
