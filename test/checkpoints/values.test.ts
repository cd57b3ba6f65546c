import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { saveCheckpoint } from '../../src/checkpoints/layout.ts';
import { readHeader, readSafetensors, writeSafetensors } from '../../src/checkpoints/safetensors.ts';
import { firstTooLarge, fromBfloat16, fromHalf, stored, type WeightType } from '../../src/checkpoints/values.ts';
import { float32 } from '../../src/domain/engine.ts';
import { createRandom } from '../../src/domain/random.ts';
import { temporaryFolder } from './temporary.ts';
import { CONFIG, saveTiny, weights } from './tiny.ts';

const NARROW = { F16: fromHalf, BF16: fromBfloat16 } as const;
const PATTERNS = Uint16Array.from({ length: 65_536 }, (_, i) => i);

function widened(bits: Uint16Array, type: keyof typeof NARROW): Float32Array {
  const values = new Float32Array(bits.length);
  NARROW[type](bits, values);
  return values;
}
const narrowed = (values: Float32Array, type: WeightType) => new Uint16Array(stored(values, type).slice().buffer);

for (const type of ['F16', 'BF16'] as const) {
  test(`all 65,536 patterns of ${type} come back from float32 as they were; NaN stays NaN`, () => {
    const values = widened(PATTERNS, type);
    const back = narrowed(values, type);
    let numbers = 0;
    for (const pattern of PATTERNS) {
      if (Number.isNaN(values[pattern]!)) {
        assert.ok(Number.isNaN(widened(Uint16Array.of(back[pattern]!), type)[0]!), `NaN ${pattern.toString(16)}`);
      } else {
        assert.equal(back[pattern], pattern, pattern.toString(16));
        numbers++;
      }
    }
    // two signs, all exponents but the last with all fractions, and two infinities
    assert.equal(numbers, type === 'F16' ? 2 * 31 * 1024 + 2 : 2 * 255 * 128 + 2);
  });

  test(`what lies between two numbers of ${type} goes to the nearer one, half-way to the even one`, () => {
    const random = createRandom(3);
    // of one sign numbers and their patterns have the same order
    const finite = type === 'F16' ? 0x7c00 : 0x7f80;
    for (let i = 0; i < 20_000; i++) {
      const pattern = i < 2 ? i : random.int(finite - 1);
      const [below, above] = [...widened(Uint16Array.of(pattern, pattern + 1), type)] as [number, number];
      const middle = below + (above - below) / 2;
      const even = pattern % 2 === 0 ? pattern : pattern + 1;
      const share = random.next();
      const value = Math.fround(below + (above - below) * share);
      const near = value === middle ? even : value < middle ? pattern : pattern + 1;
      // float32 holds the middle: it has more than one bit beyond either type
      const expected = [even, even | 0x8000, near];
      const found = [...narrowed(Float32Array.of(middle, -middle, value), type)];
      assert.deepEqual(found, expected, `between ${below} and ${above}`);
    }
  });
}

test('what a type cannot hold is found before it becomes infinite', () => {
  assert.equal(firstTooLarge(Float32Array.of(1, -65519.99, 65504), 'F16'), -1);
  assert.equal(firstTooLarge(Float32Array.of(1, -65520), 'F16'), 1);
  assert.equal(narrowed(Float32Array.of(65519.99), 'F16')[0], 0x7bff);
  assert.equal(narrowed(Float32Array.of(65520), 'F16')[0], 0x7c00);
  assert.equal(firstTooLarge(Float32Array.of(3.39e38, 3.4e38), 'BF16'), 1);
  assert.equal(firstTooLarge(Float32Array.of(3.4e38), 'F32'), -1);
});

test('a file holds each tensor as the type that is asked for', async (t) => {
  const path = join(await temporaryFolder(t), 'model.safetensors');
  const tensors = {
    a: float32(Float32Array.of(1 / 3, 2)),
    b: float32(Float32Array.of(1 / 3)),
    c: float32(Float32Array.of(1 / 3)),
  };
  await writeSafetensors(path, tensors, {}, { a: 'BF16', b: 'F16' });
  const { tensors: infos } = await readHeader(path);
  assert.deepEqual(
    infos.map(({ name, dtype, bytes }) => [name, dtype, bytes]),
    [
      ['a', 'BF16', 4],
      ['b', 'F16', 2],
      ['c', 'F32', 4],
    ],
  );
  const read = await readSafetensors(path);
  assert.deepEqual([...read.a!.data, ...read.b!.data], [0.333984375, 2, 0.333251953125]);
  assert.equal(read.c!.data[0], Math.fround(1 / 3));
  const before = await readFile(path);
  const large = { a: float32(Float32Array.of(1e6)) };
  await assert.rejects(writeSafetensors(path, large, {}, { a: 'F16' }), {
    code: 'checkpoint-invalid',
    message: /tensor a holds 1000000 at element 0, too much for F16\. Write the weights as float32/,
  });
  assert.deepEqual(await readFile(path), before, 'the old file is untouched');
});

test('a child has its parent’s types, or is float32 where that is asked for', async (t) => {
  const root = await temporaryFolder(t);
  const [parent, plain, same] = ['parent', 'plain', 'same'].map((name) => join(root, name)) as [string, string, string];
  await saveTiny(parent);
  const model = (dir: string) => join(dir, 'model.safetensors');
  await writeSafetensors(model(parent), weights(), {}, { 'embed.weight': 'BF16' });
  const content = { configJson: CONFIG, weights: weights(), copyFrom: parent };
  await saveCheckpoint(plain, { ...content, weightTypes: 'float32' });
  await saveCheckpoint(same, content);
  const types = async (dir: string) =>
    Object.fromEntries((await readHeader(model(dir))).tensors.map(({ name, dtype }) => [name, dtype]));
  assert.deepEqual(await types(plain), { 'embed.weight': 'F32', 'out.bias': 'F32' });
  assert.deepEqual(await types(same), { 'embed.weight': 'BF16', 'out.bias': 'F32' });
  assert.deepEqual(await readSafetensors(model(same)), await readSafetensors(model(parent)));
});
