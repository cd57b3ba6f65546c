// What a run works out before its first step: a teacher's answers, the parent's loss and states, a direction, a layer.
import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { architectures } from '../../src/architectures/index.ts';
import type { Tensor } from '../../src/domain/engine.ts';
import type { LossMethod } from '../../src/domain/method.ts';
import { createEngine } from '../../src/engine/choice.ts';
import { fillParams, getMethod } from '../../src/methods/index.ts';
import { MEMBERSHIP } from '../../src/metrics/membership-test.ts';
import { padRows } from '../../src/training/batches.ts';
import { createScorer } from '../../src/training/scoring.ts';
import type { UnlearnInputs } from '../../src/training/unlearn.ts';
import {
  direction,
  parentRetainLoss,
  parentStateLength,
  steeredLayer,
  teacherFeed,
  teacherLogits,
} from '../../src/training/unlearning-references.ts';
import { TINY, tinyRows } from './tiny-gpt2.ts';

const engine = await createEngine({ backend: 'onnxruntime/cpu', threads: 1 });
after(() => engine.dispose());
const { tf } = engine;
const { architecture, config } = TINY;
// answers of three lengths
const FORGET = tinyRows(5).map((row, i) => ({ ...row, ids: row.ids.slice(0, 4 + (i % 3)) }));
const inputs = (name: string): UnlearnInputs => ({
  ...{ engine, architecture, config, weights: TINY.weights(1), method: getMethod(name) as LossMethod, seed: 3 },
  params: fillParams(name) as UnlearnInputs['params'],
  ...{ sets: { forget: FORGET, retain: tinyRows(9, 20), calibration: [] }, membership: MEMBERSHIP },
});
const batch = padRows(FORGET, 16, 0);

test('a teacher’s answers stand where the model’s stand, are its own, and hang on the seed', async () => {
  const given = inputs('bad-teacher');
  const [own, again, other] = [
    await teacherLogits(given),
    await teacherLogits(given),
    await teacherLogits({ ...given, seed: 4 }),
  ];
  assert.deepEqual(own, again);
  assert.notDeepEqual(own, other);
  const state = engine.createState(architecture.initialise(config, given.seed + 7));
  const forward = engine.compileStep(
    (weights, { ids }) => ({ outputs: { y: architecture.forward(tf, config, weights, ids!) } }),
    state,
  );
  const { data: expected } = (await forward({ ids: batch.ids! })).y!;
  const picked = [0, 1, 2, 3, 4];
  const { data, shape } = teacherFeed(own, picked, batch.labels!);
  const [rows, time, vocab] = shape as [number, number, number];
  assert.deepEqual([rows, time, vocab], [5, 8, 24]);
  data.forEach((value, i) => {
    const [at, t] = [Math.floor(i / vocab), Math.floor(i / vocab) % time];
    const predicts = t + 1 < time && batch.labels!.data[at + 1]! >= 0;
    assert.ok(Math.abs(value - (predicts ? expected[i]! : 0)) < 1e-5, `${i}`);
  });
  const [, second] = [0, teacherFeed(own, [4, 1], padRows([FORGET[4]!, FORGET[1]!], 16, 0).labels!)];
  assert.deepEqual(second.data.slice(time * vocab), data.slice(time * vocab, 2 * time * vocab));
  state.dispose();
});

test('the parent’s retain loss is a mean over tokens; its states’ length one over places that predict an answer', async () => {
  const given = inputs('pdu');
  const state = engine.createState(given.weights);
  const scores = await createScorer(engine, architecture, config, state)(given.sets.retain);
  const all = scores.flatMap(({ logProbs }) => Array.from(logProbs));
  const mean = -all.reduce((a, b) => a + b, 0) / all.length;
  assert.ok(Math.abs((await parentRetainLoss(given, state)) - mean) < 1e-5);

  const states = engine.compileStep((weights, { ids }) => {
    let seen: Tensor | undefined;
    architecture.hidden(tf, config, weights, ids!, undefined, (layer, x) => {
      if (layer === 1) seen = x;
    });
    return { outputs: { y: seen! } };
  }, state);
  const { data, shape } = (await states({ ids: batch.ids! })).y!;
  const width = shape[2]!;
  const lengths: number[] = [];
  batch.labels!.data.forEach((label, i) => {
    if (label >= 0) lengths.push(Math.hypot(...data.slice((i - 1) * width, i * width)));
  });
  const expected = lengths.reduce((a, b) => a + b, 0) / lengths.length;
  assert.ok(Math.abs((await parentStateLength(inputs('rmu'), state)) - expected) < 1e-4 * expected);
  state.dispose();
});

test('a direction has length 1, no negative entries, and is the seed’s own', () => {
  const one = direction(5, 40);
  assert.ok(Math.abs(Math.hypot(...one) - 1) < 1e-6 && one.every((value) => value >= 0));
  assert.deepEqual(direction(5, 40), one);
  assert.notDeepEqual(direction(6, 40), one);
});

describe('layers', () => {
  test('0 is the middle one; one beyond the last is refused with how many there are', () => {
    assert.deepEqual(
      [1, 0].map((layer) => steeredLayer(architecture, config, layer)),
      [1, 1],
    );
    assert.throws(() => steeredLayer(architecture, config, 2), {
      code: 'validation-failed',
      message: 'layer: 2 is beyond the 1 of this gpt2. Take at most 1, or 0.',
    });
  });

  for (const family of Object.values(architectures)) {
    test(`${family.name} tells the states after each of its layers, and only the last norm stands behind the last one`, async () => {
      const own = family.parseConfig(
        family.freshConfig({ vocabSize: 16, context: 8, width: 16, layers: 3, heads: 2, endId: 0 }),
      );
      const state = engine.createState(family.initialise(own, 1));
      const heard: number[] = [];
      const step = engine.compileStep((weights, { ids }) => {
        const seen: Tensor[] = [];
        const hidden = family.hidden(tf, own, weights, ids!, undefined, (layer, x) => {
          heard.push(layer);
          seen.push(x);
        });
        return { outputs: { hidden, first: seen[0]!, last: seen.at(-1)! } };
      }, state);
      const out = await step({
        ids: padRows(
          tinyRows(2).map((row) => ({ ...row, ids: row.ids.map((id) => id % 16) })),
          8,
          0,
        ).ids!,
      });
      assert.deepEqual(heard, [1, 2, 3]);
      assert.deepEqual(out.last!.shape, out.hidden!.shape);
      assert.notDeepEqual(out.first!.data, out.last!.data);
      // fresh gains are 1 and biases 0: the norm scales a position, once its mean is taken away where the family does that
      const width = out.last!.shape[2]!;
      const centred = (data: ArrayLike<number>) => {
        const row = Array.from({ length: width }, (_, i) => data[i]!);
        const mean = ['gpt2', 'gpt_neox', 'phi'].includes(family.name) ? row.reduce((a, b) => a + b, 0) / width : 0;
        return row.map((value) => value - mean);
      };
      const [x, y] = [centred(out.last!.data), centred(out.hidden!.data)];
      const cosine = x.reduce((sum, value, i) => sum + value * y[i]!, 0) / (Math.hypot(...x) * Math.hypot(...y));
      assert.ok(cosine > 1 - 1e-5, `${cosine}`);
      state.dispose();
    });
  }
});
