import assert from 'node:assert/strict';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { verifyCertificate } from '../../src/evidence/certificate.ts';
import { verifyCheckpoint } from '../../src/evidence/checkpoint-note.ts';
import { createSigner } from '../../src/evidence/signer.ts';
import { readSigningKeys, rotateSigningKey } from '../../src/evidence/signing-keys.ts';
import { buildStatement } from '../../src/evidence/statement.ts';
import { temporaryFolder } from '../checkpoints/temporary.ts';
import { searchInput } from './statement-fixture.ts';

async function open(t: TestContext) {
  const dir = await temporaryFolder(t);
  const config = { keys: { dir, subjectKeyFile: null, signingKeyFile: null } };
  return { dir, config, signer: await createSigner(config) };
}
const HEAD = { first: `sha256:${'0a'.repeat(32)}`, size: 1, root: Buffer.alloc(32, 7) };

test('a rotated key signs at once, in processes that run too; what the old one signed still verifies', async (t) => {
  const { config, signer, dir } = await open(t);
  const first = signer.kid;
  const statement = buildStatement(searchInput());
  const [jws, tree] = [await signer.sign(statement), await signer.signTree(HEAD)];
  const { from, to } = await rotateSigningKey(config, new Date('2026-11-26T12:00:00.000Z'));
  assert.equal(from.kid, first);
  const later = await signer.sign(statement);
  assert.equal(signer.kid, to.kid);
  assert.notEqual(to.kid, first);
  const jwks = await signer.jwks();
  assert.deepEqual(
    jwks.keys.map(({ kid, use, retired_at, d }) => ({ kid, use, retired_at, d })),
    [
      { kid: to.kid, use: 'sig', retired_at: undefined, d: undefined },
      { kid: first, use: 'sig', retired_at: '2026-11-26T12:00:00.000Z', d: undefined },
    ],
  );
  assert.deepEqual(await verifyCertificate(jws, jwks), { ok: true, statement, kid: first });
  assert.deepEqual(await verifyCertificate(later, jwks), { ok: true, statement, kid: to.kid });
  assert.ok(verifyCheckpoint(tree.checkpoint, jwks).ok);
  // nobody can sign with the old one any more
  const old = JSON.parse(await readFile(join(dir, 'signing-1.jwk'), 'utf8'));
  assert.equal(old.d, undefined);
  assert.equal((await stat(join(dir, 'signing-1.jwk'))).mode & 0o777, 0o600);
});

test('keys are in the order of their numbers; of two rotations at once there is one new key', async (t) => {
  const { config } = await open(t);
  const both = await Promise.all([1, 2].map(() => rotateSigningKey(config, new Date())));
  assert.equal(both[0]!.to.kid, both[1]!.to.kid);
  for (let i = 3; i <= 11; i++) await rotateSigningKey(config, new Date());
  const keys = await readSigningKeys(config);
  assert.deepEqual(
    keys.map(({ path }) => Number(/-(\d+)\.jwk/.exec(path)![1])),
    [11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1],
  );
  assert.deepEqual(
    keys.map(({ secret }) => secret !== null),
    keys.map((_, i) => i === 0),
  );
});

test('a key that SIGNING_KEY_FILE names signs; older ones in the folder are published beside it', async (t) => {
  const { config, dir, signer } = await open(t);
  const file = join(dir, 'named.jwk');
  const other = await open(t);
  await writeFile(file, await readFile(join(other.dir, 'signing-1.jwk')));
  const named = { keys: { ...config.keys, signingKeyFile: file } };
  assert.deepEqual(
    (await (await createSigner(named)).jwks()).keys.map(({ kid }) => kid),
    [other.signer.kid, signer.kid],
  );
  await assert.rejects(rotateSigningKey(named, new Date()), /SIGNING_KEY_FILE names/);
});

test('where only public halves are left, nothing is signed and no key is made in their place', async (t) => {
  const { config, dir } = await open(t);
  await rotateSigningKey(config, new Date());
  await writeFile(join(dir, 'signing-2.jwk'), await readFile(join(dir, 'signing-1.jwk')));
  await assert.rejects(createSigner(config), /signing-2\.jwk lacks d.*signing-keys rotate/);
  await rotateSigningKey(config, new Date());
  assert.ok((await createSigner(config)).kid);
});
