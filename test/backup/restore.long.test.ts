import assert from 'node:assert/strict';
import { chmod, mkdtemp, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { v7 as uuid } from 'uuid';
import { createBackup } from '../../src/backup/create.ts';
import { createDeletionsFile, readDeletions, signDeletions } from '../../src/backup/deletions-file.ts';
import { restoreBackup } from '../../src/backup/restore.ts';
import { refuseHalfRestored } from '../../src/backup/restore-marker.ts';
import { trustedKeys } from '../../src/backup/trusted-keys.ts';
import { verifyBackup } from '../../src/backup/verify.ts';
import { createFactorFiles } from '../../src/checkpoints/factors.ts';
import { createCheckpointFiles } from '../../src/checkpoints/files.ts';
import { checkLedger } from '../../src/cli/check-ledger.ts';
import { type Config, readConfig } from '../../src/config.ts';
import { createCorpusFiles } from '../../src/corpora/files.ts';
import type { LedgerHead } from '../../src/domain/backup.ts';
import type { Model } from '../../src/domain/resources.ts';
import { createSubjectKeys } from '../../src/evidence/keys.ts';
import { createRecordPrinter } from '../../src/evidence/record-printer.ts';
import { destroySubjectKey, rotateSubjectKey } from '../../src/evidence/rotate-key.ts';
import { eraseDue } from '../../src/runs/erase/erase-due.ts';
import { recordDigest } from '../../src/runs/erase/record-digest.ts';
import { noteDeletions } from '../../src/runs/note-deletions.ts';
import type { Claim } from '../../src/runs/ports.ts';
import { retire } from '../../src/runs/retire.ts';
import { createStore } from '../../src/store/store.ts';
import { createTestDatabase, execute } from '../helpers/postgres.ts';
import { writeTinyCheckpoint } from '../http/checkpoint-fixture.ts';
import { call, corpusWith, line, openService, type TestService } from '../http/service.ts';
import { LEASE, publishRun, TENANT } from '../store/fixture.ts';

const codeIs = (code: string) => (error: { code?: string }) => error.code === code;

async function temporary(t: TestContext): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'expunge-backup-'));
  t.after(() => rm(dir, { recursive: true, force: true }));
  return dir;
}

const subjectOf = (email: string) => ({ subject: { identifiers: [{ type: 'email', value: email }] } });
async function ask({ app }: TestService, email: string): Promise<string> {
  const made = await call(app, 'POST', '/v1/deletion-requests', subjectOf(email));
  assert.equal(made.statusCode, 202, made.body);
  return made.json<{ id: string }>().id;
}

/** A service with a model of two people; `backUp` writes a backup of it under that name. */
async function world(t: TestContext, dir: string) {
  const service = await openService(t);
  const { app, deps, importDir } = service;
  await writeTinyCheckpoint(importDir, 'tiny');
  const corpus_id = await corpusWith(app, 'people', [line('a', 'anna@example.org'), line('b', 'ben@example.org')]);
  const about = { name: 'tiny', path: 'tiny', corpora: [{ corpus_id, role: 'train' }] };
  const registered = await call(app, 'POST', '/v1/models', about);
  assert.equal(registered.statusCode, 201, registered.body);
  const model = registered.json<Model>();
  const url = deps.config.databaseUrl!;
  const backUp = (name: string, more: { withKeys?: boolean; config?: Config } = {}) =>
    createBackup({
      ...{ url, config: deps.config, signer: deps.signer, dir: join(dir, name), id: uuid(), withKeys: false },
      ...{ version: '0.0.0', now: new Date(), ...more },
    });
  return { service, model, corpus_id, backUp };
}

/** An empty place to restore into. */
async function emptyPlace(t: TestContext) {
  const [dir, database] = [await temporary(t), await createTestDatabase()];
  const config = readConfig({ DATA_DIR: join(dir, 'data'), DATABASE_URL: database.url });
  const store = createStore({ url: database.url });
  t.after(async () => {
    await store.close();
    await database.drop();
  });
  return { config, store, url: database.url };
}

/** The first subject key is rotated and destroyed, as the commands do it once the new one has settled. */
async function destroyFirstKey({ deps: { config, store } }: TestService): Promise<void> {
  const { file } = await rotateSubjectKey(config, store, TENANT, 'test');
  const minuteAgo = new Date(Date.now() - 60_000);
  await utimes(file, minuteAgo, minuteAgo);
  await destroySubjectKey(config, store, { tenant: TENANT, version: 1 }, 'test');
  assert.deepEqual((await readdir(config.keys.dir)).sort(), ['seal-1.key', 'signing-1.jwk', 'subject-default-2.key']);
}

