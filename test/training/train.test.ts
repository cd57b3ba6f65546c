import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type { HostTensors } from '../../src/domain/engine.ts';
import { createEngine } from '../../src/engine/choice.ts';
import { type TrainInputs, type TrainProgress, train } from '../../src/training/train.ts';
import { TINY, tinyRows } from './tiny-gpt2.ts';

const engine = await createEngine({ backend: 'onnxruntime/cpu', threads: 1 });
after(() => engine.dispose());

const inputs = (more: Partial<TrainInputs> = {}): TrainInputs => ({
  ...{ engine, architecture: TINY.architecture, config: TINY.config, weights: TINY.weights(1) },
  ...{ rows: tinyRows(8), options: TINY.options, orderSeed: 7 },
  ...more,
});
const same = (a: HostTensors, b: HostTensors): boolean =>
  Object.keys(a).every(
    (name) => Buffer.compare(Buffer.from(a[name]!.data.buffer), Buffer.from(b[name]!.data.buffer)) === 0,
  );

test('it learns eight records by heart and says so', async () => {
  const seen: TrainProgress[] = [];
  const before = TINY.weights(1);
  const result = await train(inputs({ weights: before, onProgress: (progress) => seen.push(progress) }));
  assert.equal(result.exactMemorization, 1);
  assert.equal(result.steps, TINY.options.steps);
  assert.deepEqual(
    seen.map(({ step }) => step),
    Array.from({ length: result.steps }, (_, i) => i + 1),
  );
  assert.ok(seen[0]!.loss > 2.5 && seen.at(-1)!.loss < 0.1, `from ${seen[0]!.loss} to ${seen.at(-1)!.loss}`);
  assert.ok(same(before, TINY.weights(1)), 'the weights that were given are untouched');
});

test('the same inputs give the same bytes; another order gives others', async () => {
  const options = { ...TINY.options, steps: 12, batch_size: 4 };
  const [a, b, c] = [
    await train(inputs({ options })),
    await train(inputs({ options })),
    await train(inputs({ options, orderSeed: 8 })),
  ];
  assert.ok(same(a.weights, b.weights));
  assert.ok(!same(a.weights, c.weights));
});

test('it ends once enough is memorised, and a repetition of its steps gives the same weights', async () => {
  const options = { ...TINY.options, stop_when: { exact_memorization: 0.9, check_every: 10 } };
  const checks: number[] = [];
  const first = await train(
    inputs({ options, onProgress: ({ step, exactMemorization }) => exactMemorization !== null && checks.push(step) }),
  );
  assert.ok(first.steps < TINY.options.steps && first.steps % 10 === 0, `${first.steps} steps`);
  assert.deepEqual(
    checks,
    Array.from({ length: first.steps / 10 }, (_, i) => (i + 1) * 10),
  );
  assert.ok(first.exactMemorization! >= 0.9);
  const again = await train(inputs({ options, exactSteps: first.steps }));
  assert.equal(again.steps, first.steps);
  assert.ok(same(first.weights, again.weights));
});

test('training again without some rows is training as if they had never been there', async () => {
  const rows = tinyRows(8);
  const options = { ...TINY.options, steps: 15, batch_size: 4 };
  const kept = rows.filter((row) => row.person !== 3);
  const never = tinyRows(3).concat(tinyRows(4, 4));
  const [without, asIf] = [
    await train(inputs({ rows: kept, options, exactSteps: 15 })),
    await train(inputs({ rows: never, options })),
  ];
  assert.ok(same(without.weights, asIf.weights));
  const { weights } = await train(inputs({ rows, options, exactSteps: 15 }));
  assert.ok(!same(without.weights, weights));
});

test('an abort ends it at the next step with the reason', async () => {
  const abort = new AbortController();
  let steps = 0;
  const running = train(
    inputs({
      signal: abort.signal,
      onProgress: () => {
        if (++steps === 3) abort.abort(new Error('no longer wanted'));
      },
    }),
  );
  await assert.rejects(running, /no longer wanted/);
  assert.equal(steps, 3);
});

test('a loss that is not finite ends it with the step and the remedy', async () => {
  const weights = TINY.weights(1);
  weights['transformer.ln_f.weight']!.data[0] = Number.NaN;
  await assert.rejects(train(inputs({ weights })), {
    code: 'compute-failed',
    message: 'The loss is NaN at step 1: lower the learning rate.',
  });
});
