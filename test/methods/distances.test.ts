// Losses that compare with a teacher or with hidden states, and their gradients: held against PyTorch (scripts/fixtures/make-losses.py)
// and against the field's recomputed activation loss, to 1e-5.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, describe, test } from 'node:test';
import type * as tfjs from '@tensorflow/tfjs';
import type { Tensor } from '../../src/domain/engine.ts';
import type { DialPosition, LossBatch, LossMethod } from '../../src/domain/method.ts';
import { createEngine } from '../../src/engine/choice.ts';
import { fillParams, methods } from '../../src/methods/index.ts';

const fixture = (name: string) => JSON.parse(readFileSync(new URL(`../fixtures/${name}`, import.meta.url), 'utf8'));
const engine = await createEngine({ backend: 'tfjs-cpu', threads: 1 });
const { tf } = engine;
after(() => engine.dispose());

type Halves = Parameters<LossMethod['loss']>[2];

/** The loss and its gradients by two tensors, which become halves of a batch. */
async function evaluate(
  name: string,
  params: Record<string, unknown>,
  by: number[][],
  shape: number[],
  halves: (x: Tensor, y: Tensor) => Halves,
) {
  await tf.setBackend('cpu');
  const method = methods[name] as LossMethod;
  const filled = fillParams(name, params) as never;
  const loss = (x: Tensor, y: Tensor) => method.loss(tf, filled, halves(x, y)) as tfjs.Scalar;
  const inputs = by.map((values) => tf.tensor(values, shape));
  // a half that a case leaves out has no path to the loss
  const { value, grads } = tf.valueAndGrads(
    (x: Tensor, y: Tensor) => tf.add(loss(x, y), tf.mul(tf.add(tf.sum(x), tf.sum(y)), 0)) as tfjs.Scalar,
  )(inputs);
  return { loss: (await value.data())[0]!, gradients: await Promise.all(grads.map((one) => one.data())) };
}

function assertClose(found: ArrayLike<number>, expected: readonly number[], what: string): void {
  const bound = 1e-5 * Math.max(...expected.map(Math.abs)) + 1e-9;
  expected.forEach((value, i) => {
    assert.ok(Math.abs(found[i]! - value) <= bound, `${what} ${i} is ${found[i]}, not ${value}`);
  });
}

describe('against PyTorch', () => {
  const { shape, inputs, cases } = fixture('losses/teachers.json');
  const logits = [shape.rows, shape.time, shape.vocabulary];
  const at = (name: string) => tf.tensor(inputs[name], logits);
  const labels = () => tf.tensor(inputs.labels, [shape.rows, shape.time], 'int32');
  for (const entry of cases) {
    test(`${entry.method} ${JSON.stringify(entry.params)}${entry.dial === null ? '' : `, dial ${entry.dial}`}`, async () => {
      const found = await evaluate(entry.method, entry.params, [inputs.forget, inputs.retain], logits, (x, y) => ({
        forget: {
          ...{ logits: x, labels: labels(), active: tf.tensor(inputs.active, [shape.rows, shape.time - 1]) },
          ...{ referenceLogits: at('forgetParent'), teacherLogits: at('teacher') },
        },
        retain: { logits: y, labels: labels(), referenceLogits: at('retainParent') },
        ...(entry.dial === null ? {} : { dial: tf.scalar(entry.dial) }),
      }));
      assertClose([found.loss], [entry.loss], 'loss');
      assertClose(found.gradients[0]!, entry.forget, 'forget gradient');
      assertClose(found.gradients[1]!, entry.retain, 'retain gradient');
    });
  }
});

test('rmu is the golden activation loss, where each position is told by the label that stands at it', async () => {
  const golden = fixture('golden/losses.json');
  const { rmu, batches } = golden;
  const [rows, time, width] = [golden.shape.batch, golden.shape.time, rmu.hidden] as [number, number, number];
  // the golden's mask is not shifted: labels one place later, and a position more, make ours the same
  const later = (labels: number[][]) =>
    tf.tensor(
      labels.flatMap((row) => [-100, ...row]),
      [rows, time + 1],
      'int32',
    );
  const longer = (states: Tensor) =>
    tf.pad(states, [
      [0, 0],
      [0, 1],
      [0, 0],
    ]);
  const logits = tf.zeros([rows, time + 1, 2]);
  const half = (states: Tensor, labels: number[][]): LossBatch => ({
    logits,
    labels: later(labels),
    states: longer(states),
  });
  const unit = rmu.controlVector.map((value: number) => value / rmu.steeringCoeff);
  const params = { gamma: 1, alpha: 3, retain_nll: 0, steering_coefficient: rmu.steeringCoeff };
  const found = await evaluate('rmu', params, [rmu.activations, rmu.activations], [rows, time, width], (x, y) => ({
    forget: { ...half(x, batches.forget.labels), direction: tf.tensor1d(unit) },
    retain: {
      ...half(y, batches.retain.labels),
      referenceStates: longer(tf.tensor(rmu.referenceActivations, [rows, time, width])),
    },
  }));
  assertClose([found.loss], [rmu.forgetLoss + 3 * rmu.retainLoss], 'loss');
  assertClose(found.gradients[0]!, rmu.forgetGrad, 'forget gradient');
  assertClose(
    found.gradients[1]!,
    rmu.retainGrad.map((value: number) => 3 * value),
    'retain gradient',
  );
});

describe('dials', () => {
  /** Values over some steps, the retain loss of each being what `losses` says. */
  function turned(
    name: string,
    given: Record<string, unknown>,
    epoch: number,
    losses: number[],
    { phase = 'unlearning', ...known }: Partial<Pick<DialPosition, 'phase' | 'parentLoss'>> = {},
  ) {
    const params = fillParams(name, given) as never;
    let before: DialPosition['before'] = null;
    return losses.map((retainLoss, i) => {
      const dial = (methods[name] as LossMethod).dial!(params, {
        phase,
        step: i + 1,
        epoch,
        before,
        ...known,
      });
      before = { dial, retainLoss };
      return dial;
    });
  }

  test('scrub only returns in repair', () => {
    const steps = new Array<number>(9).fill(0);
    for (const given of [{}, { leaving_epochs: 3 }])
      assert.deepEqual(turned('scrub', given, 1, steps, { phase: 'repairing' }), steps);
  });

  test('scrub returns before it leaves, as many epochs as it is told, and leaves no more after its last one', () => {
    const steps = new Array<number>(9).fill(0);
    assert.deepEqual(turned('scrub', {}, 1, steps), [0, 1, 0, 1, 0, 1, 0, 1, 0]);
    assert.deepEqual(turned('scrub', { returning_epochs: 2 }, 1, steps), [0, 0, 1, 0, 0, 1, 0, 0, 1]);
    assert.deepEqual(turned('scrub', { leaving_epochs: 1 }, 2, steps), [0, 0, 1, 1, 0, 0, 0, 0, 0]);
  });

  test('pdu’s weight waits for its warm-up, grows above the bound, falls below it, and is never negative', () => {
    const given = { mu: 1, eta: 2, eps: 0.5, dual_warmup_epochs: 2 };
    assert.deepEqual(turned('pdu', given, 1, [9, 1, 0.25, 0, 0, 0]), [1, 1, 2, 1.5, 0.5, 0]);
    const own = turned('pdu', { mu: 1, eta: 2, dual_warmup_epochs: 0 }, 1, [0.75, 0], { parentLoss: 0.2 });
    assert.ok(Math.abs(own[1]! - 2) < 1e-12, 'without a bound it is the parent’s own loss and 0.05');
  });
});
