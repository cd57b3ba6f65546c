// Attention with a past against the definition in plain loops, and against attention over everything at once.
import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { attentionWithPast, pastMask, splitHeads } from '../../src/architectures/attention.ts';
import { causalAttention } from '../../src/architectures/layers.ts';
import { type Engine, float32, type HostTensor, int32 } from '../../src/domain/engine.ts';
import { assertClose, createBoth, values32 } from '../engine/both.ts';

const both = await createBoth();
after(() => both.dispose());

interface Shape {
  rows: number;
  /** New tokens. */
  time: number;
  /** Places of the past; 0: there is none. */
  places: number;
  heads: number;
  keyHeads: number;
  size: number;
  /** Tokens that one sees; left out: all that came before. */
  window?: number;
}
const SHAPES: Shape[] = [
  { rows: 3, time: 1, places: 7, heads: 2, keyHeads: 2, size: 4 },
  { rows: 2, time: 1, places: 5, heads: 6, keyHeads: 2, size: 3 },
  { rows: 2, time: 1, places: 4, heads: 4, keyHeads: 1, size: 2 },
  { rows: 2, time: 3, places: 6, heads: 4, keyHeads: 2, size: 2 },
  { rows: 2, time: 5, places: 0, heads: 4, keyHeads: 2, size: 3 },
  { rows: 1, time: 1, places: 0, heads: 1, keyHeads: 1, size: 2 },
  { rows: 4, time: 1, places: 7, heads: 2, keyHeads: 1, size: 4, window: 3 },
  { rows: 2, time: 1, places: 5, heads: 2, keyHeads: 2, size: 2, window: 1 },
  { rows: 2, time: 6, places: 0, heads: 4, keyHeads: 2, size: 3, window: 2 },
];

/** Inputs of a shape: q, k, v (B, T, heads x size), a past full of numbers and how much of it counts. */
function inputsOf({ rows, time, places, heads, keyHeads, size }: Shape) {
  const past = [rows, keyHeads, places, size];
  return {
    q: values32([rows, time, heads * size], 1),
    k: values32([rows, time, keyHeads * size], 2),
    v: values32([rows, time, keyHeads * size], 3),
    ...(places > 0 && { keys: values32(past, 4), values: values32(past, 5) }),
    lengths: int32(Int32Array.from({ length: rows }, (_, b) => (b * 2) % (places + 1))),
  };
}

/** softmax(q kᵀ / sqrt(S)) v over the past that counts, the token itself and the new ones before it; the last of them, with a window. */
function byDefinition(shape: Shape, inputs: ReturnType<typeof inputsOf>): HostTensor {
  const { rows, time, places, heads, keyHeads, size } = shape;
  const out = new Float32Array(rows * time * heads * size);
  for (let b = 0; b < rows; b++)
    for (let t = 0; t < time; t++)
      for (let h = 0; h < heads; h++) {
        const shared = Math.floor(h / (heads / keyHeads));
        const fresh = (of: HostTensor, s: number, i: number) =>
          of.data[((b * time + s) * keyHeads + shared) * size + i]!;
        const past = (of: HostTensor, c: number, i: number) =>
          of.data[((b * keyHeads + shared) * places + c) * size + i]!;
        const seen = [
          ...Array.from({ length: inputs.lengths.data[b]! }, (_, c) => ({
            key: (i: number) => past(inputs.keys!, c, i),
            value: (i: number) => past(inputs.values!, c, i),
          })),
          ...Array.from({ length: t + 1 }, (_, s) => ({
            key: (i: number) => fresh(inputs.k, s, i),
            value: (i: number) => fresh(inputs.v, s, i),
          })),
        ].slice(-(shape.window ?? 0));
        const at = ((b * time + t) * heads + h) * size;
        const parts = Array.from({ length: size }, (_, i) => i);
        const odds = seen.map(({ key }) =>
          Math.exp(parts.reduce((sum, i) => sum + inputs.q.data[at + i]! * key(i), 0) / Math.sqrt(size)),
        );
        const total = odds.reduce((sum, value) => sum + value, 0);
        for (const i of parts) out[at + i] = seen.reduce((sum, { value }, n) => sum + (odds[n]! / total) * value(i), 0);
      }
  return float32(out, [rows, time, heads * size]);
}

async function computed(engine: Engine, { places, size, window }: Shape, inputs: ReturnType<typeof inputsOf>) {
  const { tf } = engine;
  const state = engine.createState({});
  const step = engine.compileStep((_, { q, k, v, keys, values, lengths }) => {
    const past = keys && { keys, values: values!, mask: pastMask(tf, lengths!, places, window) };
    const attended = attentionWithPast(tf, [q!, splitHeads(tf, k!, size), splitHeads(tf, v!, size)], past, window);
    return { outputs: { attended } };
  }, state);
  return (await step(inputs)).attended!;
}

describe('attention with a past', () => {
  for (const shape of SHAPES) {
    test(`is the definition: ${JSON.stringify(shape)}`, async () => {
      const inputs = inputsOf(shape);
      const expected = byDefinition(shape, inputs);
      for (const engine of [both.onnx, both.oracle])
        assertClose(await computed(engine, shape, inputs), expected, 1e-5, engine.name);
    });
  }

  for (const window of [undefined, 4])
    test(`without one, and as many key heads as heads, is causal attention, of the window ${window}`, async () => {
      const shape = { rows: 2, time: 6, places: 0, heads: 3, keyHeads: 3, size: 4, ...(window ? { window } : {}) };
      const inputs = inputsOf(shape);
      const { tf } = both.onnx;
      const step = both.onnx.compileStep(
        (_, { q, k, v }) => ({ outputs: { attended: causalAttention(tf, [q!, k!, v!], shape.heads, window) } }),
        both.onnx.createState({}),
      );
      assertClose(await computed(both.onnx, shape, inputs), (await step(inputs)).attended!, 1e-5, 'causal');
    });

  test('what lies beyond the length of a row changes nothing', async () => {
    const shape = SHAPES[0]!;
    const inputs = inputsOf(shape);
    const before = await computed(both.onnx, shape, inputs);
    const { rows, places, keyHeads, size } = shape;
    const changed = { ...inputs, keys: { ...inputs.keys!, data: inputs.keys!.data.slice() } };
    for (let b = 0; b < rows; b++)
      for (let h = 0; h < keyHeads; h++) {
        const row = (b * keyHeads + h) * places;
        changed.keys.data.fill(50, (row + inputs.lengths.data[b]!) * size, (row + places) * size);
      }
    assert.deepEqual((await computed(both.onnx, shape, changed)).data, before.data);
  });
});
