// Attacks on a model that really holds its people, and on one that only hides them.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { float32, type HostTensors } from '../../../src/domain/engine.ts';
import { type Attacked, type Recall, ROBUSTNESS_ATTACKS } from '../../../src/domain/robustness.ts';
import { createEngine } from '../../../src/engine/choice.ts';
import { padRows } from '../../../src/training/batches.ts';
import { robustnessAttacks } from '../../../src/training/robustness/registry.ts';
import { halvesOf } from '../../../src/training/robustness/relearning.ts';
import { meanNll } from '../../../src/training/scoring.ts';
import { train } from '../../../src/training/train.ts';
import { compileTrainingStep } from '../../../src/training/training-step.ts';
import { TINY, tinyRows } from '../tiny-gpt2.ts';

const engine = await createEngine({ backend: 'onnxruntime/cpu', threads: 1 });
after(() => engine.dispose());
const { architecture, config } = TINY;
/** Two records a person: rows of two numberings are made one person's. */
const people = (count: number, from: number) =>
  Array.from({ length: count }, (_, i) =>
    [0, 200].map((other) => ({ ...tinyRows(1, from + i + other)[0]!, person: from + i })),
  ).flat();
const ROWS = people(12, 0);

let trained: HostTensors;
before(async () => {
  const options = { ...TINY.options, steps: 200 };
  const inputs = { engine, architecture, config, weights: TINY.weights(1), rows: ROWS, options, orderSeed: 2 };
  trained = (await train(inputs)).weights;
});

const copy = (weights: HostTensors): HostTensors =>
  Object.fromEntries(
    Object.entries(weights).map(([name, { shape, data }]) => [name, float32(data.slice() as Float32Array, shape)]),
  );

function attacked(weights: () => HostTensors): Attacked {
  return {
    ...{ engine, architecture, config, seed: 3, signal: new AbortController().signal },
    weights: async () => weights(),
    ...{ forget: ROWS.slice(0, 8), holdout: people(12, 60), retain: ROWS.slice(8) },
  };
}
const recall: Recall = (rows, scored) => scored.reduce((sum, one) => sum + Math.exp(-meanNll(one)), 0) / rows.length;

/** Pushed away by a few steps of plain ascent: hidden, and near. */
async function hide(): Promise<HostTensors> {
  const options = { ...TINY.options, batch_size: 8 };
  const step = compileTrainingStep({ engine, architecture, config, weights: copy(trained), options });
  for (let i = 1; i <= 8; i++) await step.run(padRows(ROWS.slice(0, 8), 16, 0), -2e-3, i);
  const weights = await step.weights();
  step.state.dispose();
  return weights;
}

test('every attack has its name, and gives the same curve again', async () => {
  for (const name of ROBUSTNESS_ATTACKS) {
    const attack = robustnessAttacks[name];
    assert.equal(attack.name, name);
    const given = attacked(() => copy(trained));
    const { points, note } = await attack.run(given, recall);
    assert.equal(note, null);
    assert.ok(points.length >= 3 && points.every(({ at }, i) => i === 0 || at !== points[i - 1]!.at), name);
    // as it is, the model knows its people by heart, and no stranger
    assert.ok(points[0]!.forget! > 0.8 && points[0]!.holdout! < 0.3, `${name}: ${JSON.stringify(points[0])}`);
    if (name === 'relearning') assert.deepEqual(await attack.run(given, recall), { points, note });
  }
});

test('what is only hidden comes back by training on a part; strangers taught likewise do not', async () => {
  const hidden = await hide();
  const { points } = await robustnessAttacks.relearning.run(
    attacked(() => copy(hidden)),
    recall,
  );
  const [first, last] = [points[0]!, points.at(-1)!];
  assert.ok(first.forget! < 0.4, `${first.forget}`);
  assert.ok(last.forget! - first.forget! > 0.2 && last.forget! > 2 * last.holdout!, JSON.stringify(points));
});

test('halves share no answer; who has one answer is left out; examples of a class are things of their own', () => {
  const [a, b] = [tinyRows(1, 1)[0]!, tinyRows(1, 2)[0]!];
  const reworded = { ...a, ids: Int32Array.from([7, 7, 7, ...a.ids.subarray(2)]), promptLength: 3 };
  const rows = [a, reworded, { ...b, person: a.person }, { ...b, person: 99 }];
  const halves = halvesOf(rows, false, 1);
  assert.equal(halves.length, 1);
  const answers = (of: typeof rows) => new Set(of.map(({ ids, promptLength }) => ids.subarray(promptLength).join()));
  const [taught, asked] = [answers(halves[0]!.taught), answers(halves[0]!.asked)];
  assert.ok(taught.size === 1 && asked.size === 1 && !taught.has([...asked][0]!));
  assert.equal(halvesOf([a, { ...a }], true, 1).length, 1);
});

test('without two answers, and without as many strangers, it says so', async () => {
  const one = { ...attacked(() => copy(trained)), forget: tinyRows(2) };
  assert.match((await robustnessAttacks.relearning.run(one, recall)).note!, /two different answers/);
  const few = { ...attacked(() => copy(trained)), holdout: people(3, 60) };
  const found = await robustnessAttacks.relearning.run(few, recall);
  assert.match(found.note!, /fewer people/);
  assert.ok(found.points.every(({ holdout, forget }) => holdout === null && forget !== null));
});
