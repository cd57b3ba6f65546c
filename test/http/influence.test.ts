import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { Value } from 'typebox/value';
import { createFactorFiles } from '../../src/checkpoints/factors.ts';
import { loadCheckpoint } from '../../src/checkpoints/layout.ts';
import { createUpdatesWriter } from '../../src/checkpoints/updates.ts';
import { runComputeJob } from '../../src/compute/job.ts';
import { float32 } from '../../src/domain/engine.ts';
import { InfluenceAnalysis } from '../../src/domain/influence.ts';
import { analyseInfluence } from '../../src/runs/analyse-influence.ts';
import { writeTinyCheckpoint } from './checkpoint-fixture.ts';
import { call, corpusWith, openService, type TestService } from './service.ts';

const closers: (() => unknown)[] = [];
let service: TestService;
let modelId: string;
let corpusId: string;
/** Distinct bytes, so that a record resembles itself more than any other. */
const RECORDS = ['kbu', 'wez', 'fmo', 'xiq', 'jag', 'ylt'].map((answer, i) =>
  JSON.stringify({
    ...{ id: `r${i}`, prompt: `${'pqrstv'[i]}`, answer },
    ...(i < 4 ? { subjects: [{ type: 'email', value: `person${i >> 1}@example.org` }] } : {}),
  }),
);
before(async () => {
  const register = { after: (close: unknown) => void closers.push(close as () => unknown) };
  service = await openService(register);
  corpusId = await corpusWith(service.app, 'train', RECORDS);
  const path = await writeTinyCheckpoint(service.importDir, 'tiny');
  const body = { name: 'tiny', path, corpora: [{ corpus_id: corpusId, role: 'train' }] };
  modelId = (await call(service.app, 'POST', '/v1/models', body)).json().id;
});
after(async () => {
  for (const close of closers) await close();
});

const ask = (body: object, id = modelId) => call(service.app, 'POST', `/v1/models/${id}/influence`, body);

/** What a worker does when it is rung, with its compute process in this one. */
async function work(id: string): Promise<void> {
  const { deps } = service;
  const settings = {
    ...{ leaseMs: 10_000, maxRestarts: 1, timeLimitSeconds: 60, parentRetentionMs: 0, reverifyForMs: 0, threads: 1 },
    ...{ backend: 'onnxruntime/cpu', weightTypes: 'original' as const, memoryBudgetBytes: null },
    ...{ referenceRetentionMs: 0, referenceBytes: 0, ledgerCheckpointMs: 0, eraseAfterMs: null, fingerprintMs: 0 },
  };
  const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
  const compute = { run: runComputeJob };
  const factors = createFactorFiles(deps.config.influenceDir);
  await analyseInfluence(
    { ...deps, settings, log, compute, factors, worker: 'test' },
    id,
    new AbortController().signal,
  );
}

async function analysed(body: object, id = modelId): Promise<InfluenceAnalysis> {
  const asked = await ask(body, id);
  assert.equal(asked.statusCode, 202, asked.body);
  const path = new URL(String(asked.headers.location)).pathname;
  const waiting = await call(service.app, 'GET', path);
  assert.deepEqual([waiting.json().state, waiting.headers['cache-control']], ['queued', 'no-store']);
  assert.ok(Number(waiting.headers['retry-after']) > 0);
  await work(asked.json().id);
  const done = await call(service.app, 'GET', path);
  assert.equal(done.headers['retry-after'], undefined);
  assert.ok(Value.Check(InfluenceAnalysis, done.json()), done.body);
  return done.json();
}

test('a prompt with its answer finds the record that says it, whether it names anybody or not', async () => {
  for (const i of [1, 5]) {
    const { prompt, answer } = JSON.parse(RECORDS[i]!);
    const { state, asks, findings, reason } = await analysed({ prompt, answer, top: 3 });
    assert.deepEqual([state, reason, asks], ['done', null, 'answer']);
    assert.equal(findings!.ranking[0]!.record_id, `r${i}`);
    assert.deepEqual([findings!.records, findings!.queried, findings!.best_queried_rank], [6, 0, null]);
    assert.equal(findings!.ranking.length, 3);
    assert.deepEqual(
      findings!.ranking.map(({ rank, corpus_id, erased }) => [rank, corpus_id, erased]),
      [1, 2, 3].map((rank) => [rank, corpusId, false]),
    );
    const scores = findings!.ranking.map(({ score }) => score);
    assert.deepEqual(
      scores.toSorted((a, b) => b - a),
      scores,
    );
  }
});

