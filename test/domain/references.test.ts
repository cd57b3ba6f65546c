import assert from 'node:assert/strict';
import { test } from 'node:test';
import { asGiven, reseeded } from '../../src/domain/references.ts';
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

test('a verification that trains none says what it was given, where something was asked for or given', () => {
  assert.equal(asGiven({ retrained: 0, shadow: 0 }, 0), undefined);
  assert.deepEqual(asGiven({ retrained: 0, shadow: 0 }, 1), { asked: 0, compared: 1, note: null });
  const note = 'none was given to this verification, which trains none';
  assert.deepEqual(asGiven({ retrained: 2, shadow: 0 }, 0), { asked: 2, compared: 0, note });
  assert.match(asGiven({ retrained: 2, shadow: 0 }, 1)!.note!, /^1 was given/);
  const shadow = { asked: 4, compared: 0, note: 'this verification makes none' };
  assert.deepEqual(asGiven({ retrained: 0, shadow: 4 }, 0), { asked: 0, compared: 0, note: null, shadow });
});
