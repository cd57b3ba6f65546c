import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ClassifierConfig } from '../../src/architectures/layers-model/classifier.ts';
import { headOf, rowsDigest } from '../../src/compute/certified-model.ts';

const kernel = (width: number, name = 'kernel') => ({ kernel: { name, shape: [width, 3] } });
const layer = (more: object = {}) => ({ name: 'last', className: 'Dense', config: {}, weights: kernel(4), ...more });
const configOf = (nodes: object[], outputs = ['last']) =>
  ({ graph: { nodes, outputs, inputs: [] } }) as unknown as ClassifierConfig;

test('only a single linear layer of its own is one whose removal is convex', () => {
  assert.equal(headOf(configOf([layer()])).name, 'last');
  assert.equal(headOf(configOf([layer({ config: { activation: 'linear' } })])).name, 'last');
  const refused: [RegExp, ClassifierConfig][] = [
    [/ends in 2 layers/, configOf([layer(), layer({ name: 'other' })], ['last', 'other'])],
    [/not end in a Dense/, configOf([layer({ className: 'Conv2D' })])],
    [/the activation relu/, configOf([layer({ config: { activation: 'relu' } })])],
    [/in common/, configOf([layer({ name: 'first' }), layer()])],
    [/2048 inputs/, configOf([layer({ weights: kernel(2048) })])],
  ];
  for (const [message, config] of refused)
    assert.throws(() => headOf(config), { code: 'validation-failed', message }, String(message));
});

test('the digest of rows is of what they are, in whatever order and parts, each as often as it is there', () => {
  const rows = (features: number[], labels: number[]) => ({
    ...{ features: Float64Array.from(features), labels: Int32Array.from(labels), width: 2, outputs: 3 },
  });
  const all = rowsDigest(rows([1, 2, 3, 4, 5, 6], [0, 1, 2]));
  assert.equal(rowsDigest(rows([5, 6, 1, 2], [2, 0]), rows([3, 4], [1])), all);
  for (const other of [
    rows([1, 2, 3, 4], [0, 1]),
    rows([1, 2, 3, 4, 5, 6, 5, 6], [0, 1, 2, 2]),
    rows([1, 2, 3, 4, 5, 6], [0, 1, 1]),
    rows([1, 2, 3, 4, 5, 6.000000000000001], [0, 1, 2]),
  ])
    assert.notEqual(rowsDigest(other), all);
});
