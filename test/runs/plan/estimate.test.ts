import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { classifierOf, layersClassifier } from '../../../src/architectures/layers-model/classifier.ts';
import { ensembleOf } from '../../../src/checkpoints/layers-model/ensemble.ts';
import { readTopology } from '../../../src/checkpoints/layers-model/topology.ts';
import type { Classifier } from '../../../src/domain/architecture.ts';
import { defaultParams } from '../../../src/methods/index.ts';
import type { KnownFacts } from '../../../src/runs/plan/facts.ts';
import { measuredOf } from '../../../src/runs/plan/measured.ts';
import { planRun } from '../../../src/runs/plan/plan.ts';
import { planMemory } from '../../../src/training/memory-plan.ts';
import { shardKindOf } from '../../../src/training/sisa/shard-kinds.ts';
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

  test('ends forgetting by the clock where there is one, and counts the looks at what is retained where it has a floor', () => {
    const model = storedModel(256, 1500);
    const ended = past(
      'npo',
      {},
      { seconds: { unlearning: 80, repairing: 1, verifying: 9 }, steps: { unlearning: 80, repairing: 30 } },
    );
    for (const given of [
      { model, past: [] },
      { model, past: [ended] },
    ]) {
      const of = (params: Record<string, unknown>) => planRun({ name: 'npo', params }, facts(given))[0]!.estimate!;
      const method = (params: Record<string, unknown>) => {
        const { seconds, verification } = of({ repair_steps: 0, ...params });
        return seconds! - verification!.seconds;
      };
      assert.ok(method({}) > 5 + 2, 'the start, and more than two seconds of steps');
      assert.ok(Math.abs(method({ max_seconds: 2 }) - (5 + 2)) < 0.1, `${method({ max_seconds: 2 })} s`);
      assert.equal(method({ max_seconds: 1000 }), method({}));
      assert.ok(method({ max_seconds: 2, repair_steps: 30 }) > 5 + 2, 'repair has no clock');
      assert.ok(method({ utility_floor: 0.9 }) > method({}));
      const { share_of_run } = of({ max_seconds: 2, repair_steps: 0 }).verification!;
      assert.ok(share_of_run > of({ repair_steps: 0 }).verification!.share_of_run);
    }
  });

  test('of training again has figures where nothing is retained, though no run begins it', () => {
    const counts = { forget: 400, retain: 0, holdout: 400 };
    const of = (model: KnownFacts['model']) => planRun({ name: 'retrain', params: {} }, facts({ model, counts }))[0]!;
    for (const micro_batch of [undefined, 4]) {
      const { recipe, ...rest } = storedModel(64, 100);
      const { estimate } = of({ ...rest, recipe: { ...recipe!, options: { ...recipe!.options, micro_batch } } });
      assert.ok(estimate!.memory_bytes! > 0 && estimate!.seconds! > 0, JSON.stringify(estimate));
    }
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

  test('takes the passes of an edit from what is asked, and no more steps of a loss than it may take, whatever earlier runs did', () => {
    const model = storedModel(256, 1500);
    const ended = (name: string, unlearning: number) =>
      past(name, {}, { seconds: { unlearning: 40, repairing: 1 }, steps: { unlearning, repairing: 30 } });
    const one = [ended('task-vector', 40)];
    const seconds = (learning_steps: number) => of('task-vector', { learning_steps }, { model, past: one }).seconds!;
    assert.ok(seconds(600) - seconds(60) > 300, `${seconds(60)} s, ${seconds(600)} s`);
    const steps = (max_steps: number) => of('npo', { max_steps }, { model, past: [ended('npo', 80)] }).seconds!;
    // half a second a step
    assert.ok(steps(200) - steps(10) > 0.9 * 35, `${steps(10)} s, ${steps(200)} s`);
    assert.equal(steps(200), steps(400));
  });

  test('is not made where a log is as long as nobody knows', () => {
    const model = { ...storedModel(64, 1), recipe: null };
    assert.equal(of('amnesiac', {}, { model }).seconds, null);
  });
});

describe('an estimate of a classifier that was trained in shards', () => {
  const SHARDS = 10;
  const dense = (name: string, units: number, activation: string) => ({
    ...{ class_name: 'Dense', config: { name, units, activation } },
  });
  const input = { class_name: 'InputLayer', config: { name: 'seen', batch_input_shape: [null, 1000] } };
  const layers = [input, dense('wide', 2000, 'relu'), dense('last', 3, 'softmax')];
  const one = readTopology({ class_name: 'Sequential', config: { name: 'one', layers } });
  const { graph, json } = ensembleOf(one, { classes: ['a', 'b', 'c'] }, SHARDS);
  const architecture = layersClassifier as unknown as Classifier;
  const { recipe } = storedModel(64, 1000, 32);
  const shard = (seed: number) => ({ init_seed: seed, slices: [{ order_seed: seed, steps: 1000 / SHARDS }] });
  const sisa = { shards: Array.from({ length: SHARDS }, (_, seed) => shard(seed)) };
  const options = { ...recipe!.options, batch_size: 32 };
  const ensemble = { architecture, config: classifierOf(graph, json.userDefinedMetadata) };
  const whole = { ...ensemble, recipe: { ...recipe!, options, sisa } };
  const of = (name: string, model: KnownFacts['model']) =>
    planRun({ name, params: {} }, facts({ model, has_slices: true, rows: null }))[0]!.estimate!;

  test('counts the one member that a step trains', () => {
    const bytes = planMemory(shardKindOf(ensemble, options).work({ rows: 38, longest: 2 }).at(0)).total;
    const member = { architecture, config: classifierOf(one), recipe: { ...recipe!, options, steps_taken: 1000 } };
    const alone = of('retrain', member);
    for (const name of ['sisa', 'retrain']) {
      const { memory_bytes } = of(name, whole);
      assert.ok(memory_bytes! >= bytes && memory_bytes! <= bytes * 1.34, `${name}: ${memory_bytes} of ${bytes} bytes`);
    }
    // all shards' steps are as many as those of a training in one piece, and each is of one member
    const method = ({ seconds, verification }: typeof alone) => seconds! - verification!.seconds;
    const [shards, piece] = [method(of('retrain', whole)), method(alone)];
    assert.ok(Math.abs(shards - piece) < 0.02 * piece + 0.5, `${shards} s in shards, ${piece} s in one piece`);
  });
});
