// Losses and their gradients by the logits, as the field's reference implementation has them (float32 sums):
// |a - b| <= 1e-6 + 1e-5 |b| for the loss, 1e-5 of the largest entry for a gradient.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { type Engine, float32, type HostTensors, int32, type Tensor } from '../../src/domain/engine.ts';
import type { LossBatch, LossMethod } from '../../src/domain/method.ts';
import { createEngine } from '../../src/engine/choice.ts';
import { fillParams, methods } from '../../src/methods/index.ts';
import { scoreLogits } from '../../src/metrics/score-logits.ts';
import { TESTED_BACKENDS } from '../helpers/backends.ts';

const PARTS = ['forget', 'retain', 'idk'] as const;
type Part = (typeof PARTS)[number];
interface Golden {
  shape: { batch: number; time: number; vocab: number };
  batches: Record<Part, { inputIds: number[][]; labels: number[][] }>;
  logits: Record<Part, number[]>;
  referenceLogits: Record<Part, number[]>;
  cases: {
    method: string;
    params: Record<string, number | string>;
    loss: number;
    grad: Record<Part, number[] | null>;
    forgetLabels?: 'inputIds';
  }[];
}
type Case = Golden['cases'][number];

const golden = JSON.parse(readFileSync(new URL('../fixtures/golden/losses.json', import.meta.url), 'utf8')) as Golden;
const { batch: rows, time, vocab } = golden.shape;

/** Names of the reference code that differ from ours beyond the separator. */
const OURS: Record<string, string> = { grad_ascent: 'gradient-ascent', ceu: 'ce-u' };
const nameOf = (method: string): string => OURS[method] ?? method.replaceAll('_', '-');

/** Parameters in our words; the reference's divergence looks at every position, and its CE-U has no retain term. */
function paramsOf({ method, params }: Case): Record<string, unknown> {
  const { retain_loss_type, ...given } = params;
  const rest = method === 'ceu' ? { alpha: 0, ...given } : given;
  if (retain_loss_type === undefined) return rest;
  return { ...rest, retain_loss: String(retain_loss_type).toLowerCase(), kl_positions: 'all' };
}

const logits = (values: number[]) => float32(Float32Array.from(values), [rows, time, vocab]);
const tokens = (values: number[][]) => int32(Int32Array.from(values.flat()), [rows, time]);

/** Summed log-probability of each row's labels. */
const answerLogProbs = (values: number[], labels: number[][]) =>
  float32(
    Float32Array.from(scoreLogits(values, labels.flat(), golden.shape), ({ logProbs }) =>
      logProbs.reduce((sum, value) => sum + value, 0),
    ),
  );

function feedsOf(entry: Case): HostTensors {
  const feeds: HostTensors = {};
  for (const part of PARTS) {
    const { inputIds, labels } = golden.batches[part];
    const looked = part === 'forget' && entry.forgetLabels === 'inputIds' ? inputIds : labels;
    feeds[`${part}.logits`] = logits(golden.logits[part]);
    feeds[`${part}.referenceLogits`] = logits(golden.referenceLogits[part]);
    feeds[`${part}.labels`] = tokens(looked);
    feeds[`${part}.referenceLogProb`] = answerLogProbs(golden.referenceLogits[part], looked);
  }
  return feeds;
}

/** The loss, and its gradient by the logits of each part that it looks at. */
async function evaluate(engine: Engine, method: LossMethod, entry: Case): Promise<HostTensors> {
  const { tf } = engine;
  const params = fillParams(method.name, paramsOf(entry)) as never;
  // a half that counts nothing has no path to the loss
  const parts = PARTS.filter((part) => entry.grad[part]?.some((value) => value !== 0));
  const step = engine.compileStep((_, feeds) => {
    const at = (part: Part, values: Tensor): LossBatch => ({
      logits: values,
      labels: feeds[`${part}.labels`]!,
      referenceLogits: feeds[`${part}.referenceLogits`]!,
      referenceLogProb: feeds[`${part}.referenceLogProb`]!,
    });
    const loss = (...xs: Tensor[]) => {
      const values: Partial<Record<Part, Tensor>> = Object.fromEntries(parts.map((part, i) => [part, xs[i]!]));
      const [retain, alternative] = (['retain', 'idk'] as const).map((part) =>
        at(part, values[part] ?? feeds[`${part}.logits`]!),
      ) as [LossBatch, LossBatch];
      const halves = { forget: at('forget', values.forget!), retain, alternative };
      return method.loss(tf, params, halves) as ReturnType<typeof tf.scalar>;
    };
    const { value, grads } = tf.valueAndGrads(loss)(parts.map((part) => feeds[`${part}.logits`]!));
    return { outputs: { loss: value, ...Object.fromEntries(parts.map((part, i) => [part, grads[i]!])) } };
  }, engine.createState({}));
  return step(feedsOf(entry));
}

function assertCase(entry: Case, found: HostTensors): void {
  const loss = found.loss!.data[0]!;
  assert.ok(Math.abs(loss - entry.loss) <= 1e-6 + 1e-5 * Math.abs(entry.loss), `loss ${loss}, not ${entry.loss}`);
  for (const part of PARTS) {
    const expected = entry.grad[part];
    if (expected === null || expected.every((value) => value === 0)) continue;
    const bound = 1e-5 * Math.max(...expected.map(Math.abs));
    expected.forEach((value, i) => {
      const actual = found[part]!.data[i]!;
      assert.ok(Math.abs(actual - value) <= bound, `${part} gradient ${i} is ${actual}, not ${value}`);
    });
  }
}

for (const backend of TESTED_BACKENDS) {
  describe(backend, () => {
    for (const entry of golden.cases) {
      test(`${entry.method} ${JSON.stringify(entry.params)}`, async () => {
        const engine = await createEngine({ backend, threads: 1 });
        assertCase(entry, await evaluate(engine, methods[nameOf(entry.method)] as LossMethod, entry));
        await engine.dispose();
      });
    }
  });
}

test('every method that the reference has is held against it', () => {
  const names = new Set(golden.cases.map(({ method }) => nameOf(method)));
  assert.deepEqual([...names].toSorted(), [
    'ce-u',
    'dpo',
    'grad-diff',
    'gradient-ascent',
    'npo',
    'satimp',
    'simnpo',
    'undial',
    'wga',
  ]);
});
