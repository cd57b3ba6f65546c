// A classifier over HTTP, on real processes: uploaded records, a registered LayersModel, a person and then a whole class forgotten.
import assert from 'node:assert/strict';
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { type Client, createClient, ProblemError } from '../../examples/client.ts';
import { type Services, startServices } from '../../src/cli/services.ts';
import { trainClassifier } from '../../src/compute/train-classifier.ts';
import type { DeletionRequest, Model, Run } from '../../src/domain/resources.ts';
import { CLASSES, type Labelled, people, RECORDS_EACH, STEADY_PERSON, topologyFolder } from '../helpers/classifiers.ts';
import { createTestDatabase } from '../helpers/postgres.ts';

const TRAINED = 60;
const STRANGERS = 90;
const STEADY = `person${STEADY_PERSON}@example.net`;
/** A class is a subject like any other, where records name it as one. Strangers do not: they are to be compared with. */
const withClass = (record: Labelled): Labelled => ({
  ...record,
  subjects: [...record.subjects!, { type: 'class', value: CLASSES[record.label as number]! }],
});

let root: string;
let database: Awaited<ReturnType<typeof createTestDatabase>>;
let services: Services;
let client: Client;
let model: Model;
let corpora: { corpus_id: string; role: string }[];
const train = people(TRAINED).map(withClass);

before(async () => {
  root = await mkdtemp(join(tmpdir(), 'expunge-classifier-'));
  const files = { train: join(root, 'train.ndjson'), holdout: join(root, 'holdout.ndjson') };
  for (const [file, records] of [
    [files.train, train],
    [files.holdout, people(STRANGERS, 1000)],
  ] as const)
    await writeFile(file, records.map((record) => `${JSON.stringify(record)}\n`).join(''));
  const importDir = join(root, 'import');
  await mkdir(importDir);
  const topology = await topologyFolder(root, 'table');
  for (const [name, more] of [
    ['table', {}],
    ['sharded', { sharding: { shards: 2, slices: 2, placement: null } }],
    ['certified', { certified: { epsilon: 1, delta: 1e-5, sigma: 5, lambda: 0.4 } }],
  ] as const)
    await trainClassifier({
      ...{ topology, ...files, out: join(importDir, name), seed: 3, ...more },
      options: { steps: 400, batch_size: 60, learning_rate: 2e-2, weight_decay: 0 },
      ...{ backend: 'onnxruntime/cpu', threads: 1 },
    });
  await cp(join(importDir, 'table'), join(importDir, 'again'), { recursive: true });
  database = await createTestDatabase();
  const env = { DATABASE_URL: database.url, REDIS_URL: '', IMPORT_DIR: importDir, COMPLETIONS_ENABLED: 'true' };
  services = await startServices({
    dataDir: join(root, 'data'),
    env: { ...env, PORT: '0', COMPUTE_THREADS: '1', LOG_LEVEL: 'debug' },
  });
  client = createClient(services.url);
  corpora = [
    { corpus_id: await client.uploadCorpus('people', files.train), role: 'train' },
    { corpus_id: await client.uploadCorpus('strangers', files.holdout), role: 'holdout' },
  ];
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
  how: { method: string; targets?: string[] } = { method: 'retrain' },
): Promise<{ request: DeletionRequest; run: Run }> {
  let run: Run | null = null;
  const { id } = await client.post<DeletionRequest>('/v1/deletion-requests', {
    subject: { identifiers: [{ type, value }] },
    ground: 'consent_withdrawn',
    ...{ ...how, method: { name: how.method } },
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
    assert.equal(error.problem.code, 'corpus-unsuited');
    assert.match(String(error.problem.detail), /line 1 does not fit the model: input has the shape \[3\]/);
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
  assert.deepEqual(metrics, ['accuracy', 'entropy', 'loss', 'probability']);
  const now = await client.get<Model>(`/v1/models/${model.id}`);
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
  assert.ok(classes.get('low')!.retain!.after > 0.9, 'the other classes are kept');
});

test('of a model that was trained in shards, one of them is trained again; of another one sisa is refused', async () => {
  await assert.rejects(forget('email', 'person9@example.net', { method: 'sisa', targets: [model.id] }), (error) => {
    assert.ok(error instanceof ProblemError);
    assert.equal(error.problem.code, 'recipe-missing');
    assert.match(
      String(error.problem.detail),
      /#\/targets\/0: Method sisa goes on from the slices of a training in shards, and the active checkpoint/,
    );
    return true;
  });
  const sharded = await client.registerModel('sharded', 'sharded', corpora);
  const { request, run } = await forget('email', STEADY, { method: 'sisa', targets: [sharded.id] });
  assert.equal(request.state, 'completed', JSON.stringify(request.targets));
  assert.deepEqual(
    run.attempts.map(({ method, verdict }) => [method.name, verdict]),
    [['sisa', 'passed']],
  );
  // of 400 steps, those of one shard at most
  const { items } = await client.get<{ items: { phase: string; step: number }[] }>(`/v1/runs/${run.id}/curves`);
  const steps = items.filter(({ phase }) => phase === 'unlearning').map(({ step }) => step);
  assert.ok(steps.length > 0 && steps.every((step) => step <= 200), String(steps));
});

test('from a certified last layer a person is removed with a proof, which the certificate states', async () => {
  const certified = await client.registerModel('certified', 'certified', corpora);
  const { request, run } = await forget('email', STEADY, { method: 'certified-removal', targets: [certified.id] });
  assert.equal(request.state, 'completed', JSON.stringify(request.targets));
  assert.equal(run.attempts.length, 1);
  const [, payload] = (await client.jws(request.certificate_ids[0]!)).split('.');
  const { guarantee } = JSON.parse(Buffer.from(payload!, 'base64url').toString()).predicate;
  assert.equal(guarantee.class, 'certified');
  assert.match(guarantee.basis, /^Certified removal .* epsilon 1 and delta 0\.00001: .* is allowed$/);
});

test('it is no model to ask for text', async () => {
  await assert.rejects(client.ask(model.id, ['Who is it?'], 4), /classifier/);
});
