import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { layersClassifier } from '../../../src/architectures/layers-model/classifier.ts';
import type { Classifier } from '../../../src/domain/architecture.ts';
import type { LossMethod } from '../../../src/domain/method.ts';
import type { PlanStep } from '../../../src/domain/resources.ts';
import { defaultParams, fillParams, getMethod } from '../../../src/methods/index.ts';
import { EXACT } from '../../../src/runs/plan/exact.ts';
import type { KnownFacts } from '../../../src/runs/plan/facts.ts';
import { AUTO, planConsolidation, planRun } from '../../../src/runs/plan/plan.ts';
import { workOf } from '../../../src/runs/plan/work.ts';
import { assertFits } from '../../../src/training/memory-check.ts';
import { unlearningWork } from '../../../src/training/memory-work.ts';
import { facts, storedModel } from './facts.ts';

const names = (plan: PlanStep[]) => plan.map((method) => method.name);
const unread = facts({ model: null });
const digest = `sha256:${'4'.repeat(64)}`;

describe('a plan that the service makes', () => {
  test('is cheapest first, retraining last and only from a recipe', () => {
    assert.deepEqual(names(planRun(null, facts())), ['stand-in', 'retrain']);
    assert.deepEqual(planRun({ name: AUTO, params: {} }, facts()), planRun(null, facts()));
    const without = planRun(null, facts({ has_recipe: false }));
    assert.deepEqual(names(without), ['stand-in', 'stand-in', 'npo']);
    assert.ok((without[1]!.params.repair_steps as number) > (without[0]!.params.repair_steps as number));
    assert.match(without[1]!.reason!, /no recipe/);
    const gone = facts({ base: { status: 'missing', digest } });
    assert.deepEqual(names(planRun(null, gone)), ['stand-in', 'stand-in', 'npo']);
    assert.match(planRun(null, gone)[2]!.reason!, /base .* is not kept/);
    assert.deepEqual(names(planRun(null, facts({ base: { status: 'kept', digest } }))), ['stand-in', 'retrain']);
  });

  test('every step says why it is there, what it may cost, and what that is known from', () => {
    for (const step of planRun(null, facts())) {
      assert.match(step.reason!, /^[A-Z].+\.$/);
      assert.ok(step.estimate!.seconds! > 5 && step.estimate!.memory_bytes! > 190e6, JSON.stringify(step.estimate));
      assert.match(step.estimate!.basis, /assumed.*2 threads/);
    }
  });

  test('is exact at once where that costs no more, and falls back where it fails by itself', () => {
    const [exact, then] = planRun(null, facts({ model: storedModel(64, 30, 8) }));
    assert.deepEqual([exact!.name, then!.name], ['retrain', 'stand-in']);
    assert.match(exact!.reason!, /no longer \(\d+ s\) than stand-in \(\d+ s\)/);
  });

  test('is exact at once where many are forgotten, unless that costs much more', () => {
    const counts = { forget: 80, retain: 320, holdout: 400 };
    const large = planRun(null, facts({ counts, model: storedModel(192, 800) }));
    assert.deepEqual(names(large), ['retrain', 'stand-in']);
    assert.match(large[0]!.reason!, /20 % of the records/);
    assert.equal(planRun(null, facts({ counts, model: storedModel(192, 80_000) }))[0]!.name, 'stand-in');
    assert.equal(planRun(null, { ...unread, counts })[0]!.name, 'grad-diff', 'nothing says what it costs');
  });

  test('tries again, stronger, before a training that costs ten times as much', () => {
    const plan = planRun(null, facts({ model: storedModel(192, 60_000) }));
    assert.deepEqual(names(plan), ['stand-in', 'stand-in', 'retrain']);
    assert.match(plan[2]!.reason!, /at about \d+ times the cost/);
  });

  test('does not try again where training would not end in time after that', () => {
    const model = storedModel(192, 60_000);
    const [first, again, exact] = planRun(null, facts({ model })).map(({ estimate }) => estimate!.seconds!);
    const within = (seconds: number) =>
      names(planRun(null, facts({ model, limits: { seconds, memory_bytes: null, due_in_seconds: null } })));
    assert.deepEqual(within(first! + again! + exact! + 60), ['stand-in', 'stand-in', 'retrain']);
    assert.deepEqual(within(first! + again! / 2 + exact!), ['stand-in', 'retrain']);
  });

  test('goes by the time that is left: one sure try, or none that would not end', () => {
    const model = storedModel(192, 4000);
    const [first, exact] = planRun(null, facts({ model }));
    const [soon, later] = [first!.estimate!.seconds!, exact!.estimate!.seconds!];
    const within = (seconds: number, due_in_seconds: number | null = null) =>
      facts({ model, limits: { seconds, memory_bytes: null, due_in_seconds } });
    assert.deepEqual(names(planRun(null, within(later + soon / 2))), ['retrain', 'stand-in']);
    assert.match(planRun(null, within(later + soon / 2))[0]!.reason!, /time for one try/);
    assert.deepEqual(names(planRun(null, within(86_400, later + soon / 2))), ['retrain', 'stand-in']);
    assert.deepEqual(names(planRun(null, within(later / 2))), ['stand-in', 'stand-in', 'npo']);
    assert.match(planRun(null, within(later / 2))[1]!.reason!, /neither the time nor the memory/);
    assert.deepEqual(names(planRun(null, within(86_400, -5))), ['stand-in', 'retrain'], 'too late already');
  });

  test('fits the memory: in parts, else with adapters, and says so', () => {
    const model = storedModel(1024, 60_000);
    const [whole] = planRun(null, facts({ model }));
    const within = (memory_bytes: number) =>
      planRun(null, facts({ model, limits: { seconds: 86_400, memory_bytes, due_in_seconds: null } }));
    const need = whole!.estimate!.memory_bytes!;
    const [parts] = within(need - 20e6);
    assert.ok((parts!.params.micro_batch as number) > 0 && parts!.params.lora_rank === 0);
    assert.match(parts!.reason!, /rows at a time/);
    assert.ok(parts!.estimate!.memory_bytes! <= need - 20e6);
    const [least] = planRun({ name: 'stand-in', params: { micro_batch: 1 } }, facts({ model }));
    const [adapted] = within(least!.estimate!.memory_bytes! - 1e6);
    assert.equal(adapted!.params.lora_rank, 8);
    assert.match(adapted!.reason!, /adapters of rank 8/);
    const [nothing, ...more] = within(200e6);
    assert.deepEqual([nothing!.name, more.length], ['grad-diff', 0]);
    assert.match(nothing!.reason!, /No method fits/);
  });

  test('leaves room for people forgotten before, whom every step holds down', () => {
    const model = storedModel(768, 1500);
    const rows = (count: number) =>
      Array.from({ length: count }, (_, i) => ({ ids: new Int32Array(i === 0 ? 40 : 20), promptLength: 8, person: i }));
    const sets = { forget: rows(20), retain: rows(380), calibration: rows(200), earlier: rows(40) };
    // of all these budgets some are for adapters, some for parts
    for (const memory_bytes of Array.from({ length: 14 }, (_, i) => 1.05e9 + i * 0.05e9)) {
      const limits = { seconds: 86_400, memory_bytes, due_in_seconds: null };
      const [first] = planRun(null, facts({ model, has_recipe: false, earlier_rows: 40, limits }));
      const { name, params, estimate } = first!;
      const work = unlearningWork(model, getMethod(name) as LossMethod, fillParams(name, params) as never, sets);
      const planned = assertFits(work, memory_bytes);
      assert.ok(planned.total <= estimate!.memory_bytes!, `${memory_bytes}: the run counts no more than the plan`);
    }
  });

  test('is one try where nothing can pass: without holdout records', () => {
    const counts = { forget: 20, retain: 380, holdout: 0 };
    const [only, ...more] = planRun(null, facts({ counts }));
    assert.deepEqual([only!.name, more.length], ['grad-diff', 0], 'nobody is there to stand in');
    assert.match(only!.reason!, /; one try, since without holdout records .*\.$/);
  });

  test('is without stand-ins where these are dear: every answer token has as many numbers as there are labels', () => {
    const [first] = planRun(null, facts({ model: storedModel(64, 1500, 16, 50_257) }));
    assert.equal(first!.name, 'grad-diff');
    assert.match(first!.reason!, /does not fade/);
  });

  test('of a checkpoint that cannot be read is the usual order, without figures', () => {
    const plan = planRun(null, unread);
    assert.deepEqual(names(plan), ['grad-diff', 'retrain']);
    assert.deepEqual([plan[0]!.estimate!.seconds, plan[0]!.estimate!.memory_bytes], [null, null]);
    assert.match(plan[0]!.estimate!.basis, /cannot be read/);
  });
});