/** The list of deletions, brought up to the ledger and read for a backup. */
async function listFor({ deps: { store, signer } }: TestService, file: string, since: LedgerHead) {
  const deletions = createDeletionsFile(file);
  await noteDeletions({ store, deletions, signDeletions: signDeletions(signer) });
  return readDeletions(file, await signer.jwks(), since);
}

interface Installation {
  store: TestService['deps']['store'];
  config: Config;
}

/** The rollback window of the model's first checkpoint ends, and a sweep destroys the texts of so many requests. */
async function endWindow({ store, config }: Installation, model: Model, requests: number, keys = config.keys) {
  const checkpoints = createCheckpointFiles({ dir: config.checkpointDir, importDir: config.importDir });
  const log = { info() {}, warn() {}, error() {} };
  const retired = await retire({ store, checkpoints, log }, { tenant: TENANT, actor: 'ann' }, model.id, model.active);
  assert.equal(retired.status, 'retired');
  const subjectKeys = await createSubjectKeys({ keys }, await store.subjectKeyVersions());
  const erased = await eraseDue({
    ...{ store, log, subjectKeys, corpora: createCorpusFiles(config.corpusDir), worker: 'w' },
    ...{ factors: createFactorFiles(config.influenceDir), printer: createRecordPrinter(subjectKeys) },
    settings: { eraseAfterMs: 0, fingerprintMs: 0 },
  });
  assert.equal(erased, requests);
}

async function claimed({ store }: Pick<Installation, 'store'>, model: Model, requests: string[]): Promise<Claim> {
  const outcome = await store.claim(model.id, 'w', LEASE);
  assert.ok(outcome.status === 'claimed', outcome.status);
  assert.deepEqual(outcome.claim.run.request_ids.toSorted(), requests.toSorted());
  return outcome.claim;
}

/** The restored place works what waits there, and ends the rollback window. Returns what its corpora say then. */
async function forgetAgain(place: Installation, model: Model, requests: string[]): Promise<(id: string) => string> {
  const { config, store } = place;
  await publishRun(store, await claimed(place, model, requests), 8);
  await endWindow(place, model, requests.length);
  for (const id of requests) assert.ok((await store.getRequest(TENANT, id))!.erased_at !== null);
  const texts = new Map<string, string>();
  for (const name of await readdir(config.corpusDir))
    texts.set(name, await readFile(join(config.corpusDir, name), 'utf8'));
  return (corpusId) => texts.get(`${corpusId}.ndjson`)!;
}

