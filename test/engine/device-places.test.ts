import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { float32, int32 } from '../../src/domain/engine.ts';
import { createEngine } from '../../src/engine/choice.ts';
import { placed } from '../../src/engine/onnxruntime/device-places.ts';
import { storePlaces } from '../../src/engine/places.ts';
import { UNDER_TEST } from '../helpers/backends.ts';
import { values32 } from './both.ts';

const engine = await createEngine({ backend: UNDER_TEST, threads: 1 });
after(() => engine.dispose());

test('places taken anew on the device are those that the host writes, one or several a row', async () => {
  for (const count of [1, 2, 5]) {
    const target = values32([3, 2, 5, 4], count);
    const values = values32([3, 2, count, 4], count + 10);
    const at = int32(Int32Array.of(0, 5 - count, Math.min(1, 5 - count)));
    const expected = { ...target, data: target.data.slice() };
    storePlaces({ cache: expected }, { at, values: { cache: values } });
    const state = engine.createState({ cache: target });
    const step = engine.compileStep(
      ({ cache }, feeds) => ({ outputs: { cache: placed(engine.tf, cache!, feeds.at!, feeds.values!) } }),
      state,
    );
    const { cache } = await step({ at, values: float32(values.data as Float32Array, values.shape) });
    assert.deepEqual([...cache!.data], [...expected.data], `${count} places a row`);
    state.dispose();
  }
});
