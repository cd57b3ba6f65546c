// Updates over several threads: what goes where, and that no bit depends on it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRandom } from '../../src/domain/random.ts';
import { readsSharedMemory } from '../../src/engine/onnxruntime/sessions.ts';
import type { Chain, Value } from '../../src/engine/onnxruntime/simd.ts';
import { shareOut, UpdateThreads } from '../../src/engine/onnxruntime/update-threads.ts';
import { kernelOf, type Work } from '../../src/engine/onnxruntime/update-work.ts';

const SIZES = [200_000, 70_001, 60_000, 30_000, 1];
const [w, g]: Value[] = [{ tensor: 0 }, { tensor: 1 }];
const moved: Value = { op: 'Sub', inputs: [w!, { op: 'Multiply', inputs: [g!, { number: 0 }] }] };
const chain: Chain = { tensors: 2, numbers: 1, results: [moved] };

/** w - 0.1 g over `w`; the same values at every call. */
function works(memory: (bytes: number) => ArrayBufferLike): Work[] {
  const random = createRandom(3);
  return SIZES.map((size) => {
    const fill = (array: Float32Array) => array.map(() => random.normal());
    const state = new Float32Array(memory(4 * size));
    state.set(fill(state));
    const gradient = fill(new Float32Array(size));
    return { kernel: kernelOf(chain), tensors: [state, gradient], numbers: [0.1], results: [state], spent: [gradient] };
  });
}
const shared = (bytes: number) => new SharedArrayBuffer(bytes);
const sizes = (share: Work[]) => share.map(({ results }) => results[0]!.length);

test('work is shared out evenly; what only its own thread can write stays there', () => {
  assert.deepEqual(shareOut(works(shared), 2).map(sizes), [[200_000], [70_001, 60_000, 30_000, 1]]);
  const own = (bytes: number) => new ArrayBuffer(bytes);
  assert.deepEqual(shareOut(works(own), 2).map(sizes), [SIZES, []]);
});

test('any number of threads leaves the same bits, and nothing of what was spent', async () => {
  const results: Float32Array[][] = [];
  for (const threads of [1, 2, 3]) {
    const updates = new UpdateThreads(threads);
    const given = works(shared);
    await updates.run(given);
    await updates.run(works(shared));
    await updates.dispose();
    results.push(given.map((work) => work.results[0]!));
    assert.ok(given.every(({ spent }) => spent[0]!.length === 0));
  }
  for (const one of results) assert.deepEqual(one, results[0]);
  const [before, gradient] = works(shared)[0]!.tensors as [Float32Array, Float32Array];
  assert.equal(results[0]![0]![5], Math.fround(before[5]! - Math.fround(gradient[5]! * Math.fround(0.1))));
});

test('an update that cannot be computed fails, and the next one is computed', async () => {
  const updates = new UpdateThreads(2);
  const kernel = kernelOf({ ...chain, results: [{ op: 'Sine', inputs: [w!] }] });
  const broken = works(shared).map((work) => ({ ...work, kernel }));
  await assert.rejects(updates.run(broken));
  const next = works(shared);
  await updates.run(next);
  assert.equal(next[0]!.spent[0]!.length, 0);
  await updates.dispose();
});

test('the runtime takes memory that threads share', async () => {
  assert.equal(await readsSharedMemory(), true);
});
