import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { readHeader, readSafetensors, readTensors, writeSafetensors } from '../../src/checkpoints/safetensors.ts';
import { float32, type HostTensors, int32 } from '../../src/domain/engine.ts';
import { anyText } from '../helpers/any-text.ts';
import { temporaryFolder } from './temporary.ts';

const file = (header: string | Uint8Array, data: Uint8Array = new Uint8Array(0), length?: bigint): Buffer => {
  const json = Buffer.from(header);
  const prefix = Buffer.alloc(8);
  prefix.writeBigUInt64LE(length ?? BigInt(json.byteLength));
  return Buffer.concat([prefix, json, data]);
};
const header = (entries: Record<string, unknown>): string => JSON.stringify(entries);
const f32 = (shape: number[], begin: number, end: number) => ({ dtype: 'F32', shape, data_offsets: [begin, end] });

test('what is written is read, whatever the names and numbers', async (t) => {
  const folder = await temporaryFolder(t);
  const path = join(folder, 'model.safetensors');
  const tensor = fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 3 }).chain((shape) =>
    fc
      .float32Array({
        minLength: shape.reduce((a, b) => a * b, 1),
        maxLength: shape.reduce((a, b) => a * b, 1),
        noNaN: true,
        noDefaultInfinity: true,
      })
      .map((data) => float32(data, shape)),
  );
  const name = anyText(20).filter((text) => text !== '__metadata__');
  await fc.assert(
    fc.asyncProperty(
      fc.dictionary(name, tensor, { maxKeys: 6, noNullPrototype: true }),
      fc.dictionary(name, anyText(), { maxKeys: 3, noNullPrototype: true }),
      async (tensors: HostTensors, metadata) => {
        await writeSafetensors(path, tensors, metadata);
        const read = await readSafetensors(path);
        assert.deepEqual(Object.keys(read).sort(), Object.keys(tensors).sort());
        for (const [key, value] of Object.entries(tensors)) assert.deepEqual(read[key], value);
        assert.deepEqual({ ...(await readHeader(path)).metadata }, { ...metadata });
      },
    ),
    { numRuns: 150 },
  );
});

test('the order in which tensors are given does not change a byte, and data begin at a multiple of 8', async (t) => {
  const folder = await temporaryFolder(t);
  const a = float32(Float32Array.of(1, 2, 3));
  const b = float32(Float32Array.of(4, 5), [2, 1]);
  await writeSafetensors(join(folder, '1'), { a, b }, { x: '1', y: '2' });
  await writeSafetensors(join(folder, '2'), { b, a }, { y: '2', x: '1' });
  const bytes = await readFile(join(folder, '1'));
  assert.deepEqual(bytes, await readFile(join(folder, '2')));
  assert.equal(bytes.readBigUInt64LE() % 8n, 0n);
});

test('half precision and bfloat16 become the same numbers in float32', async (t) => {
  const path = join(await temporaryFolder(t), 'model.safetensors');
  const halves = Uint16Array.of(0x0000, 0x8000, 0x3c00, 0xc000, 0x7bff, 0x0001, 0x03ff, 0x3555);
  const brains = Uint16Array.of(0x3f80, 0xc040, 0x0000, 0x7f7f);
  const entries = {
    h: { dtype: 'F16', shape: [8], data_offsets: [0, 16] },
    b: { dtype: 'BF16', shape: [2, 2], data_offsets: [16, 24] },
  };
  await writeFile(path, file(header(entries), Buffer.concat([Buffer.from(halves.buffer), Buffer.from(brains.buffer)])));
  const { h, b } = await readSafetensors(path);
  assert.deepEqual([...h!.data], [0, -0, 1, -2, 65504, 2 ** -24, 1023 * 2 ** -24, 0.333251953125]);
  assert.deepEqual([...b!.data], [1, -3, 0, 3.3895313892515355e38]);
  assert.deepEqual(b!.shape, [2, 2]);
});

