// The optimizer against the algorithm written down in plain numbers (Algorithm 2 of arXiv 1711.05101, clipped first).
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { float32, type HostTensors } from '../../src/domain/engine.ts';
import { createEngine } from '../../src/engine/choice.ts';
import { adamwUpdate, FIRST, initialMoments, SECOND, updateFeeds } from '../../src/training/adamw.ts';
import { values32 } from '../engine/both.ts';
import { TESTED_BACKENDS } from '../helpers/backends.ts';

const OPTIONS = { beta1: 0.9, beta2: 0.98, weight_decay: 0.1, clip_norm: 1.5 };
const RATE = 0.03;
const WEIGHTS: HostTensors = { matrix: values32([3, 4], 1), vector: values32([5], 2) };
const gradientsAt = (step: number): HostTensors => ({
  // the first is clipped, later ones are not
  matrix: { ...values32([3, 4], 10 + step), data: values32([3, 4], 10 + step).data.map((g) => g / step ** 2) },
  vector: { ...values32([5], 20 + step), data: values32([5], 20 + step).data.map((g) => g / step ** 2) },
});

/** Float64 all the way. */
function reference(steps: number) {
  const names = Object.keys(WEIGHTS);
  const weights = Object.fromEntries(names.map((name) => [name, Float64Array.from(WEIGHTS[name]!.data)]));
  const zeros = () => Object.fromEntries(names.map((name) => [name, new Float64Array(WEIGHTS[name]!.data.length)]));
  const [first, second] = [zeros(), zeros()];
  const norms: number[] = [];
  for (let step = 1; step <= steps; step++) {
    const gradients = gradientsAt(step);
    const all = names.flatMap((name) => [...gradients[name]!.data]);
    const norm = Math.hypot(...all);
    norms.push(norm);
    const scale = Math.min(1, OPTIONS.clip_norm / (norm + 1e-6));
    for (const name of names) {
      const decay = WEIGHTS[name]!.shape.length >= 2 ? OPTIONS.weight_decay : 0;
      weights[name]!.forEach((weight, i) => {
        const g = gradients[name]!.data[i]! * scale;
        const m = OPTIONS.beta1 * first[name]![i]! + (1 - OPTIONS.beta1) * g;
        const v = OPTIONS.beta2 * second[name]![i]! + (1 - OPTIONS.beta2) * g * g;
        first[name]![i] = m;
        second[name]![i] = v;
        const direction = m / (1 - OPTIONS.beta1 ** step) / (Math.sqrt(v / (1 - OPTIONS.beta2 ** step)) + 1e-8);
        weights[name]![i] = weight - RATE * (direction + decay * weight);
      });
    }
  }
  return { weights, first, second, norms };
}

describe('AdamW', () => {
  for (const backend of TESTED_BACKENDS)
    test(`${backend} takes the steps of the algorithm`, async () => {
      const engine = await createEngine({ backend, threads: 1 });
      const state = engine.createState({ ...WEIGHTS, ...initialMoments(WEIGHTS) });
      const step = engine.compileStep((tensors, feeds) => {
        const update = adamwUpdate(
          engine.tf,
          OPTIONS,
          tensors,
          { matrix: feeds.matrix!, vector: feeds.vector! },
          feeds,
        );
        return { outputs: { norm: update.norm }, state: update.state };
      }, state);
      const expected = reference(6);
      for (let count = 1; count <= 6; count++) {
        const { norm } = await step({ ...gradientsAt(count), ...updateFeeds(RATE, count, OPTIONS) });
        assert.ok(Math.abs(norm!.data[0]! - expected.norms[count - 1]!) < 1e-4);
      }
      assert.ok(expected.norms[0]! > OPTIONS.clip_norm && expected.norms[5]! < OPTIONS.clip_norm);
      const found = await state.read();
      for (const name of Object.keys(WEIGHTS)) {
        for (const [key, values] of [
          [name, expected.weights[name]!],
          [FIRST + name, expected.first[name]!],
          [SECOND + name, expected.second[name]!],
        ] as const)
          values.forEach((value, i) => {
            assert.ok(Math.abs(found[key]!.data[i]! - value) < 1e-5 * (1 + Math.abs(value)), `${key}[${i}]`);
          });
      }
      await engine.dispose();
    });

  test('a gradient that is not finite shows in the norm', async () => {
    const engine = await createEngine({ backend: 'onnxruntime/cpu', threads: 1 });
    const weights = { x: float32(Float32Array.of(1, 2)) };
    const state = engine.createState({ ...weights, ...initialMoments(weights) });
    const step = engine.compileStep((tensors, feeds) => {
      const update = adamwUpdate(engine.tf, OPTIONS, tensors, { x: feeds.g! }, feeds);
      return { outputs: { norm: update.norm } };
    }, state);
    for (const bad of [Number.NaN, Number.POSITIVE_INFINITY]) {
      const { norm } = await step({ g: float32(Float32Array.of(1, bad)), ...updateFeeds(RATE, 1, OPTIONS) });
      assert.ok(!Number.isFinite(norm!.data[0]));
    }
    await engine.dispose();
  });
});
