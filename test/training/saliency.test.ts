// The mask of weights that may move: the steepest share, found without sorting, and what it does to a run.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type { HostTensors } from '../../src/domain/engine.ts';
import type { LossMethod } from '../../src/domain/method.ts';
import { createRandom } from '../../src/domain/random.ts';
import { createEngine } from '../../src/engine/choice.ts';
import { fillParams, getMethod } from '../../src/methods/index.ts';
import { tokenLoss } from '../../src/methods/losses.ts';
import { MEMBERSHIP } from '../../src/metrics/membership-test.ts';
import { padRows } from '../../src/training/batches.ts';
import { valueAndGradients } from '../../src/training/gradients.ts';
import { largestShare } from '../../src/training/saliency.ts';
import { type UnlearnInputs, unlearn } from '../../src/training/unlearn.ts';
import { TINY, tinyRows } from './tiny-gpt2.ts';

const engine = await createEngine({ backend: 'onnxruntime/cpu', threads: 1 });
after(() => engine.dispose());
const { architecture, config } = TINY;
const SETS = { forget: tinyRows(5), retain: tinyRows(8, 20), calibration: tinyRows(4, 60) };

test('the largest share of magnitudes is that of sorting, over all tensors together, of all sizes of numbers', () => {
  const random = createRandom(3);
  const of = (count: number, scale: number) => Float32Array.from({ length: count }, () => random.normal() * scale);
  const all = [of(300, 1e-3), of(200, 1), of(7, 1e-30), of(93, 1e20)];
  const sorted = all.flatMap((data) => Array.from(data, Math.abs)).sort((a, b) => b - a);
  for (const share of [0.001, 0.1, 0.5, 0.9, 1]) {
    const least = sorted[Math.round(share * 600) - 1]!;
    largestShare(all, share).forEach((mask, i) => {
      assert.deepEqual(
        Array.from(mask),
        Array.from(all[i]!, (value) => (Math.abs(value) >= least ? 1 : 0)),
        `${share}`,
      );
    });
  }
});

test('equal magnitudes stay together, and what has no slope is never chosen', () => {
  const [mask] = largestShare([Float32Array.of(0, -2, 2, 0, 1, -0)], 0.2);
  assert.deepEqual(Array.from(mask!), [0, 1, 1, 0, 0, 0]);
  const [most] = largestShare([Float32Array.of(0, -2, 2, 0, 1, -0)], 1);
  assert.deepEqual(Array.from(most!), [0, 1, 1, 0, 1, 0]);
});

/** Slopes of the summed loss of the forget set by all weights, in one pass. */
async function slopes(weights: HostTensors): Promise<HostTensors> {
  const state = engine.createState(weights);
  const step = engine.compileStep((tensors, { ids, labels }) => {
    const { gradients } = valueAndGradients(engine.tf, tensors, (trained) => {
      const logits = architecture.forward(engine.tf, config, trained, ids!);
      return { loss: engine.tf.sum(tokenLoss(engine.tf, { logits, labels: labels! }).nll), aux: {} };
    });
    return { outputs: gradients };
  }, state);
  const found = await step(padRows(SETS.forget, architecture.contextLength(config), 0));
  state.dispose();
  return found;
}

async function run(given: Record<string, unknown>): Promise<HostTensors> {
  const params = fillParams('salun', {
    learning_rate: 1e-2,
    max_steps: 4,
    base: 'grad-diff',
    ...given,
  }) as UnlearnInputs['params'];
  const { weights } = await unlearn({
    ...{ engine, architecture, config, weights: TINY.weights(1), method: getMethod('salun') as LossMethod, params },
    ...{ sets: SETS, seed: 1, membership: MEMBERSHIP },
  });
  return weights;
}

test('weights that were not chosen keep their bytes, the chosen ones move, in parts as at once', async () => {
  const parent = TINY.weights(1);
  const steep = await slopes(parent);
  const names = Object.keys(parent);
  const masks = largestShare(
    names.map((name) => steep[name]!.data as Float32Array),
    0.3,
  );
  for (const given of [{}, { micro_batch: 2 }]) {
    const weights = await run({ mask_share: 0.3, ...given });
    let [chosen, moved, all] = [0, 0, 0];
    names.forEach((name, n) => {
      const [before, after] = [parent[name]!, weights[name]!].map(
        ({ data }) => new Uint32Array(data.buffer, data.byteOffset, data.length),
      ) as [Uint32Array, Uint32Array];
      masks[n]!.forEach((open, i) => {
        all++;
        chosen += open;
        if (before[i] !== after[i]) moved++;
        // sums in another order may swap numbers that are equally steep to the last digits
        if (open === 0 && before[i] !== after[i]) assert.fail(`${name} at ${i} moved`);
      });
    });
    assert.ok(chosen <= 0.301 * all && moved > 0.9 * chosen, `${moved} of ${chosen} chosen, ${all} in all`);
  }
});