test('what was deleted since a backup does not come back with it, and whoever was forgotten since waits again', async (t) => {
  const dir = await temporary(t);
  const { service, model, corpus_id, backUp } = await world(t, dir);
  const { app, deps } = service;
  const { store, config, signer } = deps;
  const ben = await ask(service, 'ben@example.org');
  const key = { id: uuid(), secret_hash: 'x', name: 'k', scopes: ['catalogue:read' as const], lifetime_ms: 1e9 };
  await store.createApiKey(TENANT, key, 'test');
  const spare = await corpusWith(app, 'spare', [line('s', 'carl@example.org'), line('u')]);
  const backup = await backUp('b');

  await call(app, 'POST', `/v1/deletion-requests/${ben}/cancel`, {});
  const anna = await ask(service, 'anna@example.org');
  await publishRun(store, await claimed(deps, model, [anna]), 7);
  await store.revokeApiKey(TENANT, key.id, 'test');
  const asked = { type: 'email', value: 'anna@example.org' };
  const annas = deps.subjectKeys.keysFor(TENANT, asked).map((one) => one.key);
  await destroyFirstKey(service);
  // as the sweep does, once nothing needs a text any more
  for await (const { ordinal, ...record } of deps.corpora.readLines(spare, new Set([0])))
    await execute(
      config.databaseUrl!,
      `insert into destroyed_records values ('${TENANT}', '${spare}', ${ordinal}, '${anna}',
        '${recordDigest(deps.subjectKeys, TENANT, record)}', now(), now())`,
    );
  await store.appendLedger(TENANT, 'records.erased', 'test', { request_id: anna, corpus_id: spare });
  const file = join(dir, 'deletions.jws');
  const deletions = createDeletionsFile(file);
  const note = () => noteDeletions({ store, deletions, signDeletions: signDeletions(signer) });
  assert.ok((await note()) > 0);
  // a line that was cut off counts for nothing, and the next one takes its place
  await writeFile(file, `${await readFile(file, 'utf8')}eyJ`);
  await store.appendLedger(TENANT, 'suppression.lifted', 'test', {});
  assert.equal(await note(), 1);

  const jwks = await signer.jwks();
  const list = await readDeletions(file, jwks, backup.ledger);
  await assert.rejects(readDeletions(file, jwks, { ...backup.ledger, size: 1e6 }), codeIs('backup-invalid'));
  const place = await emptyPlace(t);
  const check = await verifyBackup(join(dir, 'b'), jwks);
  assert.ok(check.ok);
  const wish = {
    ...{ dir: join(dir, 'b'), backup: check.backup, config: place.config, keysFrom: config.keys.dir, actor: 'test' },
    ...{ ...list, database: async () => place.url },
  };
  // cut off after the database: nothing starts, and the same restore goes on
  const full = { ...wish, keysFrom: null };
  await assert.rejects(restoreBackup(full), codeIs('start-refused'), 'a key is missing');
  await restoreBackup({ ...wish, database: () => Promise.reject(new Error('cut')) }).catch(() => {});
  await assert.rejects(refuseHalfRestored(place.config.dataDir), codeIs('start-refused'));
  const noFiles = { ...place.config, checkpointDir: join(place.config.dataDir, 'restore.json', 'none') };
  await assert.rejects(restoreBackup({ ...wish, config: noFiles }), codeIs('ENOTDIR'), 'cut after the database');
  const { applied, texts } = await restoreBackup(wish);
  const counts = { api_key: 1, subject_key: 1 };
  assert.deepEqual(applied, { requests: new Map([[TENANT, [anna]]]), counts });
  const [restored] = (await place.store.ledgerEntries(TENANT, { after: backup.ledger.size, limit: 9 })).filter(
    ({ type }) => type === 'backup.restored',
  );
  assert.deepEqual([restored?.data.deleted, restored?.data.requests], [counts, 1]);
  assert.deepEqual(texts, { erased: 1, request_ids: [], unknown: 0 });
  await refuseHalfRestored(place.config.dataDir);
  await assert.rejects(restoreBackup(wish), codeIs('start-refused'), 'it is not empty any more');

  const again = await place.store.getRequest(TENANT, anna);
  assert.deepEqual([again?.state, again?.targets.length], ['queued', 1]);
  assert.equal((await place.store.getRequest(TENANT, ben))?.state, 'cancelled');
  assert.equal((await place.store.getModel(TENANT, model.id))?.active, model.active);
  assert.equal((await place.store.suppressedKeys(TENANT, annas)).size, 1);
  assert.ok((await place.store.listApiKeys(TENANT, { limit: 9 })).items.every((one) => one.revoked_at !== null));
  assert.ok((await place.store.subjectKeyVersions()).some(({ version, destroyed }) => version === 1 && destroyed));
  const text = await readFile(join(place.config.corpusDir, `${corpus_id}.ndjson`));
  assert.deepEqual(text, await readFile(deps.corpora.path(corpus_id)));
  const spared = await readFile(join(place.config.corpusDir, `${spare}.ndjson`), 'utf8');
  assert.doesNotMatch(spared, /Record s says/);
  assert.match(spared, /Record u says/);
  const folder = join(place.config.checkpointDir, model.active.replace(':', '-'));
  assert.deepEqual(await readdir(folder), await readdir(await deps.checkpoints.materialise(model.active)));
  assert.equal((await stat(join(folder, 'model.safetensors'))).mode & 0o777, 0o400);
  const ledger = await checkLedger(place.store, jwks);
  assert.ok(ledger.ok && ledger.entries > backup.ledger.size, JSON.stringify(ledger));
  // the list goes on with the restored ledger, and is not of one that ends earlier
  const rest = { store: place.store, deletions, signDeletions: signDeletions(signer) };
  assert.equal(await noteDeletions(rest), ledger.entries);

  const erasedAgain = await forgetAgain(place, model, [anna]);
  assert.match(text.toString(), /Record a says/);
  assert.doesNotMatch(erasedAgain(corpus_id), /Record a says/);
  assert.match(erasedAgain(corpus_id), /Record b says/);
});

