// Places of state tensors that a step writes: the same on both engines, in memory that was there before.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Engine, float32, int32 } from '../../src/domain/engine.ts';
import { createEngine } from '../../src/engine/choice.ts';
import { storePlaces } from '../../src/engine/places.ts';
import { TESTED_BACKENDS } from '../helpers/backends.ts';

const cache = () => float32(new Float32Array(2 * 2 * 4 * 1), [2, 2, 4, 1]);

async function written(engine: Engine) {
  const { tf } = engine;
  const state = engine.createState({ cache: cache(), other: float32(Float32Array.of(3)) });
  const step = engine.compileStep(
    (tensors, { x, at }) => ({
      outputs: { sum: tf.sum(tensors.cache!) },
      places: { at: at!, values: { cache: tf.mul(x!, tensors.other!) } },
    }),
    state,
  );
  const x = float32(Float32Array.of(1, 2, 3, 4), [2, 2, 1, 1]);
  const sums: number[] = [];
  for (const at of [
    [0, 3],
    [1, 3],
  ])
    sums.push((await step({ x, at: int32(Int32Array.from(at)) })).sum!.data[0]!);
  const [tensor] = Object.values(await state.read(['cache']));
  state.remove(['cache', 'never there']);
  await assert.rejects(state.read(['cache']));
  assert.deepEqual(Object.keys(await state.read()), ['other']);
  return { sums, values: [...tensor!.data] };
}

for (const backend of TESTED_BACKENDS) {
  test(`${backend}: a step reads the old places and leaves the new ones`, async () => {
    const engine = await createEngine({ backend, threads: 1 });
    const { sums, values } = await written(engine);
    assert.deepEqual(sums, [0, 30], 'the second run sees what the first one wrote');
    assert.deepEqual(values, [3, 3, 0, 0, 6, 6, 0, 0, 0, 0, 0, 9, 0, 0, 0, 12]);
    await engine.dispose();
  });
}

test('several places a row', () => {
  const target = cache();
  const values = {
    cache: float32(
      Float32Array.from({ length: 8 }, (_, i) => i + 1),
      [2, 2, 2, 1],
    ),
  };
  storePlaces({ cache: target }, { at: int32(Int32Array.of(2, 0)), values });
  assert.deepEqual([...target.data], [0, 0, 1, 2, 0, 0, 3, 4, 5, 6, 0, 0, 7, 8, 0, 0]);
});

test('a place outside, another shape and an unknown tensor are refused', () => {
  const one = float32(new Float32Array(4), [2, 2, 1, 1]);
  for (const at of [4, -1])
    assert.throws(
      () => storePlaces({ cache: cache() }, { at: int32(Int32Array.of(at, 0)), values: { cache: one } }),
      /cache has 4 places/,
    );
  const at = int32(Int32Array.of(0, 0));
  const wrong = float32(new Float32Array(8), [2, 2, 1, 2]);
  assert.throws(() => storePlaces({ cache: cache() }, { at, values: { cache: wrong } }), /does not fit/);
  assert.throws(() => storePlaces({}, { at, values: { cache: one } }), /does not fit/);
});
