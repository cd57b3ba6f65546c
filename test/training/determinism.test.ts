// Same seed, same threads: the same bytes, in an engine of its own each time. The model is wide enough for its products to be
// shared out among threads.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { gpt2 } from '../../src/architectures/gpt2.ts';
import type { Architecture } from '../../src/domain/architecture.ts';
import type { HostTensors } from '../../src/domain/engine.ts';
import type { LossMethod } from '../../src/domain/method.ts';
import { createRandom } from '../../src/domain/random.ts';
import { createEngine } from '../../src/engine/choice.ts';
import { fillParams, getMethod } from '../../src/methods/index.ts';
import { MEMBERSHIP } from '../../src/metrics/membership-test.ts';
import { train } from '../../src/training/train.ts';
import { type PersonRow, type UnlearnInputs, unlearn } from '../../src/training/unlearn.ts';
import { TINY } from './tiny-gpt2.ts';

const VOCABULARY = 512;
const architecture = gpt2 as unknown as Architecture;
const config = architecture.parseConfig({
  model_type: 'gpt2',
  ...{ vocab_size: VOCABULARY, n_positions: 32, n_embd: 128, n_layer: 1, n_head: 4 },
});

function rowsOf(count: number, seed: number): PersonRow[] {
  const random = createRandom(seed);
  return Array.from({ length: count }, (_, person) => ({
    person,
    ids: Int32Array.from({ length: 24 + random.int(8) }, () => random.int(VOCABULARY)),
    promptLength: 8,
  }));
}

const digestOf = (weights: HostTensors): string => {
  const hash = createHash('sha256');
  for (const name of Object.keys(weights).toSorted())
    hash.update(name).update(new Uint8Array(weights[name]!.data.buffer));
  return hash.digest('hex');
};

/** Digests of what training, in parts too, and unlearning leave. */
async function digests(threads: number, seed: number): Promise<string[]> {
  const engine = await createEngine({ backend: 'onnxruntime/cpu', threads });
  const base = { engine, architecture, config, weights: architecture.initialise(config, seed) };
  const options = { ...TINY.options, batch_size: 16, steps: 3 };
  const sets = { forget: rowsOf(4, 2), retain: rowsOf(16, 3), calibration: rowsOf(8, 4) };
  const params = fillParams('npo', { retain_loss: 'kl', max_steps: 2, repair_steps: 1 }) as UnlearnInputs['params'];
  try {
    const whole = await train({ ...base, rows: rowsOf(24, 1), options, orderSeed: seed });
    const parts = await train({
      ...base,
      rows: rowsOf(24, 1),
      options: { ...options, micro_batch: 6 },
      orderSeed: seed,
    });
    const forgot = await unlearn({
      ...base,
      method: getMethod('npo') as LossMethod,
      params,
      sets,
      membership: MEMBERSHIP,
      seed,
    });
    return [whole, parts, forgot].map(({ weights }) => digestOf(weights));
  } finally {
    await engine.dispose();
  }
}

for (const threads of [1, 2]) {
  test(`training and unlearning on ${threads} ${threads === 1 ? 'thread' : 'threads'} give the same digest twice`, async () => {
    const [first, second] = [await digests(threads, 5), await digests(threads, 5)];
    assert.deepEqual(first, second);
    assert.equal(new Set(first).size, 3, 'three trainings, three results');
    const other = await digests(threads, 6);
    assert.ok(
      other.every((digest, i) => digest !== first[i]),
      'another seed gives others',
    );
  });
}
