// The norm of a row's gradient: by the gradient itself, as passes over a set collect it, and the same on every engine.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Engine } from '../../src/domain/engine.ts';
import { norm } from '../../src/domain/vectors.ts';
import { createEngine } from '../../src/engine/choice.ts';
import { openSurface } from '../../src/influence/surface.ts';
import { createGradientNorm } from '../../src/training/gradient-norms.ts';
import { TESTED_BACKENDS } from '../helpers/backends.ts';
import { TINY, tinyRows } from './tiny-gpt2.ts';

const rows = tinyRows(3);

async function byDefinition(engine: Engine): Promise<number[]> {
  const weights = TINY.weights(2);
  const surface = openSurface({ engine, architecture: TINY.architecture, config: TINY.config, weights });
  const found: number[] = [];
  for (const row of rows) {
    const gradient = await surface.gradient([row]);
    const norms = Object.entries(gradient).map(([name, values]) => norm({ [name]: values }));
    const tokens = row.ids.length - row.promptLength;
    found.push(norms.reduce((sum, one) => sum + one, 0) / norms.length / tokens);
  }
  surface.dispose();
  return found;
}

for (const backend of TESTED_BACKENDS)
  test(`${backend}: the mean over tensors of the norm of the mean loss’s gradient`, async () => {
    const engine = await createEngine({ backend, threads: 1 });
    const state = engine.createState(TINY.weights(2));
    const measure = createGradientNorm(engine, TINY.architecture, TINY.config, state);
    const expected = await byDefinition(engine);
    for (const [i, row] of rows.entries()) {
      const found = await measure(row);
      assert.ok(Math.abs(found - expected[i]!) < 1e-4 * expected[i]!, `${found}, not ${expected[i]}`);
    }
    await engine.dispose();
  });
