import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { v7 as uuid } from 'uuid';
import type { KeptProbes } from '../../src/domain/kept-probes.ts';
import { decrypt, encrypt } from '../../src/evidence/aead.ts';
import { handOver, receive } from '../../src/evidence/handed-over.ts';
import { createProbeVault } from '../../src/evidence/kept-probes.ts';
import { createSubjectKeys } from '../../src/evidence/keys.ts';
import { createVault } from '../../src/evidence/vault.ts';
import { temporaryFolder } from '../checkpoints/temporary.ts';

const CANARY = 'Ottilie Quennell lives in Ardo';
const text = Buffer.from(CANARY);
const installation = (dir: string) => createSubjectKeys({ keys: { dir, subjectKeyFile: null, signingKeyFile: null } });

test('what is sealed opens with its key and for what it is about, and in no other way', () => {
  const key = randomBytes(32);
  for (const content of [text, Buffer.alloc(0), randomBytes(100_000)]) {
    const sealed = encrypt(key, 'request 1', content);
    assert.deepEqual(decrypt(key, 'request 1', sealed), content);
    assert.equal(decrypt(key, 'request 2', sealed), null);
    assert.equal(decrypt(randomBytes(32), 'request 1', sealed), null);
    for (const at of [0, 12, sealed.length - 1]) {
      const changed = Buffer.from(sealed);
      changed[at]! ^= 1;
      assert.equal(decrypt(key, 'request 1', changed), null);
    }
    assert.equal(decrypt(key, 'request 1', sealed.subarray(0, 27)), null);
    assert.notDeepEqual(encrypt(key, 'request 1', content), sealed, 'the nonce is a fresh one');
  }
});

test('a vault seals each secret under a key of its own, which opens nothing elsewhere', async (t) => {
  const dir = await temporaryFolder(t);
  const vault = createVault(await installation(join(dir, 'a')));
  const [one, two] = [vault.seal(['r', '1'], text), vault.seal(['r', '1'], text)];
  assert.deepEqual(vault.open(['r', '1'], one.wrapped_key, one.sealed), text);
  assert.equal(vault.open(['r', '1'], two.wrapped_key, one.sealed), null);
  assert.equal(vault.open(['r1'], one.wrapped_key, one.sealed), null, 'parts of a name do not run together');
  assert.equal(vault.open(['r', '2'], one.wrapped_key, one.sealed), null);
  assert.ok(!one.sealed.includes('Ottilie'));
  const other = createVault(await installation(join(dir, 'b')));
  assert.throws(() => other.open(['r', '1'], one.wrapped_key, one.sealed), { code: 'internal' });
});

const PROBES: KeptProbes = { person: 3, records: [{ id: '0', prompt: 'Where?', answer: CANARY }] };

/** Without the mark by which a folder that is not mounted is told from one that is empty. */
const sealedIn = async (dir: string) => (await readdir(dir)).filter((name) => name !== '.kept-probes').sort();

test('probes are sealed on disk, and open for their request and model alone', async (t) => {
  const dir = join(await temporaryFolder(t), 'probes');
  const probes = createProbeVault(dir, await installation(join(dir, '..', 'keys')));
  const place = { model_id: uuid(), request_id: uuid(), run_id: uuid(), key_id: uuid() };
  const { wrapped_key, digest } = await probes.keep(place, PROBES);
  assert.match(digest, /^sha256:[0-9a-f]{64}$/);
  assert.deepEqual(await probes.open(place, wrapped_key), PROBES);
  const [name] = await sealedIn(dir);
  assert.equal(name, `${place.run_id}.${place.key_id}.sealed`);
  const path = join(dir, name!);
  assert.equal((await stat(path)).mode & 0o777, 0o600);
  assert.ok(!(await readFile(path)).includes('Ottilie'));
  for (const wrong of [{ request_id: uuid() }, { model_id: uuid() }])
    assert.equal(await probes.open({ ...place, ...wrong }, wrapped_key), null);
  assert.equal(await probes.open({ ...place, key_id: uuid() }, wrapped_key), null, 'no such file');
  await writeFile(path, 'overwritten');
  assert.equal(await probes.open(place, wrapped_key), null);
  await probes.remove(place);
  await probes.remove(place);
  assert.deepEqual(await sealedIn(dir), []);
});

test('a sweep removes what nobody needs, half-written files among it, and nothing else', async (t) => {
  const dir = join(await temporaryFolder(t), 'probes');
  const probes = createProbeVault(dir, await installation(join(dir, '..', 'keys')));
  assert.equal(await probes.sweep(async () => new Set()), 0, 'there is no folder yet');
  const place = () => ({ model_id: uuid(), request_id: uuid(), run_id: uuid(), key_id: uuid() });
  const [kept, gone, killed] = [place(), place(), place()];
  for (const one of [kept, gone]) await probes.keep(one, PROBES);
  await writeFile(join(dir, `${killed.run_id}.${killed.key_id}.sealed.part`), 'half');
  await writeFile(join(dir, 'notes.txt'), 'of somebody else');
  assert.equal(await probes.sweep(async () => new Set([kept.key_id])), 2);
  assert.deepEqual(await sealedIn(dir), [`${kept.run_id}.${kept.key_id}.sealed`, 'notes.txt'].sort());
});

test('what is handed to a compute process opens with the key of that job', async (t) => {
  const folder = join(await temporaryFolder(t), 'work');
  await mkdir(folder);
  const job = await handOver(folder, [PROBES]);
  assert.deepEqual(await receive(job), [PROBES]);
  assert.ok(!(await readFile(job.file)).includes('Ottilie'));
  assert.equal((await stat(job.file)).mode & 0o777, 0o600);
  await assert.rejects(receive({ ...job, key: randomBytes(32) }), (error: Error & { code: string }) => {
    assert.equal(error.code, 'compute-failed');
    assert.doesNotMatch(error.message, /Ottilie/);
    return true;
  });
  await rm(folder, { recursive: true });
});
