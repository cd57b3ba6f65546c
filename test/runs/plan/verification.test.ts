import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { layersClassifier } from '../../../src/architectures/layers-model/classifier.ts';
import { gradientRows } from '../../../src/compute/gradient-norms.ts';
import type { TextRow } from '../../../src/compute/sets.ts';
import type { Classifier } from '../../../src/domain/architecture.ts';
import { PRESETS } from '../../../src/domain/policies.ts';
import type { MethodChoice } from '../../../src/domain/resources.ts';
import { defaultParams } from '../../../src/methods/index.ts';
import { fullExtent } from '../../../src/metrics/extent.ts';
import { isKnown, type KnownFacts } from '../../../src/runs/plan/facts.ts';
import { planRun } from '../../../src/runs/plan/plan.ts';
import { planVerification } from '../../../src/runs/plan/verification.ts';
import { verificationWork } from '../../../src/runs/plan/verification-work.ts';
import { facts, past, storedModel } from './facts.ts';

function known(more: Parameters<typeof facts>[0] = {}): KnownFacts {
  const found = facts(more);
  assert.ok(isKnown(found));
  return found;
}
/** So slow that every part takes minutes. */
const budget = (methodSeconds: number, speed = 1e8) => ({ speed, methodSeconds, past: [] });
const all = { policy: { ...PRESETS.strict.policy, max_share_of_run: null } };

describe('a verification’s plan', () => {
  test('leaves nothing out where there is time, or no bound', () => {
    for (const [given, seconds] of [
      [known(), 1e6],
      [known(all), 0.001],
    ] as const) {
      const plan = planVerification(given, budget(seconds));
      assert.deepEqual(plan.left_out, []);
      assert.deepEqual(plan.extent, fullExtent(given.policy, undefined));
    }
  });

  test('stays within the share that the policy allows, and says what that cost', () => {
    const policy = { ...all.policy, max_share_of_run: 0.5 };
    const whole = planVerification(known(all), budget(1)).seconds;
    let before = Number.POSITIVE_INFINITY;
    for (const part of [1, 0.8, 0.6, 0.45]) {
      const plan = planVerification(known({ policy }), budget(part * whole));
      assert.ok(plan.share_of_run <= 0.5, `${part}: ${JSON.stringify(plan)}`);
      assert.ok(plan.seconds <= before);
      assert.equal(plan.left_out.length === 0, part === 1);
      for (const { reason } of plan.left_out)
        assert.match(reason, /estimated at [\d.]+ s, \d+ % of the run; max_share_of_run allows 50 %\.$/);
      before = plan.seconds;
      assert.deepEqual(planVerification(known({ policy }), budget(part * whole)), plan, 'the same again');
    }
  });

  test('never leaves out what a verdict needs, however little time there is', () => {
    const plan = planVerification(known(), budget(1e-6));
    assert.ok(plan.share_of_run > 0.5);
    assert.deepEqual(plan.extent, {
      other_answers: 0,
      wrapped_prompts: 0,
      samples: 0,
      attacks: { quantisation: 0, relearning: 0 },
    });
    assert.match(plan.left_out[0]!.reason, /What a verdict is judged by is measured all the same/);
    const parts = Object.keys(verificationWork(known(), plan.extent));
    assert.deepEqual(parts, ['scores', 'answers', 'answers, judged by the parent']);
  });

  test('cuts nothing short that a verdict is judged by, where all of that takes less than a minute', () => {
    const { extent, share_of_run, left_out } = planVerification(known(), budget(0.1, 80e9));
    assert.deepEqual([extent.samples, extent.wrapped_prompts, extent.other_answers], [10, 4, 0]);
    assert.ok(share_of_run > 0.5 && left_out.length === 3);
  });

  test('goes by what each part took before, at the extent that it had then', () => {
    const extent = fullExtent(PRESETS.standard.policy, undefined);
    const fast = 80e9;
    const plain = planVerification(known(all), budget(1, fast)).seconds;
    const slow = { part: 'relearning', units: 40, seconds: 1000 };
    const attempt = past('npo', defaultParams('npo'), { verification: { extent, parts: [slow] } });
    const slower = planVerification(known(all), { ...budget(1, fast), past: [attempt] }).seconds;
    assert.ok(Math.abs(slower - plain - 1000) < 20, `${plain} and ${slower}`);
    const spared = planVerification(known(), { ...budget(30, fast), past: [attempt] });
    assert.deepEqual(
      spared.left_out.map(({ part, done }) => [part, done]),
      [
        ['quantisation', 'shortened'],
        ['relearning', 'left out'],
      ],
    );
  });

  test('of a classifier has no answers', () => {
    const graph = { nodes: [], inputs: [], outputs: [] };
    const config = {
      graph,
      inputShape: [1],
      entries: null,
      classes: 3,
      binary: false,
      classNames: null,
      features: null,
    };
    const model = { architecture: layersClassifier as unknown as Classifier, config, recipe: null };
    const plan = planVerification(known({ model }), budget(100));
    assert.deepEqual([plan.extent.samples, plan.left_out.length], [0, 0]);
    assert.deepEqual(Object.keys(verificationWork(known({ model }), plan.extent)), [
      'scores',
      'quantisation',
      'relearning',
    ]);
  });
});

test('each step of a run’s plan has it, within its seconds; it grows with the model', () => {
  const [small] = planRun({ name: 'npo', params: {} }, facts(all));
  const [large] = planRun({ name: 'npo', params: {} }, facts({ ...all, model: storedModel(512, 100) }));
  for (const { estimate } of [small!, large!]) assert.ok(estimate!.verification!.seconds < estimate!.seconds!);
  assert.ok(large!.estimate!.verification!.seconds > small!.estimate!.verification!.seconds);
  assert.equal(planRun(null, facts({ model: null }))[0]!.estimate!.verification, undefined);
});

