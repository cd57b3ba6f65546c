// What every registered method must keep: names, parameters, needs, gradients that are slopes, the hinge, its paper.
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import type * as tfjs from '@tensorflow/tfjs';
import { float32, type HostTensors, int32, type Tensor } from '../../src/domain/engine.ts';
import { type LossBatch, type LossMethod, type Need, OTHER_ANSWERS, otherAnswersOf } from '../../src/domain/method.ts';
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
/** They push no token of the forget set: another answer crowds it out. */
const crowdsOut = ({ name }: LossMethod, { base = name }: Record<string, unknown>): boolean =>
  base === 'idk' || base === 'random-label';
/** It draws every token to a distribution, pushed or not. */
const IMITATES = ['stand-in'];
/** Its target is the model's own distribution, held still: golden.test.ts has its gradient. */
const NO_SLOPE = ['ce-u'];

/** Parameter sets that change what a method asks for. */
function variants(method: LossMethod): Record<string, unknown>[] {
  const own = WITHOUT_STOP_GRADIENT[method.name] ?? {};
  if (!('retain_loss' in method.params.properties))
    return 'alpha' in method.params.properties ? [own, { ...own, alpha: 0 }] : [own];
  return [
    own,
    { ...own, alpha: 0 },
    ...('base' in method.params.properties ? [{ base: 'grad-diff' }] : []),
    { ...own, retain_loss: 'kl', kl_positions: 'answer', alpha: 2 },
    { ...own, retain_loss: 'kl', kl_positions: 'all', gamma: 0.5 },
  ];
}

const labels = (seed: number): HostTensors[string] => {
  const random = values32([ROWS, TIME], seed, 'int32').data.map((value) => Math.abs(value));
  // prompts of one, two and three tokens; the last row is padded
  for (let r = 0; r < ROWS; r++) random.fill(-100, r * TIME, r * TIME + r + 1);
  random.fill(-100, ROWS * TIME - 1);
  return int32(Int32Array.from(random), [ROWS, TIME]);
};

const VALUES: HostTensors = {
  forgetLogits: values32([ROWS, TIME, VOCAB], 1),
  retainLogits: values32([ROWS, TIME, VOCAB], 2),
  alternativeLogits: values32([ROWS, TIME, VOCAB], 5),
  referenceLogits: values32([ROWS, TIME, VOCAB], 4),
  referenceLogProb: float32(Float32Array.of(-4, -6, -2.5)),
  labels: labels(3),
  alternativeLabels: labels(6),
  teacherLogits: values32([ROWS, TIME, VOCAB], 7),
  standInLogits: values32([ROWS, TIME, VOCAB], 8),
  imitated: float32(
    Float32Array.from({ length: ROWS * (TIME - 1) }, (_, i) => (i % 3 === 0 ? 0 : 1)),
    [ROWS, TIME - 1],
  ),
  referenceStates: values32([ROWS, TIME, VOCAB], 6),
  stateLength: float32(Float32Array.of(0.4), []),
  direction: float32(new Float32Array(VOCAB).fill(1 / Math.sqrt(VOCAB))),
};

interface Given {
  active?: HostTensors[string];
  /** Hears what the loss asks for. */
  asked?: Set<Need>;
  /** What the loss may have; default all of it. */
  needs?: Need[];
  /** Where the dial stands; by default between its positions, which shows both terms that it weighs. */
  dial?: number;
}

const HALVES = ['forget', 'retain', 'alternative'] as const;
type Half = (typeof HALVES)[number];
const ASKS: Record<Half, Record<string, Need>> = {
  forget: {
    ...{ referenceLogits: 'forget-reference-logits', referenceLogProb: 'reference-log-probability' },
    ...{ teacherLogits: 'forget-teacher-logits', states: 'hidden-states', direction: 'hidden-states' },
    ...{ stateLength: 'state-length', standInLogits: 'stand-in-logits', imitated: 'stand-in-logits' },
  },
  retain: {
    ...{ referenceLogits: 'reference-logits', referenceLogProb: 'reference-log-probability' },
    ...{ states: 'hidden-states', referenceStates: 'reference-states' },
  },
  alternative: { referenceLogProb: 'reference-log-probability' },
};
const EVERYTHING: Need[] = ['retain', ...Object.values(ASKS).flatMap((asks) => Object.values(asks)), ...OTHER_ANSWERS];
/** Heard by the step or the dial, and by no loss. */
const UNHEARD: Need[] = ['saliency-mask', 'retain-loss'];

