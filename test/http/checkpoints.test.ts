import assert from 'node:assert/strict';
import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { v7 as uuid } from 'uuid';
import { checkLedger } from '../../src/cli/check-ledger.ts';
import { diskUse } from '../../src/cli/commands/du.ts';
import { createProbeVault } from '../../src/evidence/kept-probes.ts';
import { buildStatement } from '../../src/evidence/statement.ts';
import type { Claim, Publication } from '../../src/runs/ports.ts';
import { runCli } from '../cli/run-cli.ts';
import { searchInput } from '../evidence/statement-fixture.ts';
import { freeze, NO_MOUNT } from '../helpers/disks.ts';
import { publication, TENANT, toVerifying } from '../store/fixture.ts';
import { writeTinyCheckpoint } from './checkpoint-fixture.ts';
import { call, corpusWith, line, openService, type TestService } from './service.ts';

interface Stored {
  digest: string;
  state: string;
  bytes: number;
  own_bytes: number;
  shared_bytes: number;
  deleted_at: string | null;
}

async function openModel(t: TestContext) {
  const service = await openService(t);
  const train = await corpusWith(service.app, 'train', [line('a', 'mirela@example.org'), line('b')]);
  const path = await writeTinyCheckpoint(service.importDir, 'plain');
  const register = async (name: string) =>
    (
      await call(service.app, 'POST', '/v1/models', { name, path, corpora: [{ corpus_id: train, role: 'train' }] })
    ).json<{ id: string; active: string }>();
  const model = await register('plain');
  const list = async (id = model.id) =>
    (await call(service.app, 'GET', `/v1/models/${id}/checkpoints`)).json<{ items: Stored[]; stored_bytes: number }>();
  const retire = (digest: string, id = model.id) =>
    call(service.app, 'POST', `/v1/models/${id}/checkpoints/${digest}/retire`);
  return { ...service, model, register, list, retire };
}

/** A run publishes a checkpoint whose weights alone are new. */
async function publishNext(
  { app, deps }: TestService,
  model: { id: string; active: string },
  more: (claim: Claim) => Promise<Partial<Publication>> = async () => ({}),
): Promise<string> {
  const email = { type: 'email', value: 'mirela@example.org' };
  const asked = await call(app, 'POST', '/v1/deletion-requests', { subject: { identifiers: [email] } });
  assert.equal(asked.statusCode, 202, asked.body);
  const outcome = await deps.store.claim(model.id, 'worker', { lease_ms: 60_000, max_restarts: 1 });
  assert.ok(outcome.status === 'claimed');
  const { claim } = outcome;
  const folder = await deps.checkpoints.workFolder(claim.run.id);
  await writeTinyCheckpoint(folder, '.', null, 2);
  const about = { architecture: 'gpt2', parent: model.active, run_id: claim.run.id };
  const checkpoint = await deps.checkpoints.adopt(folder, about);
  await toVerifying(deps.store, claim);
  assert.equal(
    (await deps.store.publish(claim, publication(claim, 1, { checkpoint, ...(await more(claim)) }))).status,
    'published',
  );
  return checkpoint.digest;
}