describe('a method that is named', () => {
  test('is the whole plan, with its defaults filled in and the learning rate of the model', () => {
    const [step, ...more] = planRun({ name: 'npo', params: { beta: 0.3 } }, facts());
    assert.equal(more.length, 0);
    assert.deepEqual(step!.params, {
      ...{ ...defaultParams('npo'), beta: 0.3, learning_rate: 5e-4, forget_batch: 32, retain_batch: 16 },
    });
    assert.equal(step!.reason, 'The request names it.');
    assert.equal(planRun({ name: 'npo', params: { learning_rate: 1e-3 } }, facts())[0]!.params.learning_rate, 1e-3);
    const large = facts({ model: storedModel(1024, 100) });
    assert.equal(planRun({ name: 'npo', params: {} }, large)[0]!.params.learning_rate, 5e-5);
    assert.equal(planRun({ name: 'npo', params: { lora_rank: 8 } }, large)[0]!.params.learning_rate, 5e-4);
    assert.equal(planRun({ name: 'npo', params: {} }, unread)[0]!.params.learning_rate, 0, 'the run chooses');
  });

  test('is refused with a code and a name where it cannot run', () => {
    const refused = (name: string, params: Record<string, unknown>, given = facts()) => {
      try {
        planRun({ name, params }, given);
      } catch (error) {
        const { code, message } = error as { code: string; message: string };
        return `${code}: ${message}`;
      }
      return '';
    };
    assert.match(refused('retrain', {}, facts({ has_recipe: false })), /^recipe-missing: .*retrain/);
    const gone = facts({ base: { status: 'missing', digest } });
    assert.match(
      refused('retrain', {}, gone),
      /^recipe-missing: The recipe starts from the base checkpoint sha256:4{64}, which is not kept here: register the base/,
    );
    assert.equal(refused('npo', {}, gone), '');
    assert.match(refused('forget-me', {}), /^validation-failed/);
    assert.match(refused('npo', { beta: -1 }), /^validation-failed: .*beta/);
    assert.match(refused('npo', { trainable: ['no.such.*'] }), /^validation-failed: trainable: .*fits no weight/);
    assert.match(refused('npo', { lora_rank: 8, lora_targets: ['q_proj'] }), /^validation-failed: lora_targets/);
    assert.match(refused('npo', { lora_rank: 999 }), /^validation-failed: lora_rank/);
    assert.equal(refused('npo', { trainable: ['no.such.*'] }, unread), '');
  });
});

