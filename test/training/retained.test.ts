import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fillParams, methods } from '../../src/methods/index.ts';
import { retainedNeeded } from '../../src/training/retained.ts';

test('what a run draws, and a bound for every method but a training from a recipe and a proof', () => {
  const needed = (params: object) => retainedNeeded({ kind: 'loss' }, params);
  assert.equal(needed({ max_steps: 1000, repair_steps: 50, retain_batch: 10 }), 11_000);
  assert.equal(needed({ max_steps: 1, repair_steps: 0, retain_batch: 1 }), 4096);
  assert.equal(retainedNeeded({ kind: 'edit' }, { importance_rows: 100_000 }), 100_000);
  for (const method of Object.values(methods)) {
    const asked = retainedNeeded(method, fillParams(method.name, {}) as object);
    if (method.kind === 'retrain' || method.kind === 'certified') assert.equal(asked, Number.POSITIVE_INFINITY);
    else assert.ok(asked >= 4096 && asked <= 65_536, `${method.name}: ${asked}`);
  }
});