test('sizes on disk count a file that did not change once, per checkpoint, per model, and for all', async (t) => {
  const service = await openModel(t);
  const { model, list, register, deps } = service;
  const before = await list();
  assert.equal(before.items[0]!.shared_bytes, 0);
  assert.equal(before.stored_bytes, before.items[0]!.own_bytes);
  const next = await publishNext(service, model);
  const { items, stored_bytes } = await list();
  const [child, parent] = items as [Stored, Stored];
  assert.deepEqual([child.digest, child.state, parent.state], [next, 'active', 'retained']);
  assert.ok(child.shared_bytes > 0 && child.shared_bytes === parent.shared_bytes);
  assert.equal(stored_bytes, child.own_bytes + parent.own_bytes + child.shared_bytes);
  // what the disk says: inodes counted once, the names in blobs/ cost nothing
  const dir = deps.config.checkpointDir;
  const inodes = new Map<number, number>();
  for (const entry of await readdir(dir, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const { ino, size } = await stat(join(entry.parentPath, entry.name));
    inodes.set(ino, size);
  }
  assert.equal(
    [...inodes.values()].reduce((sum, size) => sum + size, 0),
    stored_bytes,
  );
  const twin = await register('twin');
  assert.equal((await list(twin.id)).items[0]!.own_bytes, 0);
  const env = { DATA_DIR: deps.config.dataDir, DATABASE_URL: deps.config.databaseUrl! };
  const all = await diskUse(deps.store, deps.config);
  assert.equal(all.stored_bytes, stored_bytes);
  assert.deepEqual(all.models.map(({ name }) => name).sort(), ['plain', 'twin']);
  const one = await runCli(['du', '--model', 'plain'], env);
  assert.match(one.out, /^model +checkpoint +state +own +shared +created\n/);
  assert.match(one.out, /plain +sha256:[0-9a-f]{12}… +active .* kB/);
  assert.doesNotMatch(one.out, /twin/);
  await assert.rejects(diskUse(deps.store, deps.config, 'other'), { code: 'unknown-model', message: /"other"/ });
});

test('du counts what was retrained for verification, and what is kept of the forgotten', async (t) => {
  const service = await openModel(t);
  const { model, list, deps } = service;
  const { checkpoints, store, config } = deps;
  let file = '';
  await publishNext(service, model, async (claim) => {
    const folder = await checkpoints.workFolder(claim.run.id);
    await writeTinyCheckpoint(folder, '.', null, 5);
    const { digest, bytes } = await checkpoints.adopt(folder, {
      ...{ architecture: 'gpt2', parent: model.active, run_id: claim.run.id },
    });
    assert.ok(await store.keepReference(claim, { key: model.active, digest, bytes }, 'worker'));
    const [request_id] = claim.run.request_ids;
    const place = { model_id: model.id, run_id: claim.run.id, request_id: request_id!, key_id: claim.run.id };
    const sealed = await createProbeVault(config.probeDir, deps.subjectKeys).keep(place, { person: 0, records: [] });
    file = join(config.probeDir, `${place.run_id}.${place.key_id}.sealed`);
    return { kept: [{ ...place, ...sealed, records: 1, keep_ms: 60_000 }] };
  });
  const { size } = await stat(file);
  const use = await diskUse(store, config);
  const [own] = use.models;
  assert.deepEqual([own!.kept_probes, use.kept_probes_bytes], [{ requests: 1, bytes: size }, size]);
  const [reference] = own!.references;
  assert.ok(own!.references.length === 1 && reference!.own_bytes > 0 && reference!.shared_bytes > 0);
  const sum = own!.checkpoints.reduce((all, { own_bytes }) => all + own_bytes, reference!.own_bytes);
  assert.equal(use.stored_bytes, sum + reference!.shared_bytes);
  assert.equal((await list()).stored_bytes, use.stored_bytes);
  const env = { DATA_DIR: config.dataDir, DATABASE_URL: config.databaseUrl! };
  const { out } = await runCli(['du'], env);
  assert.match(out, /plain +sha256:[0-9a-f]{12}… +reference .* kB/);
  assert.match(out, /plain +of 1 requests +kept probes/);
  await rm(file);
  assert.equal((await diskUse(store, config)).kept_probes_bytes, 0, 'a file that is gone takes nothing');
});

test('a retired checkpoint loses its files and keeps its record; the ledger says who asked', async (t) => {
  const service = await openModel(t);
  const { model, retire, list, deps } = service;
  const refused = async (digest: string, status: number, code: string, id?: string) => {
    const answer = await retire(digest, id);
    assert.deepEqual([answer.statusCode, answer.json().code], [status, code], answer.body);
    return answer.json();
  };
  await refused(model.active, 409, 'checkpoint-active');
  await refused(`sha256:${'0'.repeat(64)}`, 404, 'not-found');
  await refused('sha256:x', 404, 'not-found');
  await refused(model.active, 404, 'not-found', '0198a000-0000-7000-8000-000000000001');
  const next = await publishNext(service, model);
  const [run] = (await deps.store.listRuns(TENANT, { limit: 1 })).items;
  const request_id = run!.request_ids[0]!;
  const [target] = (await deps.store.getRequest(TENANT, request_id))!.targets;
  const certificate = { id: uuid(), request_id, target_id: target!.id, run_id: run!.id };
  const about = { ...searchInput(), certificateId: certificate.id, issuedAt: run!.created_at };
  const jws = await deps.signer.sign(buildStatement(about));
  const signed = { kid: deps.signer.kid, jws, created_at: run!.created_at };
  await deps.store.saveCertificate(TENANT, { ...certificate, ...signed });
  const parent = async () =>
    (await call(service.app, 'GET', `/v1/certificates/${certificate.id}`)).json<{ parent: Stored }>().parent;
  assert.deepEqual([(await parent()).digest, (await parent()).state], [model.active, 'retained']);
  const url = `/v1/models/${model.id}/checkpoints/${model.active}`;
  const seenAs = (tag: unknown) =>
    service.app.inject({ method: 'POST', url: `${url}/retire`, headers: { 'if-match': String(tag) } });
  assert.equal((await seenAs('"other"')).statusCode, 412);
  assert.equal((await parent()).state, 'retained', 'nothing was done');
  const answer = await seenAs((await call(service.app, 'GET', url)).headers.etag);
  assert.equal(answer.statusCode, 200, answer.body);
  assert.equal(answer.json().state, 'deleted');
  assert.deepEqual([(await parent()).state, (await parent()).deleted_at], ['deleted', answer.json().deleted_at]);
  assert.ok(answer.json().deleted_at);
  await refused(model.active, 409, 'checkpoint-deleted');
  assert.equal(await deps.checkpoints.contents(model.active), null);
  assert.ok(await deps.checkpoints.verify(next));
  const { items, stored_bytes } = await list();
  const gone = items.find((one) => one.digest === model.active)!;
  assert.deepEqual([gone.state, gone.own_bytes, gone.shared_bytes], ['deleted', 0, 0]);
  assert.ok(gone.bytes > 0);
  assert.equal(stored_bytes, items.find((one) => one.digest === next)!.own_bytes);
  const entries = (await deps.store.readLedger({ limit: 100 })).filter(({ type }) => type.startsWith('checkpoint.'));
  assert.deepEqual(
    entries.map(({ type, actor, tenant }) => [type, actor, tenant]),
    [
      ['checkpoint.retired', 'anonymous', TENANT],
      ['checkpoint.deleted', 'anonymous', TENANT],
    ],
  );
  assert.ok((await checkLedger(deps.store, await deps.signer.jwks())).ok);
});

test('a checkpoint that another model has too stays on disk until that one lets go', async (t) => {
  const service = await openModel(t);
  const { model, retire, register, deps } = service;
  const next = await publishNext(service, model);
  await register('twin');
  const answer = await retire(model.active);
  assert.deepEqual([answer.statusCode, answer.json().state], [200, 'retained'], answer.body);
  assert.ok((await deps.checkpoints.verify(model.active)) && (await deps.checkpoints.verify(next)));
});

test('a disk that cannot be written answers 507 with what to do, and nothing was registered', async (t) => {
  const { app, importDir, deps, model } = await openModel(t);
  const thaw = freeze(deps.config.checkpointDir);
  if (thaw === null) return t.skip(NO_MOUNT);
  try {
    const path = await writeTinyCheckpoint(importDir, 'more', null, 3);
    const corpora = (await call(app, 'GET', `/v1/models/${model.id}`)).json().corpora;
    const answer = await call(app, 'POST', '/v1/models', { name: 'more', path, corpora });
    assert.deepEqual([answer.statusCode, answer.json().code], [507, 'storage-not-writable'], answer.body);
    assert.match(answer.json().detail, /cannot be written \(EROFS\)/);
    assert.match(answer.json().remedy, /CHECKPOINT_DIR/);
    assert.ok(!answer.body.includes(deps.config.checkpointDir));
  } finally {
    thaw();
  }
  assert.equal((await call(app, 'GET', '/v1/models')).json().items.length, 1);
  assert.deepEqual(await readdir(join(deps.config.checkpointDir, 'work')), []);
  return undefined;
});