describe('a method that is not for such a model', () => {
  const graph = { nodes: [], inputs: [], outputs: [] };
  const config = { graph, inputShape: [1], entries: null, classes: 3, binary: false, classNames: null, features: null };
  const architecture = layersClassifier as unknown as Classifier;
  const classifier = facts({ model: { architecture, config, recipe: null } });
  const refused = (name: string, given = facts(), params = {}) => {
    try {
      planRun({ name, params }, given);
    } catch (error) {
      const { code, message } = error as { code: string; message: string };
      return `${code}: ${message}`;
    }
    return '';
  };

  test('is refused before there is a run, by name and with what would do', () => {
    for (const name of ['idk', 'dpo', 'altpo'])
      assert.match(refused(name, classifier), /^validation-failed: method: .* is a classifier: name random-label/);
    assert.match(
      refused('rmu', classifier),
      /^validation-failed: method: .* a classifier does not have: name grad-diff/,
    );
    for (const given of [facts(), facts({ model: { architecture, config, recipe: storedModel(64, 1).recipe } })])
      assert.match(refused('certified-removal', given), /^validation-failed: method: .*train --certified/);
    assert.match(refused('amnesiac'), /^validation-failed: method: .*--log-updates/);
    assert.match(refused('rmu', facts(), { layer: 9 }), /^validation-failed: layer: 9 is beyond the 4/);
  });

  test('is left to the run where nothing is known of the model, and done where it is for it', () => {
    assert.equal(refused('idk', unread), '');
    for (const name of ['idk', 'altpo', 'rmu']) assert.equal(refused(name), '');
    assert.equal(refused('random-label', classifier), '');
    assert.equal(refused('amnesiac', facts({ has_updates: true })), '');
  });
});