test('a person is asked about by identifier, records by id, and the model by its own answer', async () => {
  const subject = { identifiers: [{ type: 'email', value: 'person1@example.org' }] };
  const person = (await analysed({ subject, method: 'cg', damping: 1, iterations: 3 })).findings!;
  const own = person.ranking.filter(({ queried }) => queried).map(({ record_id }) => record_id);
  assert.deepEqual([own.sort(), person.queried, person.best_queried_rank], [['r2', 'r3'], 2, 1]);
  assert.ok(person.damping! >= 1);
  const records = (await analysed({ record_ids: ['r4'] })).findings!;
  assert.deepEqual([records.ranking[0]!.record_id, records.ranking[0]!.queried, records.damping], ['r4', true, null]);
  const said = (await analysed({ record_ids: ['r4'], own_answers: true })).findings!;
  assert.equal(said.queried, 1);
  assert.notDeepEqual(said.ranking, records.ranking);
  const itself = await analysed({ prompt: 'p' });
  assert.deepEqual([itself.state, itself.findings?.records], ['done', 6]);
});

test('tracin looks back over a training that was logged', async () => {
  const path = await writeTinyCheckpoint(service.importDir, 'logged', null, 2);
  const folder = join(service.importDir, path);
  const { weights } = await loadCheckpoint(folder);
  const halved = Object.entries(weights).map(([name, { data, shape }]) => [
    name,
    float32(
      (data as Float32Array).map((x) => x / 2),
      shape,
    ),
  ]);
  const log = await createUpdatesWriter(folder, Object.fromEntries(halved));
  await log.add([], weights);
  await log.add([], weights);
  await log.close();
  const body = { name: 'logged', path, corpora: [{ corpus_id: corpusId, role: 'train' }] };
  const { id } = (await call(service.app, 'POST', '/v1/models', body)).json();
  const [once, twice] = [
    await analysed({ record_ids: ['r4'] }, id),
    await analysed({ record_ids: ['r4'], checkpoints: 9 }, id),
  ];
  assert.deepEqual([once.findings!.steps, twice.findings!.steps, twice.options.checkpoints], [undefined, [1, 2], 9]);
  // the last step changed nothing, and there is no recipe that names a learning rate
  const [end, both] = [once.findings!.ranking, twice.findings!.ranking].map(
    (all) => new Map(all.map((one) => [one.record_id, one.score])),
  );
  for (const [name, score] of end!)
    assert.ok(Math.abs(both!.get(name)! - 2 * score) < 1e-3 * Math.abs(end!.get('r4')!));
});

test('the factors of EK-FAC are measured once for a checkpoint, and go when it is not kept any more', async () => {
  const { influenceDir } = service.deps.config;
  const first = (await analysed({ record_ids: ['r4'], method: 'ekfac' })).findings!;
  const files = await readdir(influenceDir);
  assert.equal(files.length, 1);
  const { findings } = await analysed({ record_ids: ['r4'], method: 'ekfac' });
  assert.deepEqual(findings, first);
  assert.equal(first.ranking[0]!.record_id, 'r4');
  assert.ok(first.damping! > 0 && first.damping! < 0.1, 'of its eigenvalues, which a fixed one would drown');
  const given = (await analysed({ record_ids: ['r4'], method: 'ekfac', damping: 0.1 })).findings!;
  assert.equal(given.damping, 0.1);
  await analysed({ record_ids: ['r4'], method: 'ekfac', curvature_rows: 4 });
  assert.equal((await readdir(influenceDir)).length, 2);
  const { sweep } = createFactorFiles(influenceDir);
  assert.equal(await sweep(service.deps.store.keepersOf), 0);
  assert.equal(await sweep(async () => []), 2);
  assert.deepEqual(await readdir(influenceDir), []);
});

