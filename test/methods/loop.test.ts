// What every step-by-step method must keep in the unlearning loop, on a model of a few hundred weights: the same seed gives
// the same bytes, a run that is told to stop takes no further step, and nothing is left in memory.
import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { gpt2 } from '../../src/architectures/gpt2.ts';
import type { Architecture } from '../../src/domain/architecture.ts';
import { createRandom } from '../../src/domain/random.ts';
import { createEngine } from '../../src/engine/choice.ts';
import { fillParams, methods } from '../../src/methods/index.ts';
import { MEMBERSHIP } from '../../src/metrics/membership-test.ts';
import { type PersonRow, type UnlearnInputs, type UnlearnProgress, unlearn } from '../../src/training/unlearn.ts';

const VOCABULARY = 16;
const architecture = gpt2 as unknown as Architecture;
const config = architecture.parseConfig({
  model_type: 'gpt2',
  ...{ vocab_size: VOCABULARY, n_positions: 8, n_embd: 8, n_layer: 1, n_head: 2, initializer_range: 0.3 },
});
const engine = await createEngine({ backend: 'tfjs-cpu', threads: 1 });
after(() => engine.dispose());

/** `count` people with one record each. */
function people(count: number, from: number): PersonRow[] {
  return Array.from({ length: count }, (_, i) => {
    const random = createRandom(from + i);
    return { person: from + i, ids: Int32Array.from({ length: 6 }, () => random.int(VOCABULARY)), promptLength: 2 };
  });
}
const SETS = { forget: people(4, 0), retain: people(6, 10), calibration: people(6, 20) };
/** For methods that teach other answers: to each forgotten prompt that of somebody else. */
const alternatives = SETS.forget.map(({ ids }, i) => {
  const other = SETS.retain[i]!.ids;
  return [{ ids: Int32Array.from([...ids.subarray(0, 2), ...other.subarray(2)]), promptLength: 2 }];
});
/** A batch is less than a set, so that the draw counts. */
const QUICK = { forget_batch: 2, retain_batch: 3, max_steps: 2, repair_steps: 0, learning_rate: 1e-2 };

const quickly = (name: string, schema: object, seed = 1) => {
  const known = Object.entries(QUICK).filter(([param]) => param in schema);
  const inputs = {
    ...{ engine, architecture, config, alternatives, sets: SETS, seed, membership: MEMBERSHIP },
    weights: architecture.initialise(config, 3),
    params: fillParams(name, Object.fromEntries(known)) as UnlearnInputs['params'],
  };
  return inputs;
};
const bytesOf = (weights: Awaited<ReturnType<typeof unlearn>>['weights']) =>
  Object.entries(weights).map(([name, { data }]) => [name, Buffer.from(data.buffer).toString('base64')]);

for (const method of Object.values(methods)) {
  if (method.kind !== 'loss') continue;
  const inputs = (seed?: number) => ({ ...quickly(method.name, method.params.properties, seed), method });
  describe(method.name, () => {
    test('the same seed gives the same bytes, another one others; no tensor is left', async () => {
      const first = await unlearn(inputs());
      const left = engine.tf.memory().numTensors;
      const [again, other] = [await unlearn(inputs()), await unlearn(inputs(2))];
      assert.deepEqual(bytesOf(again.weights), bytesOf(first.weights));
      assert.notDeepEqual(bytesOf(other.weights), bytesOf(first.weights));
      assert.equal(engine.tf.memory().numTensors, left);
    });

    test('told to stop, it takes no further step', async () => {
      const stop = new AbortController();
      const told: UnlearnProgress[] = [];
      const onProgress = (progress: UnlearnProgress) => {
        told.push(progress);
        if (progress.phase === 'unlearning') stop.abort(new Error('enough'));
      };
      await assert.rejects(unlearn({ ...inputs(), onProgress, signal: stop.signal }), /enough/);
      assert.deepEqual(
        told.map(({ phase, step }) => `${phase} ${step}`),
        ['calibrating 0', 'unlearning 1'],
      );
    });
  });
}
