import assert from 'node:assert/strict';
import { readdir, readFile, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { addressOf } from '../../src/checkpoints/address.ts';
import { CONFIG, recipeFor, writeTinyCheckpoint } from './checkpoint-fixture.ts';
import { call, corpusWith, line, openService, type TestService } from './service.ts';

const closers: (() => unknown)[] = [];
let service: TestService;
let train: string;
let holdout: string;
let empty: string;
before(async () => {
  service = await openService({ after: (close) => void closers.push(close as () => unknown) });
  train = await corpusWith(service.app, 'train', [line('a', 'mirela@example.org'), line('b', 'tomas@example.org')]);
  holdout = await corpusWith(service.app, 'holdout', [line('h', 'never@example.org')]);
  empty = await corpusWith(service.app, 'empty', []);
});
after(async () => {
  for (const close of closers) await close();
});

const ABSENT = '0198a000-0000-7000-8000-000000000001';
const register = (body: Record<string, unknown>) => call(service.app, 'POST', '/v1/models', body);
const both = () => [
  { corpus_id: train, role: 'train' },
  { corpus_id: holdout, role: 'holdout' },
];
const digestOf = async (id: string): Promise<string> =>
  (await call(service.app, 'GET', `/v1/corpora/${id}`)).json().digest;
const workFolders = async () => readdir(join(service.deps.config.checkpointDir, 'work')).catch(() => []);

test('a checkpoint folder becomes a model with its lineage; what is missing is warned of', async () => {
  const { app, importDir } = service;
  const path = await writeTinyCheckpoint(importDir, 'plain');
  const created = await register({ name: 'plain', path, corpora: [{ corpus_id: train, role: 'train' }] });
  assert.equal(created.statusCode, 201, created.body);
  const model = created.json();
  assert.deepEqual(model.corpora, [{ corpus_id: train, role: 'train', records: 2 }]);
  assert.equal(model.architecture, 'gpt2');
  assert.equal(model.has_recipe, false);
  assert.equal(model.warnings.length, 2);
  assert.match(model.warnings.join(), /holdout.*recipe/);
  assert.equal(created.headers.location?.toString().endsWith(`/v1/models/${model.id}`), true);
  assert.deepEqual((await call(app, 'GET', `/v1/models/${model.id}`)).json(), model);
  const forgetting = (await call(app, 'GET', `/v1/models/${model.id}/forgetting`)).json();
  assert.deepEqual(forgetting.since, { checkpoint: model.active, run_id: null, at: forgetting.since.at });
  assert.deepEqual([forgetting.runs, forgetting.budget.spent, forgetting.consolidation], [[], false, null]);
  assert.match(forgetting.next, /exact/);
  const consolidations = `/v1/models/${model.id}/consolidations`;
  assert.equal((await call(app, 'POST', consolidations, {})).json().code, 'recipe-missing');
  const { items } = (await call(app, 'GET', `/v1/models/${model.id}/checkpoints`)).json();
  assert.equal(items.length, 1);
  assert.equal(items[0].digest, model.active);
  assert.equal(items[0].state, 'active');
  assert.deepEqual(await workFolders(), []);
  const again = await register({ name: 'plain', path, corpora: both() });
  assert.equal(again.statusCode, 409);
  assert.equal(again.json().existing, `/v1/models/${model.id}`);
  const more = await app.inject({
    method: 'POST',
    url: `/v1/corpora/${train}/records`,
    headers: { 'content-type': 'application/x-ndjson' },
    payload: line('late'),
  });
  assert.equal(more.statusCode, 409);
  assert.equal(more.json().code, 'corpus-in-use');
});

test('of a corpus only the first records count where the registration says so', async () => {
  const path = await writeTinyCheckpoint(service.importDir, 'part', null, 10);
  const corpora = [{ corpus_id: train, role: 'train', records: 1 }];
  const model = (await register({ name: 'part', path, corpora })).json();
  assert.deepEqual(model.corpora, corpora);
  assert.match(model.warnings[0], /^The corpus train has grown since .* the first 1 of its 2 records/);
  const later = { subject: { identifiers: [{ type: 'email', value: 'tomas@example.org' }] }, targets: [model.id] };
  const answer = await call(service.app, 'POST', '/v1/deletion-requests', later);
  assert.equal(answer.json().state ?? answer.json().code, 'completed_no_data', answer.body);
});

test('a recipe must name the corpora that are registered', async () => {
  const { importDir } = service;
  const entry = async (id: string, role: 'train' | 'holdout', records = 1) => ({
    name: role,
    role,
    digest: await digestOf(id),
    records,
  });
  const right = recipeFor([await entry(train, 'train', 2), await entry(holdout, 'holdout')]);
  const wrong = recipeFor([{ ...(await entry(train, 'train')), digest: `sha256:${'1'.repeat(64)}` }]);
  const path = await writeTinyCheckpoint(importDir, 'recipe', right, 2);
  const good = await register({ name: 'with-recipe', path, corpora: both() });
  assert.equal(good.statusCode, 201, good.body);
  assert.equal(good.json().has_recipe, true);
  assert.deepEqual(good.json().warnings, []);
  const line = `/v1/models/${good.json().id}`;
  const exact = (await call(service.app, 'POST', `${line}/consolidations`, {})).json();
  assert.deepEqual([exact.code, exact.existing], ['wrong-state', `${line}/forgetting`]);
  for (const [name, recipe, corpora] of [
    ['digest', wrong, both()],
    ['swapped', right, [{ corpus_id: holdout, role: 'train' }]],
    [
      'trained-holdout',
      right,
      [
        { corpus_id: train, role: 'holdout' },
        { corpus_id: holdout, role: 'train' },
      ],
    ],
  ] as const) {
    const answer = await register({ name, path: await writeTinyCheckpoint(importDir, name, recipe, 3), corpora });
    assert.equal(answer.statusCode, 422, answer.body);
    assert.equal(answer.json().code, 'corpus-mismatch');
    assert.match(answer.json().errors[0].pointer, /^#\/corpora/);
  }
  assert.deepEqual(await workFolders(), []);
});

test('a base is registered without corpora; until it is, retraining what was trained from it is refused', async () => {
  const { app, importDir } = service;
  const base = await writeTinyCheckpoint(importDir, 'base', null, 8);
  const digest = await addressOf(join(importDir, base), 'gpt2');
  const corpora = await Promise.all(
    both().map(async ({ corpus_id, role }) => ({
      ...{ name: role, role: role as 'train' | 'holdout', records: 1 },
      digest: await digestOf(corpus_id),
    })),
  );
  const recipe = { ...recipeFor(corpora), init: { seed: 1, base_checkpoint: digest } };
  const path = await writeTinyCheckpoint(importDir, 'tuned', recipe, 9);
  const tuned = (await register({ name: 'tuned', path, corpora: both() })).json();
  assert.equal(tuned.has_recipe, true);
  assert.equal(tuned.warnings.length, 1);
  assert.ok(tuned.warnings[0].includes(`${digest}, which is not kept here: register the base checkpoint as a model`));
  const retrain = () =>
    call(app, 'POST', '/v1/deletion-requests', {
      subject: { identifiers: [{ type: 'email', value: 'mirela@example.org' }] },
      ...{ targets: [tuned.id], method: { name: 'retrain' } },
    });
  const refused = await retrain();
  assert.equal(refused.statusCode, 422, refused.body);
  assert.equal(refused.json().code, 'recipe-missing');
  assert.match(refused.json().errors[0].detail, /register the base checkpoint as a model/);
  assert.equal(refused.json().errors[0].pointer, '#/targets/0');

  const kept = await register({ name: 'base', path: base, corpora: [] });
  assert.equal(kept.statusCode, 201, kept.body);
  assert.equal(kept.json().active, digest);
  assert.deepEqual(kept.json().corpora, []);
  assert.match(kept.json().warnings.join(), /^No corpus is named: nothing can be unlearned/);
  assert.equal((await retrain()).statusCode, 202);
  assert.deepEqual((await register({ name: 'tuned-again', path, corpora: both() })).json().warnings, []);
  const hiding = await register({ name: 'hiding', path, corpora: [] });
  assert.equal(hiding.json().code, 'corpus-mismatch', 'a recipe that names corpora is not a base without any');
});

test('bad corpora, bad paths and bad checkpoints each say what to do, and leave nothing behind', async () => {
  const { app, importDir } = service;
  const path = await writeTinyCheckpoint(importDir, 'good', null, 4);
  const nan = await writeTinyCheckpoint(importDir, 'nan', null, 5);
  const weights = await readFile(join(importDir, nan, 'model.safetensors'));
  weights.writeFloatLE(Number.NaN, weights.length - 4);
  await writeFile(join(importDir, nan, 'model.safetensors'), weights);
  await writeTinyCheckpoint(importDir, 'cut', null, 6);
  await truncate(join(importDir, 'cut', 'model.safetensors'), 40);
  await writeTinyCheckpoint(importDir, 'layers', null, 7);
  await writeFile(join(importDir, 'layers', 'config.json'), JSON.stringify({ ...CONFIG, n_layer: -1 }));
  const layers = await register({ name: 'refused', path: 'layers', corpora: both() });
  assert.match(layers.json().detail, /^config\.json: n_layer /);
  const one = (corpus_id: string, role = 'train') => [{ corpus_id, role }];
  const cases: [Record<string, unknown>, number, string][] = [
    [{ path, corpora: one(ABSENT) }, 422, 'unknown-corpus'],
    [{ path, corpora: one(empty) }, 422, 'empty-corpus'],
    [{ path, corpora: [{ ...one(train)[0], records: 3 }] }, 400, 'validation-failed'],
    [{ path, corpora: one(holdout, 'holdout') }, 400, 'validation-failed'],
    [{ path, corpora: [...one(train), ...one(train, 'holdout')] }, 400, 'validation-failed'],
    [{ path: '../../etc', corpora: both() }, 422, 'path-not-allowed'],
    [{ path: '/etc', corpora: both() }, 422, 'path-not-allowed'],
    [{ path: 'a\u0000b', corpora: both() }, 400, 'validation-failed'],
    [{ path: 'nan', corpora: both() }, 422, 'checkpoint-invalid'],
    [{ path: 'cut', corpora: both() }, 422, 'checkpoint-invalid'],
    [{ path, corpora: both(), extra: 1 }, 400, 'validation-failed'],
  ];
  for (const [body, status, code] of cases) {
    const answer = await register({ name: 'refused', ...body });
    assert.equal(answer.statusCode, status, answer.body);
    assert.equal(answer.json().code, code);
    assert.ok(answer.json().remedy.length > 0);
    assert.ok(answer.json().errors[0].pointer.startsWith('#'), answer.body);
  }
  assert.deepEqual(await workFolders(), []);
  const { items } = (await call(app, 'GET', '/v1/models')).json<{ items: { name: string }[] }>();
  assert.ok(!items.some((model) => model.name === 'refused'));
});