/** The loss over logits of the halves, as plain tensors. */
function lossOf(method: LossMethod, params: Record<string, unknown>, given: Given = {}) {
  const needs = given.needs ?? EVERYTHING;
  const at = (name: string): Tensor => tf.tensor(VALUES[name]!.data, VALUES[name]!.shape, VALUES[name]!.dtype);
  const batch = (half: Half, logits: Tensor, extra: Partial<LossBatch> = {}): LossBatch => {
    const asks = ASKS[half];
    const full: LossBatch = {
      ...{ logits, labels: at(half === 'alternative' ? 'alternativeLabels' : 'labels'), ...extra },
      // states are here what logits are, so that gradients by these are those by the states
      ...(needs.includes('hidden-states') ? { states: logits } : {}),
      ...Object.fromEntries(
        Object.entries(asks).flatMap(([name, need]) =>
          name !== 'states' && needs.includes(need) ? [[name, at(name)]] : [],
        ),
      ),
    };
    return new Proxy(full, {
      get(target, key) {
        const need = asks[String(key)];
        if (need) given.asked?.add(need);
        return Reflect.get(target, key);
      },
    });
  };
  // which other answers it gets is not for the loss to see: what it looks at is what it declares
  const others = otherAnswersOf(method.needs(params as never)) ?? 'alternatives';
  const watched = (half: Half, logits: Tensor, need: Need) =>
    new Proxy(batch(half, logits), {
      get(target, key) {
        if (key === 'logits' || key === 'states') given.asked?.add(need);
        return Reflect.get(target, key);
      },
    });
  return (...logits: Tensor[]): tfjs.Scalar => {
    const [forget, retain, alternative] = logits as [Tensor, Tensor, Tensor];
    const active = given.active ? { active: tf.tensor(given.active.data, given.active.shape) } : {};
    const dial = method.dial ? { dial: tf.scalar(given.dial ?? 0.5) } : {};
    const loss = method.loss(tf, params as never, {
      forget: batch('forget', forget, active),
      retain: needs.includes('retain') ? watched('retain', retain, 'retain') : null,
      ...(needs.includes(others) ? { alternative: watched('alternative', alternative, others) } : {}),
      ...dial,
    });
    // a loss that never looks at a half has no path to it
    return logits.reduce((sum, half) => tf.add(sum, tf.mul(tf.sum(half), 0)), loss) as tfjs.Scalar;
  };
}

async function valueAndGradients(method: LossMethod, params: Record<string, unknown>, given: Given, values = VALUES) {
  await tf.setBackend('cpu');
  const { value, grads } = tf.tidy(() => {
    const inputs = HALVES.map((half) => values[`${half}Logits`]!).map((x) => tf.tensor(x.data, x.shape));
    return tf.valueAndGrads(lossOf(method, params, given))(inputs);
  });
  const [loss, forget, retain, alternative] = await Promise.all([value, ...grads].map((x) => x.data()));
  tf.dispose([value, ...grads]);
  return { loss: loss![0]!, forget: forget!, retain: retain!, alternative: alternative! };
}

async function assertSlopes(method: LossMethod, params: Record<string, unknown>): Promise<void> {
  const found = await valueAndGradients(method, params, {});
  const step = 2e-2;
  for (const [half, seed] of [
    ['forget', 1],
    ['retain', 2],
    ['alternative', 1],
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
      const heard = needs.filter((need) => !UNHEARD.includes(need));
      assert.deepEqual([...asked].toSorted(), heard.toSorted(), JSON.stringify(variant));
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
      // -0 where a product is negative, 0 where something was added to it
      const unsigned = (values: ArrayLike<number>) => Array.from(values, (value) => value + 0);
      assert.deepEqual(unsigned(whole.forget), unsigned(plain.forget));
      const released = open.data.slice().fill(0, 0, TIME - 1) as Float32Array;
      const hinged = await valueAndGradients(method, params, { active: float32(released, open.shape) });
      const row = TIME * VOCAB;
      // a stand-in is imitated where the push has ended as well: that ends by itself
      const { forget: imitated } = IMITATES.includes(method.name)
        ? await valueAndGradients(method, { ...params, gamma: 0 }, {})
        : { forget: new Float32Array(row) };
      assert.deepEqual(unsigned(hinged.forget.subarray(0, row)), unsigned(imitated.subarray(0, row)));
      assert.equal(
        hinged.forget.subarray(row).some((value) => value !== 0),
        !crowdsOut(method, params),
      );
      assert.deepEqual(hinged.retain, plain.retain);
      // other answers count always, but for labels of records that are forgotten: these would go on and on
      const other = hinged.alternative.subarray(0, row).some((value) => value !== 0);
      const taught = otherAnswersOf(method.needs(params as never));
      assert.equal(other, taught !== null && taught !== 'other-labels');
      if (taught !== null) assert.ok(hinged.alternative.subarray(row).some((value) => value !== 0));
    }
  });

  test('it says so where its loss pushes no true answer in repair', async () => {
    const last = { phase: 'repairing', step: 50, epoch: 1, before: { dial: 1, retainLoss: 1 }, parentLoss: 1 } as const;
    for (const variant of variants(method)) {
      const params = fillParams(method.name, variant);
      const dial = method.dial?.(params as never, last) ?? 0;
      const { forget } = await valueAndGradients(method, params, { dial });
      const pushes = forget.some((value) => value !== 0);
      assert.equal(method.restsInRepair?.(params as never) ?? false, !pushes, JSON.stringify(variant));
    }
  });

  test('a token that no label points at is never looked at', async () => {
    const plain = await valueAndGradients(method, defaultParams(method.name), {});
    for (let r = 0; r < ROWS; r++) {
      // logits at the last position predict nothing, and those before the last token of a prompt predict what is given
      for (const half of [plain.forget, plain.alternative])
        for (const t of [TIME - 1, ...Array.from({ length: r }, (_, before) => before)]) {
          const place = half.subarray((r * TIME + t) * VOCAB, (r * TIME + t + 1) * VOCAB);
          assert.ok(place.every((value) => value === 0));
        }
    }
  });
}

for (const method of Object.values(methods)) {
  describe(method.name, () => {
    test('its file, its folder and the documentation carry its name; its paper is named', () => {
      assert.ok(existsSync(join(ROOT, 'src/methods', method.family, `${method.name}.ts`)));
      const page = readFileSync(join(ROOT, `docs/methods/${method.name}.md`), 'utf8');
      assert.ok(page.startsWith(`# ${method.name}\n`));
      assert.ok(readFileSync(join(ROOT, 'docs/methods.md'), 'utf8').includes(`(methods/${method.name}.md)`));
      assert.ok(method.summary.length > 20);
      for (const text of [method.formula, method.cost, method.when]) assert.ok(text && page.includes(text));
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