test('a backup with keys comes back without one that was destroyed, and nobody who was erased is asked for twice', async (t) => {
  const dir = await temporary(t);
  const { service, model, corpus_id, backUp } = await world(t, dir);
  const { config, store, signer } = service.deps;
  const ben = await ask(service, 'ben@example.org');
  const first = await claimed(service.deps, model, [ben]);
  await store.moveRun(first, 'unlearning', { targets: 'unlearning' }, 'w');
  await store.moveRun(first, 'failed', { targets: 'failed' }, 'w');
  const backup = await backUp('b', { withKeys: true });
  const sealed = service.deps.subjectKeys.seal('Where was Anna Fictive born?');

  const anna = await ask(service, 'anna@example.org');
  const retried = await call(service.app, 'POST', `/v1/deletion-requests/${ben}/retry`, {});
  assert.equal(retried.statusCode, 200, retried.body);
  await publishRun(store, await claimed(service.deps, model, [anna, ben]), 7);
  await endWindow(service.deps, model, 2);
  await destroyFirstKey(service);
  const list = await listFor(service, join(dir, 'deletions.jws'), backup.ledger);
  assert.equal(list.deletions.filter(({ what }) => what === 'text').length, 2);

  const place = await emptyPlace(t);
  const check = await verifyBackup(join(dir, 'b'), await signer.jwks());
  assert.ok(check.ok);
  const restored = await restoreBackup({
    ...{ dir: join(dir, 'b'), backup: check.backup, config: place.config, keysFrom: config.keys.dir, actor: 'test' },
    ...{ ...list, database: async () => place.url },
  });
  const keyFiles = (await readdir(place.config.keys.dir)).sort();
  assert.deepEqual(keyFiles, ['seal-1.key', 'signing-1.jwk', 'subject-default-2.key']);
  const keys = await createSubjectKeys(place.config, await place.store.subjectKeyVersions());
  assert.equal(keys.open(sealed), 'Where was Anna Fictive born?');

  // each waits under its own id, and nothing was made beside it
  assert.deepEqual(restored.applied.requests.get(TENANT)?.toSorted(), [ben, anna].toSorted());
  assert.deepEqual(restored.texts, { erased: 0, request_ids: [], unknown: 0 });
  const { items } = await place.store.listRequests(TENANT, { limit: 9 });
  assert.deepEqual(
    new Map(items.map(({ id, state }) => [id, state])),
    new Map([
      [ben, 'queued'],
      [anna, 'queued'],
    ]),
  );
  const erasedAgain = await forgetAgain(place, model, [anna, ben]);
  assert.doesNotMatch(erasedAgain(corpus_id), /Record [ab] says/);
});

test('a database that was refused is refused again, and one that a restore began to fill is filled to the end', async (t) => {
  const dir = await temporary(t);
  const { service, backUp } = await world(t, dir);
  const { config, store } = service.deps;
  const at = join(dir, 'b');
  const backup = await backUp('b', { withKeys: true });
  const place = await emptyPlace(t);
  const common = { dir: at, backup, config: place.config, keysFrom: null, deletions: [], upTo: null, actor: 'test' };
  const into = (url: string) => restoreBackup({ ...common, database: async () => url });
  // a trial in an empty folder, with the setting of the database left as it is for the service
  const source = config.databaseUrl!;
  const before = await checkLedger(store, await service.deps.signer.jwks());
  assert.ok(before.ok);
  const unchanged = async () => {
    await assert.rejects(into(source), codeIs('start-refused'));
    assert.deepEqual(await checkLedger(store, await service.deps.signer.jwks()), before);
  };
  await unchanged();
  await unchanged();

  // cut off in the middle of the load
  const last = backup.files.filter(({ path, bytes }) => path.startsWith('database/') && bytes > 0).at(-1)!;
  const blob = join(at, 'blobs', last.sha256);
  await rename(blob, join(dir, 'aside'));
  await assert.rejects(into(place.url), codeIs('ENOENT'));
  await unchanged();
  await assert.rejects(into(place.url), codeIs('ENOENT'));
  // between the mark and the load, and when the tables of the migrations are all that there is
  await execute(place.url, 'drop schema public cascade; create schema public');
  await assert.rejects(into(place.url), codeIs('ENOENT'));
  const first = 'create table kysely_migration (name varchar(255) primary key, timestamp varchar(255) not null)';
  await execute(place.url, `drop schema public cascade; create schema public; ${first}`);
  await rename(join(dir, 'aside'), blob);
  assert.ok((await into(place.url)).files > 0);
  const { items } = await place.store.listModels(TENANT, { limit: 9 });
  assert.equal(items.length, 1);
  await refuseHalfRestored(place.config.dataDir);
});