describe('a model that was trained in shards and slices', () => {
  const slices = [100, 100].map((steps, i) => ({ order_seed: i, steps }));
  const sisa = { shards: Array.from({ length: 4 }, (_, init_seed) => ({ init_seed, slices })) };
  const whole = storedModel(192, 800);
  const model = { ...whole, recipe: { ...whole.recipe!, sisa } };

  test('is unlearned from exactly by the shards that are hit, where their checkpoints are there', () => {
    const counts = { forget: 1, retain: 399, holdout: 400 };
    const plan = planRun(null, facts({ model, counts, has_slices: true }));
    assert.deepEqual(names(plan), ['sisa', 'stand-in']);
    assert.match(plan[0]!.reason!, /^Exact: the model was trained in shards and slices, .* \(about \d+ (s|min|h)\)/);
    const limits = { seconds: plan[0]!.estimate!.seconds! - 1, memory_bytes: null, due_in_seconds: null };
    assert.equal(planRun(null, facts({ model, counts, has_slices: true, limits }))[0]!.name, 'stand-in');
    const all = { forget: 200, retain: 200, holdout: 400 };
    assert.equal(planRun(null, facts({ model, counts: all, has_slices: true }))[0]!.name, 'sisa', 'however many');
    const seconds = (name: string) =>
      planRun({ name, params: {} }, facts({ model, counts, has_slices: true }))[0]!.estimate!.seconds!;
    assert.ok(seconds('sisa') < seconds('retrain') / 2);
    assert.ok(names(planRun(null, facts({ model, counts }))).includes('retrain'), 'without slices the whole recipe');
  });

  test('costs by the people that are removed, however many records each has', () => {
    const seconds = (forget: number, people?: number) => {
      const counts = { forget, retain: 2000 - forget, holdout: 400, ...(people === undefined ? {} : { people }) };
      const known = facts({ model, counts, has_slices: true });
      return planRun({ name: 'sisa', params: {} }, known)[0]!.estimate!.seconds!;
    };
    const [one, many] = [seconds(1, 1), seconds(20, 1)];
    assert.ok(many < 1.2 * one, `${many} s for twenty records of a person, ${one} s for one`);
    assert.ok(seconds(20, 20) > 2 * many, 'twenty people hit most shards');
    // a run takes as many steps however many records are gone: those of one shard
    const training = (forget: number) => {
      const given = facts({
        model,
        counts: { forget, retain: 2000 - forget, holdout: 400, people: 1 },
        has_slices: true,
      });
      return workOf({ name: 'sisa', params: {} }, given as KnownFacts)!.steps;
    };
    assert.deepEqual([training(1), training(600)], [167, 167]);
    assert.equal(seconds(20), seconds(20, 20), 'where nobody counted people, every record is somebody');
    // enough for one shard and not for all of them
    const limits = { seconds: (one + seconds(20, 20)) / 2, memory_bytes: null, due_in_seconds: null };
    const counts = { forget: 20, retain: 1980, holdout: 400, people: 1 };
    assert.equal(planRun(null, facts({ model, counts, has_slices: true, limits }))[0]!.name, 'sisa');
  });

  test('has to have what sisa goes on from, where that is named', () => {
    const wish = { name: 'sisa', params: {} };
    assert.deepEqual(names(planRun(wish, facts({ has_slices: true }))), ['sisa']);
    assert.throws(() => planRun(wish, facts()), { code: 'recipe-missing', message: /holds no checkpoints of shards/ });
  });
});

