// What every registered method must keep: names, parameters, needs, gradients that are slopes, the hinge, its paper.
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import type * as tfjs from '@tensorflow/tfjs';
import { float32, type HostTensors, int32, type Tensor } from '../../src/domain/engine.ts';
import type { LossBatch, LossMethod, Need } from '../../src/domain/method.ts';
import { createEngine } from '../../src/engine/choice.ts';
import { defaultParams, fillParams, getMethod, methods } from '../../src/methods/index.ts';
import { values32 } from '../engine/both.ts';
import { editContract } from './edit-contract.ts';

const ROOT = join(import.meta.dirname, '../..');
const [ROWS, TIME, VOCAB] = [3, 6, 7];
const engine = await createEngine({ backend: 'tfjs-cpu', threads: 1 });
const { tf } = engine;

/** A stop-gradient makes a loss's gradient another thing than its slope: here are parameters without its effect. */
const WITHOUT_STOP_GRADIENT: Record<string, Record<string, unknown>> = {
  wga: { beta: 0 },
  satimp: { beta1: 0, beta2: 0 },
};
/** Its target is the model's own distribution, held still: golden.test.ts has its gradient. */
const NO_SLOPE = ['ce-u'];

/** Parameter sets that change what a method asks for. */
function variants(method: LossMethod): Record<string, unknown>[] {
  const own = WITHOUT_STOP_GRADIENT[method.name] ?? {};
  if (!('retain_loss' in method.params.properties)) return [own];
  return [
    own,
    { ...own, alpha: 0 },
    { ...own, retain_loss: 'kl', kl_positions: 'answer', alpha: 2 },
    { ...own, retain_loss: 'kl', kl_positions: 'all', gamma: 0.5 },
  ];
}

const labels = (): HostTensors[string] => {
  const random = values32([ROWS, TIME], 3, 'int32').data.map((value) => Math.abs(value));
  // prompts of one, two and three tokens; the last row is padded
  for (let r = 0; r < ROWS; r++) random.fill(-100, r * TIME, r * TIME + r + 1);
  random.fill(-100, ROWS * TIME - 1);
  return int32(Int32Array.from(random), [ROWS, TIME]);
};

const VALUES: HostTensors = {
  forgetLogits: values32([ROWS, TIME, VOCAB], 1),
  retainLogits: values32([ROWS, TIME, VOCAB], 2),
  referenceLogits: values32([ROWS, TIME, VOCAB], 4),
  referenceLogProb: float32(Float32Array.of(-4, -6, -2.5)),
  labels: labels(),
};

interface Given {
  active?: HostTensors[string];
  /** Hears what the loss asks for. */
  asked?: Set<Need>;
  /** What the loss may have; default all of it. */
  needs?: Need[];
}

const ASKS: Record<'forget' | 'retain', Record<string, Need>> = {
  forget: { referenceLogits: 'forget-reference-logits', referenceLogProb: 'reference-log-probability' },
  retain: { referenceLogits: 'reference-logits', referenceLogProb: 'reference-log-probability' },
};
const EVERYTHING: Need[] = ['retain', 'reference-logits', 'forget-reference-logits', 'reference-log-probability'];

/** The loss over logits of both halves, as plain tensors. */
function lossOf(method: LossMethod, params: Record<string, unknown>, given: Given = {}) {
  const needs = given.needs ?? EVERYTHING;
  const at = (name: string): Tensor => tf.tensor(VALUES[name]!.data, VALUES[name]!.shape, VALUES[name]!.dtype);
  const batch = (half: 'forget' | 'retain', logits: Tensor, extra: Partial<LossBatch> = {}): LossBatch => {
    const asks = ASKS[half];
    const full: LossBatch = {
      ...{ logits, labels: at('labels'), ...extra },
      ...(needs.includes(asks.referenceLogits!) ? { referenceLogits: at('referenceLogits') } : {}),
      ...(needs.includes(asks.referenceLogProb!) ? { referenceLogProb: at('referenceLogProb') } : {}),
    };
    return new Proxy(full, {
      get(target, key) {
        const need = asks[String(key)];
        if (need) given.asked?.add(need);
        return Reflect.get(target, key);
      },
    });
  };
  return (forgetLogits: Tensor, retainLogits: Tensor): tfjs.Scalar => {
    const active = given.active ? { active: tf.tensor(given.active.data, given.active.shape) } : {};
    const retain = needs.includes('retain') ? batch('retain', retainLogits) : null;
    const watched =
      retain &&
      new Proxy(retain, {
        get(target, key) {
          if (key === 'logits') given.asked?.add('retain');
          return Reflect.get(target, key);
        },
      });
    const loss = method.loss(tf, params as never, { forget: batch('forget', forgetLogits, active), retain: watched });
    // a loss that never looks at the retain half has no path to it
    return tf.add(loss, tf.mul(tf.sum(retainLogits), 0)) as tfjs.Scalar;
  };
}

async function valueAndGradients(method: LossMethod, params: Record<string, unknown>, given: Given, values = VALUES) {
  await tf.setBackend('cpu');
  const { value, grads } = tf.tidy(() => {
    const inputs = [values.forgetLogits!, values.retainLogits!].map((x) => tf.tensor(x.data, x.shape));
    return tf.valueAndGrads(lossOf(method, params, given))(inputs);
  });
  const [loss, forget, retain] = await Promise.all([value.data(), grads[0]!.data(), grads[1]!.data()]);
  tf.dispose([value, ...grads]);
  return { loss: loss[0]!, forget, retain };
}

