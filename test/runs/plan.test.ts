import assert from 'node:assert/strict';
import { test } from 'node:test';
import { defaultParams } from '../../src/methods/index.ts';
import { planRun } from '../../src/runs/plan.ts';

const names = (plan: { name: string }[]) => plan.map((method) => method.name);

test('without a wish: cheapest first, retraining last and only from a recipe', () => {
  assert.deepEqual(names(planRun(null, { has_recipe: true })), ['grad-diff', 'retrain']);
  assert.deepEqual(names(planRun(null, { has_recipe: false })), ['grad-diff', 'npo']);
  const [first] = planRun(null, { has_recipe: true });
  assert.deepEqual(first!.params, defaultParams('grad-diff'));
});

test('a recipe whose base is not kept is not followed', () => {
  const digest = `sha256:${'4'.repeat(64)}`;
  const model = { has_recipe: true };
  assert.deepEqual(names(planRun(null, model, { status: 'missing', digest })), ['grad-diff', 'npo']);
  assert.deepEqual(names(planRun(null, model, { status: 'kept', digest })), ['grad-diff', 'retrain']);
  const retrain = { name: 'retrain', params: {} };
  assert.deepEqual(names(planRun(retrain, model, { status: 'kept', digest })), ['retrain']);
  assert.throws(() => planRun(retrain, model, { status: 'missing', digest }), {
    code: 'recipe-missing',
    message: /^The recipe starts from the base checkpoint sha256:4{64}, which is not kept here: register the base/,
  });
  assert.deepEqual(names(planRun({ name: 'npo', params: {} }, model, { status: 'missing', digest })), ['npo']);
});

test('a named method is the whole plan, with its defaults filled in', () => {
  const plan = planRun({ name: 'npo', params: { beta: 0.3 } }, { has_recipe: true });
  assert.deepEqual(plan, [{ name: 'npo', params: { ...defaultParams('npo'), beta: 0.3 } }]);
});

test('certified removal is followed by training again, which its spent budget asks for', () => {
  assert.deepEqual(names(planRun({ name: 'certified-removal', params: {} }, { has_recipe: true })), [
    'certified-removal',
    'retrain',
  ]);
});

test('what cannot run is refused with a code and the name', () => {
  assert.throws(() => planRun({ name: 'retrain', params: {} }, { has_recipe: false }), {
    code: 'recipe-missing',
    message: /retrain/,
  });
  assert.throws(() => planRun({ name: 'forget-me', params: {} }, { has_recipe: true }), { code: 'validation-failed' });
  assert.throws(() => planRun({ name: 'npo', params: { beta: -1 } }, { has_recipe: true }), {
    code: 'validation-failed',
    message: /beta/,
  });
});
