import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { must, openWorld, TENANT, type World } from './fixture.ts';

let world: World;
let now = Date.parse('2026-01-01T00:00:00Z');
before(async () => {
  world = await openWorld(() => new Date(now));
});
after(() => world.close());

const LIMITS = { lifetime_ms: 1000, open: 2, bytes: 100 };
const at = (ms: number) => new Date(now + ms).toISOString();

test('an upload is its tenant’s alone, lists its files, and is there until nothing arrives for too long', async () => {
  const { store } = world;
  const upload = must(await store.createUpload(TENANT, LIMITS));
  assert.deepEqual([upload.expires_at, upload.files], [at(1000), []]);
  const add = (name: string, bytes: number, tenant = TENANT) =>
    store.addUploadFile(tenant, upload.id, { name, bytes }, LIMITS);
  assert.deepEqual(await add('b', 60), { status: 'added' });
  assert.deepEqual(await add('b', 1), { status: 'name_taken' });
  assert.deepEqual(await add('a', 41), { status: 'too_large', left: 40 });
  assert.deepEqual(await add('a', 40), { status: 'added' });
  assert.deepEqual(await add('c', 1, 'other'), { status: 'unknown' });
  const files = [
    { name: 'a', bytes: 40 },
    { name: 'b', bytes: 60 },
  ];
  assert.deepEqual(await store.getUpload(TENANT, upload.id), { ...upload, files });
  assert.equal(await store.getUpload('other', upload.id), null);
  assert.deepEqual(await store.listUploads('other'), []);
  assert.deepEqual(
    [
      await store.keepUpload('other', upload.id, 5000),
      await store.removeUploadFile('other', upload.id, 'a'),
      await store.deleteUpload('other', upload.id),
    ],
    [null, false, false],
  );
  assert.equal(await store.removeUploadFile(TENANT, upload.id, 'a'), true);
  assert.equal(await store.removeUploadFile(TENANT, upload.id, 'a'), false);
  now += 900;
  assert.equal(await store.keepUpload(TENANT, upload.id, 1000), at(1000));
  now += 900;
  assert.equal((await store.listUploads(TENANT)).length, 1);
  assert.equal(await store.deleteExpiredUploads(), 0);
  now += 100;
  assert.deepEqual(
    [await store.getUpload(TENANT, upload.id), await store.keepUpload(TENANT, upload.id, 1000)],
    [null, null],
  );
  assert.deepEqual(await add('d', 1), { status: 'unknown' });
  assert.equal(await store.uploadIsOpen(upload.id), true, 'until it is swept');
  assert.equal(await store.deleteExpiredUploads(), 1);
  assert.equal(await store.uploadIsOpen(upload.id), false);
});

test('a tenant has so many uploads open and no more, however many ask at once', async () => {
  const { store } = world;
  const made = await Promise.all(Array.from({ length: 5 }, () => store.createUpload('busy', LIMITS)));
  assert.equal(made.filter((upload) => upload !== null).length, 2);
  assert.ok(await store.createUpload('calm', LIMITS));
  const [first] = await store.listUploads('busy');
  assert.equal(await store.deleteUpload('busy', must(first).id), true);
  assert.ok(await store.createUpload('busy', LIMITS));
});

test('what is announced counts for all uploads of a tenant together', async () => {
  const { store } = world;
  const [one, two] = [must(await store.createUpload('t', LIMITS)), must(await store.createUpload('t', LIMITS))];
  assert.equal((await store.addUploadFile('t', one.id, { name: 'a', bytes: 70 }, LIMITS)).status, 'added');
  const more = await store.addUploadFile('t', two.id, { name: 'a', bytes: 31 }, LIMITS);
  assert.deepEqual(more, { status: 'too_large', left: 30 });
  await store.deleteUpload('t', one.id);
  assert.equal((await store.addUploadFile('t', two.id, { name: 'a', bytes: 31 }, LIMITS)).status, 'added');
});
