import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eigenOf } from '../../src/domain/eigen.ts';
import { createRandom } from '../../src/domain/random.ts';

/** Largest errors of V^T diag(values) V against the matrix, and of V V^T against the identity. */
function errors(matrix: number[][]): { product: number; unit: number; values: Float64Array } {
  const n = matrix.length;
  const { values, vectors } = eigenOf(matrix.flat(), n);
  let [product, unit] = [0, 0];
  for (let i = 0; i < n; i++)
    for (let j = 0; j < n; j++) {
      let [sum, inner] = [0, 0];
      for (let k = 0; k < n; k++) {
        sum += vectors[k * n + i]! * values[k]! * vectors[k * n + j]!;
        inner += vectors[i * n + k]! * vectors[j * n + k]!;
      }
      product = Math.max(product, Math.abs(sum - matrix[i]![j]!));
      unit = Math.max(unit, Math.abs(inner - (i === j ? 1 : 0)));
    }
  return { product, unit, values };
}
function covariance(n: number, samples: number): number[][] {
  const random = createRandom(n + samples);
  const rows = Array.from({ length: samples }, () => Array.from({ length: n }, () => random.normal()));
  return Array.from({ length: n }, (_, i) =>
    Array.from({ length: n }, (__, j) => rows.reduce((sum, row) => sum + row[i]! * row[j]!, 0)),
  );
}
const diagonal = (values: number[]): number[][] =>
  values.map((value, i) => values.map((_, j) => (i === j ? value : 0)));

test('a matrix is what its values and vectors make, whatever its size, rank and repetitions', () => {
  const ones = Array.from({ length: 6 }, () => new Array<number>(6).fill(1));
  const named = {
    one: [[3]],
    two: [
      [2, 1],
      [1, 2],
    ],
    zeros: diagonal([0, 0, 0]),
    equal: diagonal([2, 2, 2, 2]),
    ones,
  };
  const drawn = [3, 7, 40].flatMap((n) => [covariance(n, 2 * n), covariance(n, Math.ceil(n / 3)), covariance(n, 2)]);
  for (const matrix of [...Object.values(named), ...drawn, diagonal([1e-12, 1, 1e6])]) {
    const size = Math.max(1, ...matrix.flat().map(Math.abs));
    const { product, unit } = errors(matrix);
    assert.ok(product < 1e-11 * size && unit < 1e-11, `size ${matrix.length}: ${product}, ${unit}`);
  }
  assert.deepEqual([...errors(named.two).values].map(Math.round).sort(), [1, 3]);
  assert.deepEqual([...errors(ones).values].map((value) => Math.round(Math.abs(value))).sort(), [0, 0, 0, 0, 0, 6]);
});

test('what is no number is refused', () => {
  assert.throws(() => eigenOf([1, Number.NaN, Number.NaN, 1], 2), /no number/);
});
