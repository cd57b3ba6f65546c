// Compiled chains against the same arithmetic in plain code.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createRandom } from '../../src/domain/random.ts';
import { compileChain, isArithmetic, type Value } from '../../src/engine/onnxruntime/simd.ts';

const { fround } = Math;
const OPERATIONS: Record<string, (a: number, b: number) => number> = {
  Add: (a, b) => a + b,
  Sub: (a, b) => a - b,
  Multiply: (a, b) => a * b,
  RealDiv: (a, b) => a / b,
  Square: (a) => a * a,
  Abs: (a) => Math.abs(a),
  Neg: (a) => -a,
  Sqrt: (a) => Math.sqrt(a),
};
const UNARY = ['Square', 'Abs', 'Neg', 'Sqrt'];

/** What a value is at one place. */
function evaluate(value: Value, tensors: number[], numbers: number[]): number {
  if ('tensor' in value) return tensors[value.tensor]!;
  if ('number' in value) return fround(numbers[value.number]!);
  const [a, b] = value.inputs.map((input) => evaluate(input, tensors, numbers));
  return fround(OPERATIONS[value.op]!(a!, b ?? 0));
}
const values = (count: number, seed: number) => {
  const random = createRandom(seed);
  return Float32Array.from({ length: count }, () => random.normal());
};

test('it is asked for nothing that it cannot do', () => {
  for (const op of Object.keys(OPERATIONS)) assert.ok(isArithmetic(op));
  for (const op of ['Exp', 'Sum', 'BatchMatMul']) assert.ok(!isArithmetic(op));
});

test('any chain, of any length, gives every place its value, bit for bit', () => {
  const picks = fc.array(fc.tuple(fc.constantFrom(...Object.keys(OPERATIONS)), fc.nat(), fc.nat()), {
    minLength: 1,
    maxLength: 12,
  });
  fc.assert(
    fc.property(picks, fc.constantFrom(1, 3, 4, 8191, 8193, 20_000), fc.nat(), (drawn, count, seed) => {
      const made: Value[] = [{ tensor: 0 }, { tensor: 1 }, { number: 0 }];
      for (const [op, a, b] of drawn) {
        const operands = [made[a % made.length]!, made[b % made.length]!];
        made.push({ op, inputs: operands.slice(0, UNARY.includes(op) ? 1 : 2) });
      }
      const results = made.slice(-2);
      const kernel = compileChain({ tensors: 2, numbers: 1, results });
      const tensors = [values(count, seed), values(count, seed + 1)];
      const expected = results.map((result) =>
        Array.from({ length: count }, (_, i) => evaluate(result, [tensors[0]![i]!, tensors[1]![i]!], [0.3])),
      );
      // the results lie where the operands were
      kernel(tensors, [0.3], tensors);
      // not the arrays: two that hold no number (NaN) may do so in other bits
      tensors.forEach((found, k) => {
        assert.ok(found.every((value, i) => Object.is(value, expected[k]![i])));
      });
    }),
    { numRuns: 60 },
  );
});