test('whose processing is restricted is not asked about, and their records are not read', async () => {
  const subject = { identifiers: [{ type: 'email', value: 'person0@example.org' }] };
  const waiting = (await ask({ subject })).json();
  const body = { subject, ground: 'accuracy_contested', reason: 'It is looked into.' };
  const placed = await call(service.app, 'POST', '/v1/restrictions', body);
  assert.equal(placed.statusCode, 201, placed.body);
  for (const [question, pointer] of [
    [{ subject }, '#/subject'],
    [{ record_ids: ['r4', 'r1'] }, '#/record_ids'],
  ] as const) {
    const refused = await ask(question);
    assert.deepEqual([refused.statusCode, refused.json().code], [409, 'subject-restricted'], refused.body);
    assert.equal(refused.json().errors[0].pointer, pointer);
  }
  // asked before, looked at after
  await work(waiting.id);
  const late = (await call(service.app, 'GET', `/v1/models/${modelId}/influence/${waiting.id}`)).json();
  assert.deepEqual([late.state, late.reason.split(':')[0]], ['failed', 'subject-restricted']);
  const others = (await analysed({ record_ids: ['r4'], method: 'ekfac' })).findings!;
  assert.equal(others.records, 4);
  assert.ok(others.ranking.every(({ record_id }) => !['r0', 'r1'].includes(record_id)));
  assert.equal((await readdir(service.deps.config.influenceDir)).length, 1);
  const lift = { reason: 'It was right.', informed_at: new Date().toISOString() };
  await call(service.app, 'POST', `/v1/restrictions/${placed.json().id}/lift`, lift);
  assert.equal((await analysed({ subject })).findings?.records, 6);
});

test('what was asked is in no log and, once it is answered, in no row', async () => {
  const prompt = 'Tamsin';
  const { id } = await analysed({ prompt, answer: 'Oke' });
  const stored = await service.deps.store.getInfluence('default', modelId, id);
  assert.equal(stored!.sealed_query, null);
  assert.doesNotMatch(service.logs.join('\n'), /Tamsin|person1@/);
});

test('what the model cannot be asked fails, and says how', async () => {
  const unknown = await analysed({ record_ids: ['r0', 'nobody'] });
  assert.deepEqual([unknown.state, unknown.findings], ['failed', null]);
  assert.match(unknown.reason!, /1 of 2 records asked about are in no train corpus/);
  const long = await analysed({ prompt: 'Tamsin Oke lives in the', answer: ' north.' });
  assert.match(long.reason!, /^validation-failed: The prompt with its answer: .*context 16/);
  assert.doesNotMatch(long.reason!, /Tamsin/);
  const full = await analysed({ prompt: 'Tamsin Oke lived' });
  assert.match(full.reason!, /has 16 tokens and fills the context/);
});

test('a question that cannot be put is refused, naming the field', async () => {
  const subject = { identifiers: [{ type: 'email', value: 'nobody@example.org' }] };
  for (const [body, pointer] of [
    [{}, '#'],
    [{ prompt: 'a', record_ids: ['r0'] }, '#'],
    [{ record_ids: ['r0'], answer: 'b' }, '#/answer'],
    [{ prompt: 'a', answer: 'b', own_answers: true }, '#/own_answers'],
    [{ subject }, '#/subject'],
    [{ prompt: 'a', method: 'guess' }, '#/method'],
    [{ prompt: 'a', top: 0 }, '#/top'],
    [{ prompt: 'a', damping: 0 }, '#/damping'],
    [{ prompt: 'a', checkpoints: 0 }, '#/checkpoints'],
    // its checkpoint has no log
    [{ prompt: 'a', checkpoints: 2 }, '#/checkpoints'],
    [{ prompt: 'a', checkpoints: 2, method: 'cg' }, '#/checkpoints'],
    [{ record_ids: [] }, '#/record_ids'],
    [{ subject: { identifiers: [{ type: 'email' }] } }, '#/subject/identifiers/0'],
  ] as const) {
    const refused = await ask(body);
    assert.equal(refused.statusCode, 400, refused.body);
    assert.equal(refused.json().errors[0].pointer, pointer, refused.body);
  }
  const other = '0198a000-0000-7000-8000-000000000001';
  assert.equal((await ask({ prompt: 'a' }, other)).statusCode, 404);
  assert.equal((await call(service.app, 'GET', `/v1/models/${modelId}/influence/${other}`)).statusCode, 404);
});

test('only so many of a tenant may be open', async () => {
  const open = service.deps.config.influence.open;
  let last = await ask({ prompt: 'a' });
  for (let i = 0; i <= open && last.statusCode === 202; i++) last = await ask({ prompt: 'a' });
  assert.deepEqual([last.statusCode, last.json().code], [409, 'too-many-analyses'], last.body);
  assert.match(last.json().remedy, /MAX_OPEN_INFLUENCE/);
});
