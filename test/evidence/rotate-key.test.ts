import assert from 'node:assert/strict';
import { access, mkdtemp, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { createSubjectKeys } from '../../src/evidence/keys.ts';
import { destroySubjectKey, rotateSubjectKey } from '../../src/evidence/rotate-key.ts';
import type { KeyVersion } from '../../src/runs/ports.ts';
import { openWorld, type World } from '../store/fixture.ts';

let root: string;
let world: World;
before(async () => {
  root = await mkdtemp(join(tmpdir(), 'expunge-rotate-'));
  world = await openWorld();
});
after(async () => {
  await world.close();
  await rm(root, { recursive: true });
});

const configOf = (name: string) => ({ keys: { dir: join(root, name), subjectKeyFile: null, signingKeyFile: null } });
const ADA = { type: 'email', value: 'ada@example.org' };
const versionNumbers = (known: KeyVersion[]) => known.map(({ version }) => version);
const versions = (keys: { key_version: number }[]) => keys.map(({ key_version }) => key_version);

test('a new version is looked up at once, stored with once it has settled, and written to the ledger', async () => {
  const config = configOf('settle');
  const keys = await createSubjectKeys(config);
  const before = keys.keyFor('default', ADA);
  const { version, file } = await rotateSubjectKey(config, world.store, 'default', 'tester');
  assert.equal(version, 2);
  await keys.reload();
  assert.deepEqual(keys.keyFor('default', ADA), before);
  const [two, one] = keys.keysFor('default', ADA);
  assert.deepEqual([two?.key_version, one], [2, before]);
  const minuteAgo = new Date(Date.now() - 60_000);
  await utimes(file, minuteAgo, minuteAgo);
  await keys.reload();
  assert.deepEqual(keys.keyFor('default', ADA), two);
  assert.deepEqual(versions(keys.keysFor('default', ADA)), [2, 1]);
  const [last] = (await world.store.readLedger({ limit: 100 })).slice(-1);
  assert.deepEqual([last?.type, last?.actor, last?.data], ['subject_key.rotated', 'tester', { version: 2 }]);
});

test('a tenant’s first key is made when it is asked for; tenants have nothing in common', async () => {
  const config = configOf('tenants');
  const keys = await createSubjectKeys(config);
  const other = keys.keyFor('acme', ADA);
  assert.notEqual(other.key, keys.keyFor('default', ADA).key);
  assert.deepEqual((await createSubjectKeys(config)).keyFor('acme', ADA), other);
  assert.throws(() => keys.keyFor('../acme', ADA), { code: 'internal' });
  const { version } = await rotateSubjectKey(config, world.store, 'acme', 'tester');
  assert.equal(version, 2);
  await keys.reload();
  assert.deepEqual(versions(keys.keysFor('default', ADA)), [1]);
  await assert.rejects(rotateSubjectKey(config, world.store, 'nobody', 'tester'), /has no subject key yet/);
});

test('a destroyed version is gone for every process, a restored file too; what was sealed still opens', async () => {
  const config = configOf('destroy');
  const keys = await createSubjectKeys(config);
  const sealed = keys.seal('Where was Ada Fictive born?');
  const actor = keys.pseudonym('default', 'actor', 'ada@example.org');
  assert.match(actor, /^[A-Za-z0-9_-]{43}$/);
  assert.notEqual(keys.pseudonym('acme', 'actor', 'ada@example.org'), actor);
  assert.notEqual(keys.pseudonym('default', 'key', 'ada@example.org'), actor);
  const first = join(config.keys.dir, 'subject-default-1.key');
  const backup = await readFile(first);
  const tenant = 'default';
  await assert.rejects(destroySubjectKey(config, world.store, { tenant, version: 1 }, 'tester'), /is the newest/);
  const { file } = await rotateSubjectKey(config, world.store, tenant, 'tester');
  await assert.rejects(destroySubjectKey(config, world.store, { tenant, version: 1 }, 'tester'), /try again in 4\d s/);
  await access(first);
  const minuteAgo = new Date(Date.now() - 60_000);
  await utimes(file, minuteAgo, minuteAgo);
  await assert.rejects(destroySubjectKey(config, world.store, { tenant, version: 9 }, 'tester'), /has no version 9/);
  for (const _ of ['once', 'and again after a crash'])
    await destroySubjectKey(config, world.store, { tenant, version: 1 }, 'tester');
  await assert.rejects(access(first), { code: 'ENOENT' });
  await keys.reload(() => world.store.destroyedKeyVersions());
  assert.ok(!versions(keys.keysFor(tenant, ADA)).includes(1));
  const entries = await world.store.readLedger({ limit: 100 });
  assert.equal(entries.filter(({ type }) => type === 'subject_key.destroyed').length, 1);
  await writeFile(first, backup);
  const used = await world.store.subjectKeyVersions();
  assert.deepEqual(used, [{ tenant, version: 1, destroyed: true }]);
  const later = await createSubjectKeys(config, used);
  assert.ok(!versions(later.keysFor(tenant, ADA)).includes(1));
  await rm(first);
  const last = await createSubjectKeys(config, used);
  assert.equal(last.open(sealed), 'Where was Ada Fictive born?');
  assert.equal(last.pseudonym('default', 'actor', 'ada@example.org'), actor);
});

test('a tenant whose people stand in restrictions alone needs its key too', async () => {
  const config = configOf('restricted');
  const tenant = 'restricted';
  const keys = await createSubjectKeys(config);
  const placed = await world.store.placeRestriction({
    ...{ id: '0198a000-0000-7000-8000-000000000001', tenant, of: { subjects: [keys.keyFor(tenant, ADA)] } },
    ...{ ground: 'accuracy_contested', reason: 'It is looked into.', actor: 'tester' },
  });
  assert.equal(placed.status, 'placed');
  const used = (await world.store.subjectKeyVersions()).filter((one) => one.tenant === tenant);
  assert.deepEqual(used, [{ tenant, version: 1, destroyed: false }]);
  assert.deepEqual(versionNumbers(await world.store.listKeyVersions(tenant)), [1]);
  await createSubjectKeys(config, used);
  await rm(join(config.keys.dir, 'subject-restricted-1.key'));
  await assert.rejects(createSubjectKeys(config, used), /subject-restricted-1\.key is missing/);
});

test('people stored under several versions are found by all, counted by version, and warned of where they may be two', async () => {
  const { store } = world;
  const of = (key: string, key_version: number) => [{ key, type: 'email', key_version, normaliser_version: 1 }];
  const corpus = async (name: string, key: string, version: number) => {
    const made = await store.createCorpus('many', name, 'tester');
    assert.ok(made.status === 'created');
    const lines = async function* () {
      yield { ordinal: 0, record_id: 'r', subjects: of(key, version) };
    };
    await store.addRecords('many', made.corpus.id, lines(), `sha256:${'c'.repeat(64)}`, 'tester');
    return made.corpus.id;
  };
  const [old, young] = [await corpus('old', 'k1', 1), await corpus('young', 'k2', 2)];
  assert.equal(await store.mixesKeyVersions('many', [old, young]), false, 'nothing was rotated here');
  await store.addKeyVersion('many', 2, 'tester');
  assert.equal(await store.mixesKeyVersions('many', [old, young]), true);
  assert.equal(await store.mixesKeyVersions('many', [young]), false);
  await world.model([old], [], 'many', 31);
  await world.model([young], [], 'many', 32);
  const request = await world.request([], { tenant: 'many', subjects: [...of('k1', 1), ...of('k2', 2)] });
  assert.ok(request.status === 'created');
  assert.deepEqual([request.request.targets.length, request.request.identifier_types], [2, ['email']]);
  const counts = ({ version, record_keys, requests, open_requests }: KeyVersion) => [
    version,
    record_keys,
    requests,
    open_requests,
  ];
  assert.deepEqual((await store.listKeyVersions('many')).map(counts), [
    [1, 1, 1, 1],
    [2, 1, 1, 1],
  ]);
  assert.equal(await store.unlinkableCorpora('many', [old, young]), 0);
  assert.equal(await store.destroyKeyVersion('many', 1, 'tester'), true);
  assert.equal(await store.unlinkableCorpora('many', [old, young]), 1);
});
