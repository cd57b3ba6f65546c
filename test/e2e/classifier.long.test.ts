// Classifiers over HTTP, on real processes: uploaded records, a registered LayersModel, a person and then a whole class forgotten, and
// a class of texts.
import assert from 'node:assert/strict';
import { cp, mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { type Client, createClient, type ModelCorpora, ok, ProblemError } from '../../examples/client.ts';
import { type Services, startServices } from '../../src/cli/services.ts';
import type { NewRequest } from '../../src/client/index.ts';
import { type TrainClassifierOptions, trainClassifier } from '../../src/compute/train-classifier.ts';
import type { DeletionRequest, Model, Run } from '../../src/domain/resources.ts';
import {
  CLASSES,
  type Labelled,
  people,
  RECORDS_EACH,
  REPORTED_METRICS,
  STEADY_PERSON,
  texts,
  topologyFolder,
} from '../helpers/classifiers.ts';
import { createTestDatabase } from '../helpers/postgres.ts';

const TRAINED = 60;
const STRANGERS = 90;
const STEADY = `person${STEADY_PERSON}@example.net`;
/** A class is a subject like any other, where records name it as one. Strangers do not: they are to be compared with. */
const withClass = (record: Labelled): Labelled => ({
  ...record,
  subjects: [...record.subjects!, { type: 'class', value: CLASSES[record.label as number]! }],
});

import { chooseBriefPolicy } from './brief-policy.ts';

let root: string;
let database: Awaited<ReturnType<typeof createTestDatabase>>;
let services: Services;
let client: Client;
let model: Model;
let corpora: ModelCorpora;
const train = people(TRAINED).map(withClass);
const DATA = { table: people, text: texts };

/** The corpora of a kind, as files. */
async function filesOf(kind: keyof typeof DATA) {
  const files = { train: join(root, `${kind}.ndjson`), holdout: join(root, `${kind}-strangers.ndjson`) };
  const records = { train: DATA[kind](TRAINED).map(withClass), holdout: DATA[kind](STRANGERS, 1000) };
  for (const role of ['train', 'holdout'] as const)
    await writeFile(files[role], records[role].map((record) => `${JSON.stringify(record)}\n`).join(''));
  return files;
}

/** Trains a model of a kind into the import root. */
async function trained(
  name: string,
  kind: keyof typeof DATA,
  more: Pick<TrainClassifierOptions, 'sharding' | 'certified'> = {},
): Promise<void> {
  await trainClassifier({
    ...{ topology: await topologyFolder(root, kind), ...(await filesOf(kind)) },
    ...{ out: join(root, 'import', name), seed: 3, ...more },
    options: { steps: 400, batch_size: 60, learning_rate: 2e-2, weight_decay: 0 },
    ...{ backend: 'onnxruntime/cpu', threads: 1 },
  });
}

/** Tests here share a tenant and invented people, some of whom were deleted from the model of another one. */
const uploadAgain = (name: string, file: string) => client.uploadCorpus(name, file, 'keep');

async function upload(kind: keyof typeof DATA) {
  const files = await filesOf(kind);
  return [
    { corpus_id: await uploadAgain(kind, files.train), role: 'train' as const },
    { corpus_id: await uploadAgain(`${kind}-strangers`, files.holdout), role: 'holdout' as const },
  ];
}

before(async () => {
  root = await mkdtemp(join(tmpdir(), 'expunge-classifier-'));
  const importDir = join(root, 'import');
  await mkdir(importDir);
  await trained('table', 'table');
  await trained('sharded', 'table', { sharding: { shards: 2, slices: 2, placement: null } });
  await trained('certified', 'table', { certified: { epsilon: 1, delta: 1e-5, sigma: 5, lambda: 0.4 } });
  await trained('text', 'text');
  await cp(join(importDir, 'table'), join(importDir, 'again'), { recursive: true });
  database = await createTestDatabase({ migrated: true });
  const env = { DATABASE_URL: database.url, REDIS_URL: '', IMPORT_DIR: importDir, COMPLETIONS_ENABLED: 'true' };
  services = await startServices({
    dataDir: join(root, 'data'),
    env: { ...env, PORT: '0', COMPUTE_THREADS: '1', LOG_LEVEL: 'debug' },
  });
  client = createClient(services.url);
  await chooseBriefPolicy(services.url);
  corpora = await upload('table');
  model = await client.registerModel('table', 'table', corpora);
});
after(async () => {
  await services?.stop();
  await database?.drop();
  await rm(root, { recursive: true, force: true });
});

/** Asks for one subject to be forgotten, and waits for the end. */
async function forget(
  type: string,
  value: string,
  how: Pick<NewRequest, 'method' | 'targets'> = { method: { name: 'retrain' } },
): Promise<{ request: DeletionRequest; run: Run }> {
  let run: Run | null = null;
  const { id } = await client.createRequest({
    subject: { identifiers: [{ type, value }] },
    ground: 'consent_withdrawn',
    ...how,
  });
  const request = await client.follow(id, (_, seen) => {
    run = seen ?? run;
  });
  return { request, run: run! };
}

test('it is registered as what it is, and refused with records that it cannot learn', async () => {
  assert.deepEqual([model.architecture, model.has_recipe, model.warnings], ['layers-model', true, []]);
  const file = join(root, 'text.ndjson');
  await writeFile(file, `${JSON.stringify({ id: 'a', input: [1, 2, 3], label: 1 })}\n`);
  const corpus_id = await client.uploadCorpus('short', file);
  await rm(join(root, 'import', 'again', 'recipe.json'));
  await assert.rejects(client.registerModel('again', 'again', [{ corpus_id, role: 'train' }]), (error) => {
    assert.ok(error instanceof ProblemError);
    assert.equal(error.problem?.code, 'corpus-unsuited');
    assert.match(String(error.problem?.detail), /line 1 does not fit the model: input has the shape \[3\]/);
    return true;
  });
});

test('a person is forgotten, and the report is about classes', async () => {
  const { request, run } = await forget('email', STEADY);
  assert.equal(request.state, 'completed', JSON.stringify(request.targets));
  assert.equal(request.targets[0]!.records, RECORDS_EACH);
  const report = await client.verification(run.id);
  assert.equal(report.verdict, 'passed', report.reason);
  const metrics = [...new Set(report.findings.map(({ metric }) => metric))].sort();
  assert.deepEqual(metrics, REPORTED_METRICS);
  const now = await client.model(model.id);
  assert.notEqual(now.active, model.active);
});

test('a class is forgotten as a subject that records name', async () => {
  const { request, run } = await forget('class', 'high');
  assert.equal(request.state, 'completed', JSON.stringify(request.targets));
  const high = train.filter(({ label, subjects }) => label === 2 && subjects![0]!.value !== STEADY);
  assert.equal(request.targets[0]!.records, high.length);
  const report = await client.verification(run.id);
  assert.equal(report.verdict, 'passed', report.reason);
  const known = report.findings.find(({ metric, set }) => metric === 'accuracy' && set === 'forget')!;
  assert.ok(known.before! > 0.9 && known.after === 0, `${known.before} to ${known.after}`);
  const classes = new Map(report.classes!.map((one) => [one.class, one]));
  assert.deepEqual([...classes.keys()], CLASSES);
  assert.deepEqual(
    CLASSES.map((name) => classes.get(name)!.forget?.records ?? null),
    [null, null, high.length],
  );
  const { forget: gone, retain: left, holdout: strange } = classes.get('high')!;
  assert.ok(gone!.before > 0.9 && strange!.before > 0.3, `${gone!.before}, ${strange!.before}`);
  assert.deepEqual([gone!.after, strange!.after, left], [0, 0, null], 'nobody is taken for it any more');
  for (const name of ['low', 'middle']) {
    const { retain, holdout } = classes.get(name)!;
    assert.ok(retain!.before > 0.9 && retain!.after > 0.9, `${name}: ${retain!.before} to ${retain!.after}`);
    assert.ok(holdout!.after >= holdout!.before - 0.1, `${name}: ${holdout!.before} to ${holdout!.after}`);
  }
});

test('a class of texts is forgotten, and the tokenizer is stored once for both checkpoints', async () => {
  const text = await client.registerModel('text', 'text', await upload('text'));
  assert.deepEqual([text.architecture, text.has_recipe, text.warnings], ['layers-model', true, []]);
  const { request, run } = await forget('class', 'low', { method: { name: 'retrain' }, targets: [text.id] });
  assert.equal(request.state, 'completed', JSON.stringify(request.targets));
  const { verdict, reason, classes } = await client.verification(run.id);
  assert.equal(verdict, 'passed', reason);
  const low = classes!.find((one) => one.class === 'low')!.forget!;
  assert.ok(low.before > 0.9 && low.after === 0, `${low.before} to ${low.after}`);
  const { active } = await client.model(text.id);
  const file = (digest: string) => join(root, 'data/checkpoints', digest.replace(':', '-'), 'tokenizer.json');
  assert.notEqual(active, text.active);
  assert.equal((await stat(file(active))).ino, (await stat(file(text.active))).ino);
});

test('of a model in shards, one is trained again, also where its corpus has grown since; of another one sisa is refused', async () => {
  await assert.rejects(
    forget('email', 'person9@example.net', { method: { name: 'sisa' }, targets: [model.id] }),
    (error) => {
      assert.ok(error instanceof ProblemError);
      assert.equal(error.problem?.code, 'recipe-missing');
      assert.match(
        String(error.problem?.detail),
        /#\/targets\/0: Method sisa goes on from the slices of a training in shards, and the active checkpoint/,
      );
      return true;
    },
  );
  const file = join(root, 'grown.ndjson');
  const later = people(2, 500);
  await writeFile(file, [...train, ...later].map((record) => `${JSON.stringify(record)}\n`).join(''));
  const grown = [{ corpus_id: await uploadAgain('grown', file), role: 'train' as const }, corpora[1]!];
  const sharded = await client.registerModel('sharded', 'sharded', grown);
  assert.deepEqual(
    sharded.corpora.map(({ records }) => records),
    [train.length, STRANGERS * RECORDS_EACH],
  );
  assert.match(
    sharded.warnings.join(),
    /^The corpus grown has grown since the model was trained: the first 360 of its/,
  );
  const { request, run } = await forget('email', STEADY, { method: { name: 'sisa' }, targets: [sharded.id] });
  assert.equal(request.state, 'completed', JSON.stringify(request.targets));
  assert.deepEqual(
    run.attempts.map(({ method, verdict }) => [method.name, verdict]),
    [['sisa', 'passed']],
  );
  // of 400 steps, those of one shard at most
  const { items } = await ok(client.api.GET('/v1/runs/{id}/curves', { params: { path: { id: run.id } } }));
  const steps = items.filter(({ phase }) => phase === 'unlearning').map(({ step }) => step);
  assert.ok(steps.length > 0 && steps.every((step) => step <= 200), String(steps));
});

test('from a certified last layer a person is removed with a proof, which the certificate states', async () => {
  const certified = await client.registerModel('certified', 'certified', corpora);
  const { request, run } = await forget('email', STEADY, {
    method: { name: 'certified-removal' },
    targets: [certified.id],
  });
  assert.equal(request.state, 'completed', JSON.stringify(request.targets));
  assert.equal(run.attempts.length, 1);
  const [, payload] = (await client.certificateJws(request.certificate_ids[0]!)).split('.');
  const { guarantee } = JSON.parse(Buffer.from(payload!, 'base64url').toString()).predicate;
  assert.equal(guarantee.class, 'certified');
  assert.match(guarantee.basis, /^Certified removal .* epsilon 1 and delta 0\.00001: .* is allowed$/);
});

test('it is no model to ask for text', async () => {
  await assert.rejects(client.ask(model.id, ['Who is it?'], 4), /classifier/);
});