test('only the named tensors are read, so a type that is not asked for does no harm', async (t) => {
  const path = join(await temporaryFolder(t), 'model.safetensors');
  const entries = { mask: { dtype: 'BOOL', shape: [4], data_offsets: [0, 4] }, w: f32([1], 4, 8) };
  await writeFile(path, file(header(entries), Buffer.from([1, 0, 1, 0, 0, 0, 128, 63])));
  assert.deepEqual(await readSafetensors(path, { only: ['w'] }), { w: float32(Float32Array.of(1)) });
  await assert.rejects(readSafetensors(path), { code: 'checkpoint-invalid', message: /mask is BOOL/ });
  await assert.rejects(readSafetensors(path, { only: ['v'] }), { message: /no tensor v/ });
});

const eight = new Uint8Array(8);
const broken: [string, Buffer, RegExp][] = [
  ['empty file', Buffer.alloc(0), /shorter than 8 bytes/],
  ['seven bytes', Buffer.alloc(7), /shorter than 8 bytes/],
  ['length beyond the file', file('{}', undefined, 3n), /truncated/],
  ['length beyond the limit', file('{}', undefined, 100_000_001n), /more than 100000000/],
  ['length that a double rounds', file('{}', undefined, 2n ** 64n - 1n), /18446744073709551615 bytes, more than/],
  ['no brace', file(' {}'), /does not begin with \{/],
  ['empty header', file(''), /does not begin with \{/],
  ['byte order mark', file(Buffer.from([0xef, 0xbb, 0xbf, 0x7b, 0x7d])), /does not begin with \{/],
  ['no JSON', file('{"a":'), /not JSON/],
  ['not UTF-8', file(Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d])), /not JSON in UTF-8/],
  [
    'key twice',
    file(`{"w":${JSON.stringify(f32([2], 0, 8))}, "w" :${JSON.stringify(f32([1], 0, 4))}}`, eight),
    /key "w" twice/,
  ],
  [
    'key twice, once escaped',
    file(`{"w":${JSON.stringify(f32([2], 0, 8))},"\\u0077":${JSON.stringify(f32([2], 0, 8))}}`, eight),
    /key "w" twice/,
  ],
  ['shape twice', file('{"w":{"dtype":"F32","shape":[2],"shape":[2],"data_offsets":[0,8]}}', eight), /"shape" twice/],
  ['deep nesting', file(`{"a":${'['.repeat(1_000_000)}`), /nested too deeply/],
  ['metadata of numbers', file('{"__metadata__":{"a":1}}'), /__metadata__/],
  ['metadata of null', file('{"__metadata__":null}'), /__metadata__/],
  ['entry without offsets', file('{"w":{"dtype":"F32","shape":[0]}}'), /other than dtype, shape and data_offsets/],
  ['entry with more', file('{"w":{"dtype":"F32","shape":[0],"data_offsets":[0,0],"path":"x"}}'), /other than/],
  ['entry null', file('{"w":null}'), /other than/],
  ['unknown type', file('{"w":{"dtype":"F33","shape":[0],"data_offsets":[0,0]}}'), /unknown type "F33"/],
  ['type from the prototype', file('{"w":{"dtype":"constructor","shape":[0],"data_offsets":[0,0]}}'), /unknown type/],
  ['negative size', file(header({ w: f32([-2], 0, 8) }), eight), /other than/],
  ['fractional size', file(header({ w: f32([0.5], 0, 2) }), eight), /other than/],
  [
    'size over 2^53',
    file('{"w":{"dtype":"F32","shape":[9007199254740993],"data_offsets":[0,8]}}', eight),
    /other than/,
  ],
  ['shape overflow', file(header({ w: f32([2 ** 30, 2 ** 30], 0, 8) }), eight), /shape that no file can hold/],
  ['byte overflow', file(header({ w: f32([2 ** 52], 0, 8) }), eight), /shape that no file can hold/],
  ['bytes against shape', file(header({ w: f32([1], 0, 8) }), eight), /8 bytes where its shape needs 4/],
  ['offsets backwards', file(header({ w: f32([0], 8, 4) }), eight), /-4 bytes where its shape needs 0/],
  ['overlap', file(header({ a: f32([2], 0, 8), b: f32([1], 4, 8) }), eight), /overlaps tensor "b"/],
  ['two names for the same bytes', file(header({ a: f32([2], 0, 8), b: f32([2], 0, 8) }), eight), /overlaps tensor/],
  ['hole', file(header({ a: f32([1], 4, 8) }), eight), /leaves a hole before tensor "a"/],
  ['bytes at the end', file(header({ a: f32([1], 0, 4) }), eight), /4 bytes that belong to no tensor/],
  ['bytes without tensors', file('{}', eight), /8 bytes that belong to no tensor/],
  ['truncated data', file(header({ a: f32([3], 0, 12) }), eight), /truncated/],
  ['empty tensor outside', file(header({ a: f32([2], 0, 8), b: f32([0], 16, 16) }), eight), /hole before tensor "b"/],
];

test('a header that breaks a rule is refused by file name and reason', async (t) => {
  const path = join(await temporaryFolder(t), 'model.safetensors');
  for (const [name, bytes, reason] of broken) {
    await writeFile(path, bytes);
    await assert.rejects(readSafetensors(path), (error: Error & { code?: string }) => {
      assert.equal(error.code, 'checkpoint-invalid', name);
      assert.match(error.message, /^model\.safetensors: /, name);
      assert.match(error.message, reason, name);
      return true;
    });
  }
});

test('random damage never escapes as another error', async (t) => {
  const path = join(await temporaryFolder(t), 'model.safetensors');
  await writeSafetensors(path, { a: float32(Float32Array.of(1, 2)), 'b.c': float32(new Float32Array(6), [2, 3]) });
  const whole = await readFile(path);
  await fc.assert(
    fc.asyncProperty(fc.nat(whole.length - 1), fc.nat(255), fc.nat(whole.length), async (at, byte, cut) => {
      const bytes = Buffer.from(whole.subarray(0, Math.max(cut, at + 1)));
      bytes[at] = byte;
      await writeFile(path, bytes);
      await readSafetensors(path).catch((error: { code?: string }) => assert.equal(error.code, 'checkpoint-invalid'));
    }),
    { numRuns: 500 },
  );
});

test('numbers that are not finite are refused in both directions, by tensor', async (t) => {
  const path = join(await temporaryFolder(t), 'model.safetensors');
  for (const value of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
    const data = Float32Array.of(0, 1, value);
    await writeFile(path, file(header({ 'h.0.w': f32([3], 0, 12) }), new Uint8Array(data.buffer)));
    await assert.rejects(readSafetensors(path), {
      code: 'checkpoint-invalid',
      message: /tensor h\.0\.w holds .* at element 2/,
    });
    await assert.rejects(writeSafetensors(path, { w: float32(data) }), { code: 'checkpoint-invalid' });
  }
});

test('only float32 of its shape is written', async (t) => {
  const path = join(await temporaryFolder(t), 'model.safetensors');
  await assert.rejects(writeSafetensors(path, { w: int32(Int32Array.of(1)) }), { message: /tensor w is not float32/ });
  await assert.rejects(writeSafetensors(path, { w: float32(Float32Array.of(1), [2]) }), { code: 'checkpoint-invalid' });
});

test('tensors come one by one', async (t) => {
  const path = join(await temporaryFolder(t), 'model.safetensors');
  await writeSafetensors(path, { b: float32(Float32Array.of(1)), a: float32(Float32Array.of(2)) });
  const names: string[] = [];
  for await (const [name] of readTensors(path)) names.push(name);
  assert.deepEqual(names, ['a', 'b']);
});
