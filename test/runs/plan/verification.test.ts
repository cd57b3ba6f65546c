import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { layersClassifier } from '../../../src/architectures/layers-model/classifier.ts';
import type { Classifier } from '../../../src/domain/architecture.ts';
import { PRESETS } from '../../../src/domain/policies.ts';
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