describe('a request that takes exact removal alone', () => {
  const wish = { name: EXACT, params: {} };

  test('is planned with every exact method that can run and no other, the cheapest first, however long it takes', () => {
    const limits = { seconds: 1, memory_bytes: null, due_in_seconds: -5 };
    const [retrain, ...none] = planRun(wish, facts({ limits }));
    assert.deepEqual([retrain!.name, none], ['retrain', []]);
    assert.match(retrain!.reason!, /takes exact removal alone/);
    const counts = { forget: 1, retain: 399, holdout: 0 };
    const slices = {
      shards: Array.from({ length: 4 }, (_, i) => ({ init_seed: i, slices: [{ order_seed: i, steps: 200 }] })),
    };
    const whole = storedModel(192, 800);
    const model = { ...whole, recipe: { ...whole.recipe!, sisa: slices } };
    assert.deepEqual(names(planRun(wish, facts({ model, counts, has_slices: true }))), ['sisa', 'retrain']);
  });

  test('is refused where none can, whatever else might', () => {
    assert.throws(() => planRun(wish, facts({ has_recipe: false })), { code: 'recipe-missing' });
    assert.throws(() => planRun(wish, facts({ base: { status: 'missing', digest } })), { code: 'recipe-missing' });
    for (const impossible of [
      facts({ counts: { forget: 5, retain: 0, holdout: 9 } }),
      facts({ limits: { seconds: 60, memory_bytes: 1, due_in_seconds: null } }),
    ])
      assert.throws(() => planRun(wish, impossible), { code: 'method-not-applicable', message: /^method: no exact/ });
  });
});

describe('a base that was trained on the person too', () => {
  const seen = (more: Parameters<typeof facts>[0] = {}) =>
    facts({ base: { status: 'kept', digest }, base_saw: true, ...more });

  test('leaves nothing exact: such a request is refused, and says what to do', () => {
    assert.throws(() => planRun({ name: EXACT, params: {} }, seen()), {
      code: 'method-not-applicable',
      message: /^method: the base .* Forget them in the base first/,
    });
    assert.deepEqual(names(planRun({ name: 'retrain', params: {} }, seen())), ['retrain'], 'who names it gets it');
  });

  test('makes training again no sure try of the ladder, and no step calls it exact', () => {
    const model = storedModel(192, 4000);
    const of = { model, base: { status: 'kept', digest } as const };
    const [first, exact] = planRun(null, facts(of)).map(({ estimate }) => estimate!.seconds!);
    const limits = { seconds: exact! + first! / 2, memory_bytes: null, due_in_seconds: null };
    assert.deepEqual(names(planRun(null, facts({ ...of, limits }))), ['retrain', 'stand-in']);
    assert.deepEqual(names(planRun(null, seen({ model, limits }))), ['stand-in', 'retrain']);
    const sisa = { shards: [{ init_seed: 0, slices: [{ order_seed: 0, steps: 100 }] }] };
    const sharded = { ...storedModel(64, 100), recipe: { ...storedModel(64, 100).recipe!, sisa } };
    for (const given of [{}, { model }, { model: storedModel(64, 30, 8) }, { model: sharded, has_slices: true }]) {
      const reasons = planRun(null, seen(given)).map(({ name, reason }) => `${name}: ${reason}`);
      assert.ok(
        reasons.every((reason) => !/Exact/.test(reason)),
        reasons.join('\n'),
      );
      assert.match(reasons.join('\n'), /(retrain|sisa): Not exact, since the base/);
    }
  });
});