test('every byte of a backup counts, keys are in it only when they are asked for, and what is missing refuses it', async (t) => {
  const dir = await temporary(t);
  const { service, backUp } = await world(t, dir);
  const { signer, config, checkpoints } = service.deps;
  const without = await backUp('without');
  assert.deepEqual([without.keys.included, without.files.some(({ path }) => path.startsWith('keys/'))], [false, false]);
  assert.deepEqual(without.keys.needed, ['signing-1.jwk', 'subject-default-1.key']);
  const backup = await backUp('with', { withKeys: true });
  assert.deepEqual(
    backup.files.flatMap(({ path }) => (path.startsWith('keys/') ? [path] : [])),
    ['keys/signing-1.jwk', 'keys/subject-default-1.key'],
  );
  await assert.rejects(backUp('with'), codeIs('start-refused'));
  const jwks = await signer.jwks();
  const at = join(dir, 'with');
  const own = await trustedKeys({ keys: { dir: join(dir, 'none'), subjectKeyFile: null, signingKeyFile: null } }, at, [
    null,
  ]);
  assert.deepEqual([own.independent, (await verifyBackup(at, own.jwks)).ok], [false, true]);
  assert.equal((await trustedKeys(config, at, [config.keys.dir])).independent, true);
  for (const { path, sha256 } of backup.files) {
    const blob = join(at, 'blobs', sha256);
    const whole = await readFile(blob);
    if (whole.length === 0) continue;
    // in its place: a checkpoint's content is a link to the store's own
    await rm(blob);
    await writeFile(blob, Buffer.concat([whole.subarray(0, -1), Buffer.of(whole.at(-1)! ^ 1)]));
    const check = await verifyBackup(at, jwks);
    assert.match(check.ok ? '' : check.reason, /is not what was backed up/, path);
    await rm(blob);
    await writeFile(blob, whole);
  }
  assert.equal((await verifyBackup(at, jwks)).ok, true);
  await writeFile(join(at, 'blobs', 'more'), '');
  assert.match(JSON.stringify(await verifyBackup(at, jwks)), /does not belong/);
  await rm(join(at, 'blobs', 'more'));
  const signed = await readFile(join(at, 'backup.jws'), 'utf8');
  await writeFile(
    join(at, 'backup.jws'),
    signed.replace(/\.(.)/, (_, one) => `.${one === 'e' ? 'f' : 'e'}`),
  );
  assert.equal((await verifyBackup(at, jwks)).ok, false);
  // so is a key that a restored service would not start without, though a restriction alone is left of whom it is of
  const restriction = { ...subjectOf('carl@example.org'), ground: 'accuracy_contested', reason: 'It is looked into.' };
  assert.equal((await call(service.app, 'POST', '/v1/restrictions', restriction)).statusCode, 201);
  await execute(config.databaseUrl!, 'delete from subject_records');
  const [key, subjectKeyFile] = [join(config.keys.dir, 'subject-default-1.key'), join(dir, 'elsewhere.key')];
  await rename(key, subjectKeyFile);
  await assert.rejects(
    backUp('second'),
    (error: Error) => codeIs('backup-refused')(error as never) && error.message.includes(key),
  );
  await assert.rejects(stat(join(dir, 'second')), codeIs('ENOENT'));
  const named = await backUp('named', { config: { ...config, keys: { ...config.keys, subjectKeyFile } } });
  assert.deepEqual(named.keys.needed, [subjectKeyFile, 'signing-1.jwk']);
  // a checkpoint whose files are gone or damaged is said, and leaves no half of a backup
  const [kept] = await service.deps.store.keptCheckpoints(TENANT);
  await rename(subjectKeyFile, key);
  await checkpoints.remove(kept!.digest);
  await assert.rejects(backUp('third'), codeIs('backup-refused'));
  await assert.rejects(stat(join(dir, 'third')), codeIs('ENOENT'));
  await chmod(dir, 0o700);
});
