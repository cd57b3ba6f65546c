import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { defaultParams } from '../../../src/methods/index.ts';
import type { KnownFacts } from '../../../src/runs/plan/facts.ts';
import { measuredOf } from '../../../src/runs/plan/measured.ts';
import { planRun } from '../../../src/runs/plan/plan.ts';
import { facts, past, storedModel } from './facts.ts';

describe('an estimate', () => {
  const first = (more: Parameters<typeof facts>[0]) => planRun(null, facts(more))[0]!.estimate!;

  test('goes by what earlier runs of the model took: medians of their speed, steps and scoring', () => {
    const attempt = (unlearning: number, verifying: number) =>
      past('stand-in', defaultParams('stand-in'), {
        seconds: { unlearning, repairing: 1, verifying },
        steps: { unlearning: 40, repairing: 30 },
        scored_rows: 1600,
      });
    const slow = [attempt(40, 16), attempt(400, 160), attempt(40, 16)];
    const { seconds, basis } = first({ past: slow });
    // a second a step: 40 of them and 45 of repair; 2 (20 + 380 + 200) rows at a hundredth of a second; and the start
    assert.ok(Math.abs(seconds! - (40 + 45 + 12 + 5)) <= 1, String(seconds));
    assert.match(basis, /median of 3 earlier attempts/);
    const held = slow.map(({ attempt: one, ...rest }) => ({
      ...rest,
      attempt: { ...one, seconds: { ...one.seconds, references: 5000 } },
    }));
    const taken = (of: typeof slow) => measuredOf(facts({ past: of }) as KnownFacts).seconds.get('stand-in');
    assert.deepEqual([taken(held), taken(slow)], [41, 41], 'references are no time of the method');
    const odd = [past('no-such-method', {}, { seconds: { unlearning: 9 }, steps: { unlearning: 9 } }), attempt(1, 1)];
    const elsewhere = slow.map(({ attempt, ...rest }) => ({ ...rest, attempt: { ...attempt, backend: 'tfjs-cpu' } }));
    assert.match(first({ past: elsewhere, backend: 'onnxruntime/cpu' }).basis, /assumed/);
    assert.match(first({ past: elsewhere, backend: 'tfjs-cpu' }).basis, /median of 3/);
    assert.match(first({ past: odd }).basis, /median of 1 earlier attempt on/);
    const started = [past('npo', {}, { seconds: { unlearning: 9 }, steps: { unlearning: 2 } })];
    assert.match(first({ past: started }).basis, /assumed/, 'a few steps are mostly compilation');
  });

  test('grows with the model, the records and what the method asks of the parent', () => {
    const [small, wide] = [first({}), first({ model: storedModel(256, 1500) })];
    assert.ok(wide.seconds! > small.seconds! && wide.memory_bytes! > small.memory_bytes!);
    const long = first({ rows: { mean: 60, longest: 120, per_record: 1 } });
    assert.ok(long.seconds! > small.seconds! && long.memory_bytes! > small.memory_bytes!);
    assert.match(first({ rows: null }).basis, /nobody measured how long/);
    const of = (params: Record<string, unknown>) =>
      planRun({ name: 'grad-diff', params }, facts({ model: storedModel(256, 1500) }))[0]!.estimate!;
    assert.ok(of({ retain_loss: 'kl' }).memory_bytes! > of({}).memory_bytes!);
    assert.ok(of({ retain_loss: 'kl' }).seconds! > of({}).seconds!);
  });
});

describe('an estimate of an edit', () => {
  const edits = ['ssd', 'lfssd', 'fisher-forgetting', 'task-vector', 'influence-removal', 'amnesiac'];
  const of = (name: string, params: Record<string, unknown> = {}, more: Parameters<typeof facts>[0] = {}) =>
    planRun({ name, params }, facts({ has_updates: true, ...more }))[0]!.estimate!;

  test('is made for each, grows with the model, and has the repair in it', () => {
    for (const name of edits) {
      const [small, large] = [of(name), of(name, {}, { model: storedModel(256, 1500) })];
      assert.match(small.basis, /assumed/, name);
      assert.ok(large.seconds! > small.seconds! && large.memory_bytes! > small.memory_bytes!, name);
      assert.ok(of(name, { repair_steps: 0 }).seconds! < small.seconds!, name);
    }
  });

  test('goes by the rows that are asked for, and by what earlier runs took', () => {
    const model = storedModel(256, 1500);
    assert.ok(of('ssd', { importance_rows: 1 }, { model }).seconds! < of('ssd', {}, { model }).seconds!);
    assert.ok(of('influence-removal', { iterations: 40 }).seconds! > of('influence-removal').seconds!);
    assert.ok(of('task-vector', { learning_steps: 600 }).seconds! > of('task-vector').seconds!);
    const counts = { forget: 20, retain: 3000, holdout: 400 };
    const seconds = of('ssd', { importance_rows: 2000 }, { model, counts }).seconds!;
    assert.ok(seconds > of('ssd', {}, { model, counts }).seconds!);
    const slow = past('ssd', {}, { seconds: { unlearning: 800 }, steps: { unlearning: 400 } });
    const measured = of('ssd', {}, { past: [slow] });
    assert.match(measured.basis, /median of 1 earlier attempt/);
    // two seconds a record of 400, and the repair besides
    assert.ok(measured.seconds! > 800 && measured.seconds! < 20 * 800, String(measured.seconds));
  });

  test('is not made where a log is as long as nobody knows', () => {
    const model = { ...storedModel(64, 1), recipe: null };
    assert.equal(of('amnesiac', {}, { model }).seconds, null);
  });
});
