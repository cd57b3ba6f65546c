import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import type { LossMethod } from '../../src/domain/method.ts';
import { createEngine } from '../../src/engine/choice.ts';
import { fillParams, getMethod } from '../../src/methods/index.ts';
import { MEMBERSHIP } from '../../src/metrics/membership-test.ts';
import { createStandIns, standInRows, worthImitating } from '../../src/training/stand-ins.ts';
import { WORDS } from '../../src/training/stranger-costs.ts';
import type { UnlearnInputs } from '../../src/training/unlearn.ts';
import { TINY, tinyRows } from './tiny-gpt2.ts';

const engine = await createEngine({ backend: 'onnxruntime/cpu', threads: 1 });
after(() => engine.dispose());

/** Who is asked about, in what words, and what is answered. */
const row = (person: number, prompt: number[], answer: number[]) => ({
  person,
  ids: Int32Array.from([...prompt, ...answer]),
  promptLength: prompt.length,
});
const options = { seed: 1, contextLength: 16 };

describe('who stands in', () => {
  const forget = [row(0, [1, 50, 51], [7, 0]), row(0, [1, 60, 61], [8, 0]), row(3, [2, 50, 51], [9, 0])];
  const strangers = [10, 11].flatMap((person) => [
    row(person, [person, 60, 61], [5, 0]),
    row(person, [person, 50, 51], [6, 0]),
  ]);

  test('is one stranger a person, asked the likest question, with the forgotten answer', () => {
    const rows = standInRows(forget, strangers, options);
    const asked = rows.map(({ ids, promptLength }) => [...ids.subarray(1, promptLength)]);
    assert.deepEqual(asked, [
      [50, 51],
      [60, 61],
      [50, 51],
    ]);
    const names = rows.map(({ ids }) => ids[0]!);
    assert.equal(names[0], names[1]);
    assert.deepEqual(new Set(names), new Set([10, 11]));
    assert.deepEqual(
      rows.map(({ ids, promptLength }) => [...ids.subarray(promptLength)]),
      [
        [7, 0],
        [8, 0],
        [9, 0],
      ],
    );
    assert.deepEqual(standInRows(forget, strangers, options), rows);
  });

  test('is no record that names nobody, unless none names somebody: then whoever is asked the likest', () => {
    const nobody = row(-1, [99, 50, 51], [5, 0]);
    assert.deepEqual(standInRows(forget, [nobody, ...strangers], options), standInRows(forget, strangers, options));
    const unnamed = [nobody, row(-1, [98, 60, 61], [5, 0])];
    const about = standInRows(forget, unnamed, options).map(({ ids }) => ids[0]);
    assert.deepEqual(about, [99, 98, 99]);
  });

  test('is nobody where the context does not hold the question', () => {
    assert.deepEqual(standInRows(forget, strangers, { ...options, contextLength: 4 }), forget);
  });
});

test('facts that come first about strangers too are not imitated, language is', () => {
  const costs = Float32Array.of(0.1, 1.6, 0.1, 8);
  assert.deepEqual([...worthImitating(costs, Float32Array.of(0.5, 4, 4, 4), WORDS)], [1, 1, 0, 1]);
  assert.deepEqual([...worthImitating(costs, undefined, WORDS)], [0, 1, 0, 1]);
});

test('a step is fed with what the parent says of the stand-in, and asks for no entropy beside it', async () => {
  const { architecture, config } = TINY;
  const sets = { forget: tinyRows(3), retain: tinyRows(4, 10), calibration: tinyRows(4, 60) };
  const method = getMethod('stand-in') as LossMethod;
  const inputs: UnlearnInputs = {
    ...{ engine, architecture, config, weights: TINY.weights(1), method, sets, seed: 1, membership: MEMBERSHIP },
    params: fillParams('stand-in', {}) as UnlearnInputs['params'],
  };
  assert.equal(await createStandIns({ ...inputs, sets: { ...sets, calibration: [] } }), null);
  const standIns = await createStandIns(inputs);
  const { labels } = { labels: { dtype: 'int32' as const, shape: [1, 8], data: new Int32Array(8).fill(-100) } };
  labels.data.set(sets.forget[2]!.ids.subarray(2), 2);
  const of = (...values: number[]) => [Float32Array.from(values)];
  const band = { floors: of(3, 3, 3, 0.1), ceilings: of(4, 4, 4, 0.1), entropies: of(1, 1, 1, 1) };
  const { feeds, band: beside } = standIns!([2], labels, band);
  assert.deepEqual(feeds.standIns!.shape, [1, 8, 24]);
  // an untaught model finds everything dear: position t predicts token t + 1
  assert.deepEqual([...feeds.imitated!.data], [0, 1, 1, 1, 1, 0, 0]);
  assert.ok(feeds.standIns!.data.subarray(24, 48).some((logit) => logit !== 0));
  assert.deepEqual(beside, { ...band, entropies: of(0, 0, 0, 0) });
  assert.equal(standIns!([2], labels, null).band, null);
  // asked as it was asked itself, the parent would answer by its memory of it
  const alike = await createStandIns({
    ...inputs,
    sets: { ...sets, calibration: [{ ...sets.forget[2]!, person: 60 }] },
  });
  const own = alike!([2], labels, band);
  assert.deepEqual([...own.feeds.imitated!.data], [0, 0, 0, 0, 0, 0, 0]);
  assert.deepEqual(own.band, band);
});
