import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { assertKeysPresent, createSubjectKeys } from '../../src/evidence/keys.ts';
import { createSigner } from '../../src/evidence/signer.ts';

let root: string;
before(async () => {
  root = await mkdtemp(join(tmpdir(), 'expunge-keys-'));
});
after(() => rm(root, { recursive: true }));

const config = (name: string, files: { subjectKeyFile?: string; signingKeyFile?: string } = {}) => ({
  keys: { dir: join(root, name), subjectKeyFile: null, signingKeyFile: null, ...files },
});
const used = (version: number) => ({ tenant: 'default', version, destroyed: false });
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

test('processes that start at once agree on the keys', { timeout: 60_000 }, async () => {
  const dir = join(root, 'race', 'keys');
  const script = join(import.meta.dirname, 'make-key.ts');
  const startAt = String(Date.now() + 2500);
  const started = Array.from({ length: 3 }, () => promisify(execFile)(process.execPath, [script, dir, startAt]));
  const outputs = (await Promise.all(started)).map(({ stdout }) => stdout);
  assert.equal(new Set(outputs).size, 1);
  // nothing temporary is left, and others cannot read
  assert.deepEqual((await readdir(dir)).sort(), ['signing-1.jwk', 'subject-default-1.key']);
  assert.equal((await stat(dir)).mode & 0o777, 0o700);
  for (const file of await readdir(dir)) assert.equal((await stat(join(dir, file))).mode & 0o777, 0o600);
});

test('many starts within one process agree too', async () => {
  const signers = await Promise.all(Array.from({ length: 20 }, () => createSigner(config('crowd'))));
  assert.equal(new Set(signers.map(({ kid }) => kid)).size, 1);
});

test('raw and client-hashed identifiers meet; types, values and installations stay apart', async () => {
  const keys = await createSubjectKeys(config('one'));
  const other = await createSubjectKeys(config('two'));
  const raw = keys.keyFor('default', { type: 'email', value: '  Ada@Example.ORG ' });
  const hashed = keys.keyFor('default', { type: 'email', sha256: sha256('ada@example.org') });
  assert.deepEqual(raw, hashed);
  assert.match(raw.key, /^[A-Za-z0-9_-]{43}$/);
  assert.equal(raw.key_version, 1);
  const distinct = [
    raw.key,
    keys.keyFor('default', { type: 'name', value: 'ada@example.org' }).key,
    keys.keyFor('default', { type: 'email', value: 'bea@example.org' }).key,
    other.keyFor('default', { type: 'email', value: 'ada@example.org' }).key,
  ];
  assert.equal(new Set(distinct).size, distinct.length);
  const again = await createSubjectKeys(config('one'), [used(1)]);
  assert.deepEqual(again.keyFor('default', { type: 'email', value: 'ada@example.org' }), raw);
});

test('an identifier without exactly one form is refused, without repeating it', async () => {
  const keys = await createSubjectKeys(config('one'));
  for (const wrong of [{}, { value: 'Ada', sha256: sha256('ada') }, { sha256: 'ADA' }]) {
    assert.throws(
      () => keys.keyFor('default', { type: 'name', ...wrong }),
      (error: Error & { code?: string }) => error.code === 'validation-failed' && !/ada/i.test(error.message),
    );
  }
});

test('sealed text opens again, differs every time, and any change of it fails', async () => {
  const keys = await createSubjectKeys(config('one'));
  const other = await createSubjectKeys(config('two'));
  const sealed = keys.seal('Where was Ada Fictive born? ✓');
  assert.equal(keys.open(sealed), 'Where was Ada Fictive born? ✓');
  assert.equal(keys.open(keys.seal('')), '');
  assert.notEqual(keys.seal('x'), keys.seal('x'));
  assert.throws(() => other.open(sealed), /altered or sealed with another key/);
  for (let i = 0; i < sealed.length; i++) {
    const changed = sealed.slice(0, i) + String.fromCharCode(sealed.charCodeAt(i) ^ 1) + sealed.slice(i + 1);
    assert.throws(() => keys.open(changed), /cannot be opened/, `position ${i}`);
  }
});

test('a key version that the store has used but whose file is missing stops the start', async () => {
  await assert.rejects(createSubjectKeys(config('lost'), [used(1)]), /subject-default-1\.key is missing/);
  await assert.rejects(assertKeysPresent(config('lost'), [used(1)]), { code: 'start-refused' });
  await assert.rejects(createSubjectKeys(config('one'), [used(1), used(2)]), /version 2/);
  await assert.rejects(stat(join(root, 'lost')), { code: 'ENOENT' });
  await assertKeysPresent(config('lost'), []);
});

test('keys that go away while a process runs are no reason for new ones', async () => {
  const gone = config('gone');
  const keys = await createSubjectKeys(gone);
  const signer = await createSigner(gone);
  const ada = { type: 'email', value: 'ada@example.org' };
  const before = keys.keyFor('default', ada);
  const aside = join(root, 'aside');
  await rename(gone.keys.dir, aside);
  await assert.rejects(keys.reload(), {
    code: 'start-refused',
    message: /subject-default-1\.key was there and is gone/,
  });
  assert.deepEqual(keys.keyFor('default', ada), before);
  const signed = signer.sign({ text: 'Art. 17' } as never);
  await assert.rejects(signed, { code: 'start-refused', message: /signing-1\.jwk is missing/ });
  await assert.rejects(stat(gone.keys.dir), { code: 'ENOENT' });
  await rename(aside, gone.keys.dir);
  await keys.reload();
  assert.deepEqual(keys.keyFor('default', ada), before);
  assert.ok(await signer.sign({ text: 'Art. 17' } as never));
});

test('a named key file must exist and hold a key', async () => {
  const file = join(root, 'short.key');
  await assert.rejects(createSubjectKeys(config('x', { subjectKeyFile: file })), /SUBJECT_KEY_FILE names/);
  await writeFile(file, 'short');
  await assert.rejects(createSubjectKeys(config('x', { subjectKeyFile: file })), /holds 5 bytes, not 32/);
  await assert.rejects(createSigner(config('x', { signingKeyFile: join(root, 'none') })), /SIGNING_KEY_FILE names/);
  await assert.rejects(createSigner(config('x', { signingKeyFile: file })), /is not JSON/);
  await writeFile(file, JSON.stringify({ kty: 'OKP', crv: 'Ed25519', x: 'AA' }));
  await assert.rejects(createSigner(config('x', { signingKeyFile: file })), /lacks d/);
});
