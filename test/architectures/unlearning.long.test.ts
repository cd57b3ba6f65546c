// A step-by-step method on every architecture, with all weights and with adapters: the forgotten get dearer, and what does
// not train stays as it was.
import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { architectures } from '../../src/architectures/index.ts';
import type { LossMethod } from '../../src/domain/method.ts';
import { createEngine } from '../../src/engine/choice.ts';
import { fillParams, getMethod } from '../../src/methods/index.ts';
import { MEMBERSHIP } from '../../src/metrics/membership-test.ts';
import { createScorer, meanNll } from '../../src/training/scoring.ts';
import { train } from '../../src/training/train.ts';
import { type UnlearnInputs, unlearn } from '../../src/training/unlearn.ts';
import { TINY, tinyRows } from '../training/tiny-gpt2.ts';
import { TINY_CONFIGS } from './tiny-configs.ts';

const engine = await createEngine({ backend: 'onnxruntime/cpu', threads: 1 });
after(() => engine.dispose());
const PEOPLE = tinyRows(12);
const SETS = { forget: PEOPLE.slice(0, 2), retain: PEOPLE.slice(2), calibration: tinyRows(12, 60) };

for (const [name, architecture] of Object.entries(architectures))
  describe(name, async () => {
    const config = architecture.parseConfig(TINY_CONFIGS[name]!.json);
    const options = { ...TINY.options, learning_rate: 2e-2, steps: 120 };
    const rows = { rows: PEOPLE, options, orderSeed: 2 };
    const start = architecture.initialise(config, 1);
    const parent = train({ engine, architecture, config, weights: start, ...rows });

    for (const [way, trains] of Object.entries({ weights: {}, adapters: { lora_rank: 2, learning_rate: 2e-2 } }))
      test(`forgets by its ${way}`, async () => {
        const { weights } = await parent;
        const quick = { learning_rate: 5e-3, max_steps: 12, repair_steps: 2, ...trains };
        const params = fillParams('grad-diff', quick) as UnlearnInputs['params'];
        const method = getMethod('grad-diff') as LossMethod;
        const given = {
          engine,
          architecture,
          config,
          weights,
          method,
          params,
          sets: SETS,
          seed: 1,
          membership: MEMBERSHIP,
        };
        const result = await unlearn(given);
        const loss = async (of: typeof weights) => {
          const state = engine.createState(of);
          const scores = await createScorer(engine, architecture, config, state)(SETS.forget);
          state.dispose();
          return scores.map(meanNll).reduce((a, b) => a + b, 0) / scores.length;
        };
        const [before, now] = [await loss(weights), await loss(result.weights)];
        assert.ok(now > before + 0.5, `${before} -> ${now}`);
        const projected = architecture.projections(config).modules.map((module) => `${module}.weight`);
        const moved = Object.keys(weights).filter((key) =>
          weights[key]!.data.some((value, i) => value !== result.weights[key]!.data[i]),
        );
        if (way === 'adapters') assert.deepEqual(moved.toSorted(), projected.toSorted());
        else assert.equal(moved.length, Object.keys(weights).length);
      });
  });
