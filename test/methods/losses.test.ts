// Which answer tokens a loss looks at.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type { Tensor } from '../../src/domain/engine.ts';
import type { LossMethod } from '../../src/domain/method.ts';
import { createEngine } from '../../src/engine/choice.ts';
import { fillParams, getMethod } from '../../src/methods/index.ts';
import { IGNORE, klToReference, tokenLoss, withoutFirst } from '../../src/methods/losses.ts';

const engine = await createEngine({ backend: 'tfjs-cpu', threads: 1 });
after(() => engine.dispose());
const { tf } = engine;
await tf.setBackend('cpu');

const labelsOf = (...rows: number[][]) => tf.tensor2d(rows, undefined, 'int32');
const logitsOf = (rows: number) =>
  tf.tensor3d(
    Array.from({ length: rows * 4 * 3 }, (_, i) => Math.sin(i)),
    [rows, 4, 3],
  );

test('the first answer token is left out of rows that have more, in whole batches and in parts of them', () => {
  // answers of three tokens, one and none
  const labels = labelsOf([IGNORE, 1, 2, 0], [IGNORE, IGNORE, 2, IGNORE], [IGNORE, IGNORE, IGNORE, IGNORE]);
  const batch = { logits: logitsOf(3), labels };
  const all = tokenLoss(tf, batch);
  const { mask, nll, count } = withoutFirst(tf, all, {});
  assert.deepEqual(mask.arraySync(), [
    [0, 1, 1],
    [0, 1, 0],
    [0, 0, 0],
  ]);
  assert.equal(count.arraySync(), 3);
  assert.deepEqual(nll.arraySync(), tf.mul(all.nll, mask).arraySync());
  // the whole has seven tokens in three rows, two of which have more than one
  const part = {
    ...{ tokens: tf.scalar(7), rows: tf.scalar(3), longer: tf.scalar(2), positions: tf.scalar(12) },
    real: tf.tensor1d([1, 1, 0]),
  };
  assert.equal(withoutFirst(tf, tokenLoss(tf, { ...batch, part }), { part }).count.arraySync(), 5);
});

test('ce-u at its defaults has a slope where an answer is one token, as the class of an example is', () => {
  const method = getMethod('ce-u') as LossMethod;
  const params = fillParams('ce-u', {}) as never;
  const slopeAt = (labels: Tensor) => {
    const loss = (logits: Tensor) => method.loss(tf, params, { forget: { logits, labels }, retain: null }).asScalar();
    return Array.from(tf.grad(loss)(logitsOf(1)).abs().sum([0, 2]).dataSync());
  };
  const [before, at, behind, last] = slopeAt(labelsOf([IGNORE, IGNORE, 2, IGNORE]));
  assert.ok(at! > 0.01, `${at}`);
  assert.deepEqual([before, behind, last], [0, 0, 0]);
  const longer = slopeAt(labelsOf([IGNORE, IGNORE, 2, 1]));
  assert.ok(longer[1] === 0 && longer[2]! > 0.01, 'the first of two is still left alone');
});

test('the divergence of all positions is that of the rows, however wide they are padded, in whole batches and in parts', () => {
  const labels = labelsOf([IGNORE, 1, IGNORE, IGNORE], [IGNORE, IGNORE, 2, IGNORE], [IGNORE, IGNORE, IGNORE, IGNORE]);
  const rows = (from: number, to: number, width: number, given = labels) => ({
    logits: tf.slice(logitsOf(3), [from, 0, 0], [to - from, width, 3]),
    referenceLogits: tf.slice(tf.cos(logitsOf(3)), [from, 0, 0], [to - from, width, 3]),
    labels: tf.slice(given, [from, 0], [to - from, width]),
  });
  const near = (a: number, b: number) => assert.ok(Math.abs(a - b) < 1e-6, `${a} and ${b}`);
  const all = (...given: Parameters<typeof rows>) => klToReference(tf, rows(...given), 'all').arraySync() as number;
  const [short, long] = [all(0, 1, 2), all(1, 2, 3)];
  near(all(0, 1, 4), short);
  // two positions and three; a row without labels has none
  near(all(0, 2, 4), (2 * short + 3 * long) / 5);
  near(all(0, 3, 4), (2 * short + 3 * long) / 5);
  const part = {
    ...{ tokens: tf.scalar(2), rows: tf.scalar(2), longer: tf.scalar(0), positions: tf.scalar(5) },
    real: tf.tensor1d([1]),
  };
  const shares = [0, 1, 2].map((r) => klToReference(tf, { ...rows(r, r + 1, 4), part }, 'all').arraySync() as number);
  near(
    shares.reduce((a, b) => a + b),
    all(0, 2, 4),
  );
});
