// What every method that edits weights must keep, on a model that has learned its rows.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { UpdateLog } from '../../src/domain/edit.ts';
import type { HostTensor, HostTensors } from '../../src/domain/engine.ts';
import type { EditMethod, LossMethod } from '../../src/domain/method.ts';
import { createEngine } from '../../src/engine/choice.ts';
import { fillParams, getMethod } from '../../src/methods/index.ts';
import { MEMBERSHIP } from '../../src/metrics/membership-test.ts';
import { type EditInputs, editWeights } from '../../src/training/edit.ts';
import { train } from '../../src/training/train.ts';
import type { PersonRow, UnlearnProgress } from '../../src/training/unlearn.ts';
import { TINY, tinyRows } from '../training/tiny-gpt2.ts';

const { architecture, config } = TINY;
const PEOPLE = tinyRows(12);
const isForgotten = ({ person }: { person: number }) => person === 3 || person === 8;
const SETS = {
  forget: PEOPLE.filter(isForgotten),
  retain: PEOPLE.filter((row) => !isForgotten(row)),
  calibration: tinyRows(12, 60),
};

/** A model, and what each step of its training changed. */
interface Learned {
  weights: HostTensors;
  updates: UpdateLog;
}
let learned: Promise<Learned> | undefined;
async function learn(): Promise<Learned> {
  const engine = await createEngine({ backend: 'onnxruntime/cpu', threads: 1 });
  const options = { ...TINY.options, steps: 120 };
  const start = TINY.weights(1);
  const after: HostTensors[] = [start];
  const shares: number[] = [];
  const { weights } = await train({
    ...{ engine, architecture, config, weights: start, rows: PEOPLE, options, orderSeed: 2 },
    async onUpdate(rows, now) {
      shares.push(rows.filter((row) => isForgotten(row as PersonRow)).length / rows.length);
      after.push(await now());
    },
  });
  await engine.dispose();
  const read = async (step: number) => {
    const change = (name: string, x: HostTensor) => x.data.map((value, i) => value - after[step]![name]!.data[i]!);
    const changes = Object.entries(after[step + 1]!).map(([name, x]) => [name, { ...x, data: change(name, x) }]);
    return Object.fromEntries(changes) as HostTensors;
  };
  return { weights, updates: { shares, read } };
}

/** Edits alone move little in a model so small and sure, but for those that are told to. */
const STRONG: Record<string, Record<string, unknown>> = {
  lfssd: { alpha: 1.2 },
  'fisher-forgetting': { alpha: 1e-4 },
  'influence-removal': { iterations: 3, utility_floor: 0.9 },
  'task-vector': { learning_steps: 25, scale: 3, retain_rise: 1 },
};
const MLP = /\.mlp\./;

interface Run {
  weights: HostTensors;
  seen: UnlearnProgress[];
  /** Tensors that the engine holds more of than before. */
  left: number;
}

export function editContract(method: EditMethod): void {
  const run = async (given: Record<string, unknown> = {}, more: Partial<EditInputs> = {}): Promise<Run> => {
    learned ??= learn();
    const { weights: parent, updates } = await learned;
    const engine = await createEngine({ backend: 'tfjs-cpu', threads: 1 });
    await engine.tf.setBackend('cpu');
    const before = engine.tf.memory().numTensors;
    const seen: UnlearnProgress[] = [];
    const quick = { learning_rate: 3e-3, repair_steps: 0, ...STRONG[method.name] };
    const { weights } = await editWeights({
      ...{ engine, architecture, config, weights: parent, method, sets: SETS, seed: 1, membership: MEMBERSHIP },
      params: fillParams(method.name, { ...quick, ...given }) as EditInputs['params'],
      repair: getMethod('grad-diff') as LossMethod,
      onProgress: (one) => seen.push(one),
      ...(method.needs(fillParams(method.name) as never).includes('updates') ? { updates } : {}),
      ...more,
    });
    return { weights, seen, left: engine.tf.memory().numTensors - before };
  };
  const changed = (weights: HostTensors, parent: HostTensors): string[] =>
    Object.keys(parent).filter((name) => {
      const [a, b] = [weights[name]!.data, parent[name]!.data];
      return !Buffer.from(a.buffer, a.byteOffset, a.byteLength).equals(
        Buffer.from(b.buffer, b.byteOffset, b.byteLength),
      );
    });

  test('forgets what it is told to by the edit alone, the same by the same seed, and leaves no tensor', async () => {
    const [a, b] = [await run(), await run()];
    const { weights: parent } = await learned!;
    assert.deepEqual(changed(a.weights, b.weights), []);
    assert.deepEqual(Object.keys(a.weights), Object.keys(parent));
    assert.ok(changed(a.weights, parent).length > 5);
    assert.equal(a.left, 0);
    const edited = a.seen.findLast(({ phase, forgetLoss }) => phase === 'unlearning' && forgetLoss !== null)!;
    assert.ok(edited.forgetLoss! > 0.5, `forget NLL ${edited.forgetLoss}`);
    assert.ok(a.seen.every(({ step, steps }) => step <= steps));
  });

  test('changes what is trainable and leaves the rest to the byte', async () => {
    const { weights, left } = await run({ trainable: ['*.mlp.*'] });
    const names = changed(weights, (await learned!).weights);
    assert.ok(names.length > 0 && names.every((name) => MLP.test(name)), names.join());
    assert.equal(left, 0);
  });

  test('ends at an abort within one pass, with the reason', async () => {
    const abort = new AbortController();
    let passes = 0;
    const onProgress = () => {
      passes++;
      abort.abort(new Error('the lock was lost'));
    };
    // one that makes no pass has ended before it is asked
    if (method.name === 'amnesiac') abort.abort(new Error('the lock was lost'));
    await assert.rejects(run({}, { signal: abort.signal, onProgress }), /the lock was lost/);
    assert.equal(passes, method.name === 'amnesiac' ? 0 : 1);
  });

  test('refuses before its first pass what the model lacks, and adapters', async () => {
    let passes = 0;
    const onProgress = () => passes++;
    await assert.rejects(run({ trainable: ['model.*'] }, { onProgress }), { code: 'validation-failed' });
    assert.equal(passes, 0);
    assert.throws(() => fillParams(method.name, { lora_rank: 4 }), { code: 'validation-failed' });
    assert.ok(method.needs(fillParams(method.name) as never).includes('retain'));
  });
}