describe('a base that was trained on somebody forgotten before', () => {
  const sisa = { shards: [{ init_seed: 0, slices: [{ order_seed: 0, steps: 100 }] }] };
  const sharded = { ...storedModel(64, 100), recipe: { ...storedModel(64, 100).recipe!, sisa } };
  const knows = (more: Parameters<typeof facts>[0] = {}) =>
    facts({ base: { status: 'kept', digest }, base_saw_forgotten: true, has_slices: true, ...more });
  const refused = { code: 'method-not-applicable', message: /^method: the base .* somebody whom .* forgotten before/ };

  test('is trained from again for nobody, whoever asks and by whatever name', () => {
    for (const name of [EXACT, 'retrain', 'sisa'])
      assert.throws(() => planRun({ name, params: {} }, knows({ model: sharded })), refused, name);
    assert.throws(() => planConsolidation(knows()), refused);
    assert.deepEqual(names(planRun({ name: 'npo', params: {} }, knows())), ['npo']);
  });

  test('leaves the ladder no exact rung, first or last, and it says why', () => {
    for (const model of [storedModel(64, 1500), storedModel(64, 30, 8), sharded]) {
      const plan = planRun(null, knows({ model }));
      assert.deepEqual(names(plan), ['stand-in', 'stand-in', 'npo']);
      assert.match(plan[1]!.reason!, /base .* knows somebody whom the model has forgotten before/);
    }
  });
});

describe('a certified last layer', () => {
  const certified = {
    epsilon: 1,
    delta: 1e-5,
    sigma: 1,
    lambda: 1e-3,
    budget: 0.2,
    spent: 0,
    head: digest,
    features: digest,
    rows: digest,
  };
  const model = storedModel(64, 1);
  const graph = { nodes: [], inputs: [], outputs: ['last'] };
  const kernel = { name: 'kernel', shape: [40, 3] };
  const layers = [{ name: 'last', className: 'Dense', config: {}, weights: { kernel }, from: [], output: [null, 3] }];
  const config = { graph: { ...graph, nodes: layers }, inputShape: [1], classes: 3, binary: false };
  const architecture = layersClassifier as unknown as Classifier;
  const known = facts({ model: { architecture, config, recipe: { ...model.recipe!, certified } } });

  test('is removed from first, and trained anew where its budget is spent', () => {
    for (const asked of [null, { name: AUTO, params: {} }, { name: 'certified-removal', params: {} }]) {
      const plan = planRun(asked, known);
      assert.deepEqual(names(plan), ['certified-removal', 'retrain']);
      assert.match(plan[1]!.reason!, /budget .* is spent/);
      const [step, anew] = plan.map(({ estimate }) => estimate!.seconds!);
      assert.ok(step! > 5 && anew! > step!, 'one system to solve, or as many as a training has');
    }
  });

  test('is no matter of other methods', () => {
    assert.deepEqual(names(planRun({ name: 'npo', params: {} }, known)), ['npo']);
    // what it forgets is certified: the features were given
    assert.throws(() => planRun({ name: EXACT, params: {} }, known), { code: 'method-not-applicable' });
    assert.throws(() => planRun({ name: 'certified-removal', params: {} }, { ...known, has_recipe: false }), {
      code: 'recipe-missing',
    });
  });
});