async function assertSlopes(method: LossMethod, params: Record<string, unknown>): Promise<void> {
  const found = await valueAndGradients(method, params, {});
  const step = 2e-2;
  for (const [half, seed] of [
    ['forget', 1],
    ['retain', 2],
  ] as const) {
    const gradient = found[half];
    const name = `${half}Logits`;
    const steepest = Array.from(gradient.keys()).sort((a, b) => Math.abs(gradient[b]!) - Math.abs(gradient[a]!));
    // two steep places and one where the loss may not look at all
    for (const i of [steepest[0]!, steepest[seed * 5]!, steepest.at(-1)!]) {
      const moved = async (by: number) => {
        const data = VALUES[name]!.data.slice() as Float32Array;
        data[i] = data[i]! + by;
        return (await valueAndGradients(method, params, {}, { ...VALUES, [name]: { ...VALUES[name]!, data } })).loss;
      };
      const slope = ((await moved(step)) - (await moved(-step))) / (2 * step);
      const close = Math.abs(slope - gradient[i]!) <= 1e-3 * (1 + Math.abs(slope));
      assert.ok(close, `${name}[${i}] with ${JSON.stringify(params)}: ${gradient[i]}, the slope is ${slope}`);
    }
  }
}

function contract(method: LossMethod): void {
  test('its needs are what its loss asks for, no more and no less', async () => {
    for (const variant of variants(method)) {
      const params = fillParams(method.name, variant);
      const needs = method.needs(params as never);
      const asked = new Set<Need>();
      await valueAndGradients(method, params, { asked });
      assert.deepEqual([...asked].toSorted(), needs.toSorted(), JSON.stringify(variant));
      const enough = await valueAndGradients(method, params, { needs });
      assert.ok(Number.isFinite(enough.loss));
    }
  });

  test('its gradient is the slope of its loss', async () => {
    if (NO_SLOPE.includes(method.name)) return;
    for (const variant of variants(method)) await assertSlopes(method, fillParams(method.name, variant));
  });

  test('what the hinge released gives no gradient, and all of it counts without a hinge', async () => {
    for (const variant of [{}, ...variants(method)]) {
      const params = fillParams(method.name, variant);
      const open = float32(new Float32Array(ROWS * (TIME - 1)).fill(1), [ROWS, TIME - 1]);
      const [whole, plain] = [
        await valueAndGradients(method, params, { active: open }),
        await valueAndGradients(method, params, {}),
      ];
      assert.deepEqual(whole.forget, plain.forget);
      const released = open.data.slice().fill(0, 0, TIME - 1) as Float32Array;
      const hinged = await valueAndGradients(method, params, { active: float32(released, open.shape) });
      const row = TIME * VOCAB;
      assert.ok(hinged.forget.subarray(0, row).every((value) => value === 0));
      assert.ok(hinged.forget.subarray(row).some((value) => value !== 0));
      assert.deepEqual(hinged.retain, plain.retain);
    }
  });

  test('a token that no label points at is never looked at', async () => {
    const plain = await valueAndGradients(method, defaultParams(method.name), {});
    for (let r = 0; r < ROWS; r++) {
      // logits at the last position predict nothing
      const last = plain.forget.subarray(((r + 1) * TIME - 1) * VOCAB, (r + 1) * TIME * VOCAB);
      assert.ok(last.every((value) => value === 0));
    }
  });
}

for (const method of Object.values(methods)) {
  describe(method.name, () => {
    test('its file, its folder and the documentation carry its name; its paper is named', () => {
      assert.ok(existsSync(join(ROOT, 'src/methods', method.family, `${method.name}.ts`)));
      const page = readFileSync(join(ROOT, 'docs/methods.md'), 'utf8');
      assert.ok(page.includes(method.name));
      assert.ok(method.summary.length > 20);
      if (method.kind === 'retrain') return;
      assert.match(method.paper!.arxiv, /^\d{4}\.\d{4,5}$/);
      assert.ok(method.paper!.title.length > 10);
      assert.ok(page.includes(method.paper!.arxiv));
    });

    test('every parameter has a default and a range; what is unknown or out of range is pointed at', () => {
      const params = defaultParams(method.name);
      assert.deepEqual(Object.keys(params).toSorted(), Object.keys(method.params.properties).toSorted());
      for (const [name, schema] of Object.entries(method.params.properties)) {
        const { description, default: fallback } = schema as { description?: string; default?: unknown };
        assert.ok(description, `${name} is not described`);
        assert.deepEqual(params[name], fallback);
        assert.throws(
          () => fillParams(method.name, { [name]: Number.NaN }),
          (error: { code?: string; errors?: { pointer: string }[] }) =>
            error.code === 'validation-failed' && error.errors?.[0]?.pointer === `#/method/params/${name}`,
          name,
        );
      }
      assert.throws(() => fillParams(method.name, { speed: 1 }), {
        code: 'validation-failed',
        message: /speed|additional/,
      });
      assert.deepEqual(fillParams(method.name, params), params);
    });

    if (method.kind === 'loss') contract(method);
    if (method.kind === 'edit') editContract(method);
  });
}

test('a method that does not exist is refused with the names of those that do', () => {
  assert.throws(() => getMethod('wishful-thinking'), { code: 'validation-failed', message: /gradient-ascent.*npo/ });
  assert.throws(() => getMethod('constructor'), { code: 'validation-failed' });
});