describe('what a policy has trained to compare with', () => {
  const asking = (retrained: number, shadow: number) => ({
    policy: { ...PRESETS.standard.policy, references: { retrained, shadow } },
  });
  const npo = { name: 'npo', params: {} };
  const planned = (more: Parameters<typeof facts>[0], choice: MethodChoice | null = npo) =>
    planRun(choice, facts(more)).map(({ estimate }) => estimate!);

  test('is in the estimate: a training each, and with shadow models an unlearning; what is kept costs nothing', () => {
    const [none] = planned(asking(0, 0));
    assert.equal(none!.verification!.references, undefined);
    const of = (retrained: number, shadow: number, more = {}) => planned({ ...asking(retrained, shadow), ...more })[0]!;
    const training = planned(asking(0, 0), { name: 'retrain', params: {} })[0]!;
    const own = training.seconds! - training.verification!.seconds;
    const [one, two] = [of(1, 0), of(2, 0)];
    const found = one.verification!.references!;
    assert.deepEqual([found.retrained, found.shadow], [1, 0]);
    assert.ok(Math.abs(found.seconds / own - 1) < 0.1, `${found.seconds} of a training of ${own} s`);
    assert.ok(Math.abs(two.verification!.references!.seconds / found.seconds - 2) < 0.01);
    assert.ok(Math.abs(one.seconds! - none!.seconds! - found.seconds) < 1);
    assert.ok(of(0, 4).verification!.references!.seconds > 4 * found.seconds);
    const kept = of(2, 0, { references_kept: 2 }).verification!.references!;
    assert.equal(kept.retrained, 0);
    assert.ok(kept.seconds < 0.01 * found.seconds);
  });

  test('is trained once a run, whichever method comes first, and for no exact one', () => {
    const steps = planRun(
      null,
      facts({ ...asking(2, 4), limits: { seconds: 1e9, memory_bytes: null, due_in_seconds: null } }),
    );
    const trained = steps.map(({ name, estimate }) => [name, estimate!.verification!.references?.retrained]);
    const others = trained.filter(([name]) => name !== 'retrain');
    assert.deepEqual(
      others.map(([, count]) => count),
      others.map((_, i) => (i === 0 ? 2 : 0)),
    );
    assert.ok(trained.some(([name, count]) => name === 'retrain' && count === undefined));
  });

  test('cannot be had of a training in shards, without a recipe, or without its base: the plan says so', () => {
    const model = storedModel(64, 100);
    const sharded = { ...model, recipe: { ...model.recipe!, sisa: { shards: [{ slices: [] }] } as never } };
    const missing = { status: 'missing' as const, digest: `sha256:${'a'.repeat(64)}` };
    for (const [more, reason] of [
      [{ model: sharded }, /a training in shards; references are trained in one piece alone/],
      [{ model: { ...model, recipe: null } }, /no recipe/],
      [{ base: missing }, /which is not kept here/],
    ] as const) {
      const { references, left_out } = planned({ ...asking(2, 4), ...more })[0]!.verification!;
      assert.equal(references, undefined);
      const own = left_out.filter(({ part }) => part.endsWith('models'));
      assert.deepEqual(
        own.map(({ part, done, asked_for, measured }) => [part, done, asked_for, measured]),
        [
          ['retrained models', 'left out', 2, 0],
          ['shadow models', 'left out', 4, 0],
        ],
      );
      for (const one of own) assert.match(one.reason, reason);
    }
  });

  test('has no shadow models of a method that goes by a log of the training: theirs are not logged', () => {
    const amnesiac = { name: 'amnesiac', params: {} };
    const of = (retrained: number) =>
      planned({ ...asking(retrained, 4), has_updates: true }, amnesiac)[0]!.verification!;
    const [alone, both] = [of(0), of(2)];
    assert.equal(alone.references, undefined);
    assert.deepEqual([both.references!.retrained, both.references!.shadow], [2, 0]);
    for (const { left_out } of [alone, both]) {
      const own = left_out.filter(({ part }) => part.endsWith('models'));
      assert.deepEqual(
        own.map(({ part, done, asked_for, measured }) => [part, done, asked_for, measured]),
        [['shadow models', 'left out', 4, 0]],
      );
      assert.match(own[0]!.reason, /log of a training/);
      assert.match(own[0]!.remedy, /references\.shadow 0/);
    }
  });
});

test('gradients are counted as the stage draws them: so many records of each person, one at a time, under both checkpoints', () => {
  const people = (count: number, each: number): TextRow[] =>
    Array.from({ length: count * each }, (_, i) => ({ person: Math.floor(i / each) }) as TextRow);
  const counts = { forget: 3 * 5, retain: 100, holdout: 2 * 20 * 5, people: 3 };
  const given = known({ policy: { ...PRESETS.standard.policy, gradient_records: 2 }, counts });
  const work = verificationWork(given, fullExtent(given.policy, undefined));
  const drawn = gradientRows(given.model, { forget: people(3, 5), holdout: people(20, 5) }, 2, 1);
  assert.equal(work.gradients!.calls, 2 * (drawn.forget.length + drawn.holdout.length));
  const few = gradientRows(given.model, { forget: people(1, 1), holdout: people(20, 5) }, 2, 1);
  assert.deepEqual([few.forget.length, few.holdout.length], [1, 20], 'of strangers no more than of the forgotten');
  assert.equal(verificationWork(known({ counts }), fullExtent(given.policy, undefined)).gradients, undefined);
});
