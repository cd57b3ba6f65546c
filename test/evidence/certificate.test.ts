import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { CompactSign, exportJWK, generateKeyPair, importJWK } from 'jose';
import { verifyCertificate } from '../../src/evidence/certificate.ts';
import { CERTIFICATE_TYPE, createSigner } from '../../src/evidence/signer.ts';
import { buildStatement } from '../../src/evidence/statement.ts';
import type { Signer } from '../../src/runs/ports.ts';
import { searchInput, unlearningInput } from './statement-fixture.ts';

let folder: string;
let signer: Signer;
let jwks: Awaited<ReturnType<Signer['jwks']>>;
const statement = buildStatement(unlearningInput());

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'expunge-certificate-'));
  signer = await createSigner({ keys: { dir: folder, subjectKeyFile: null, signingKeyFile: null } });
  jwks = await signer.jwks();
});
after(() => rm(folder, { recursive: true }));

const reasonOf = async (jws: string, keys = jwks) => {
  const check = await verifyCertificate(jws, keys);
  return check.ok ? 'ok' : check.reason;
};
const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
const headerWith = (jws: string, header: unknown) => [encode(header), ...jws.split('.').slice(1)].join('.');

test('what was signed verifies, for both kinds of statement, and signing again gives the same bytes', async () => {
  for (const signed of [statement, buildStatement(searchInput())]) {
    const jws = await signer.sign(signed);
    assert.equal(jws, await signer.sign(structuredClone(signed)));
    const check = await verifyCertificate(jws, jwks);
    assert.deepEqual(check, { ok: true, statement: signed, kid: signer.kid });
  }
});

test('the key set is public', () => {
  assert.deepEqual(Object.keys(jwks.keys[0]!).sort(), ['alg', 'crv', 'kid', 'kty', 'use', 'x']);
});

test('every changed character fails, at every position', async () => {
  const jws = await signer.sign(statement);
  for (let i = 0; i < jws.length; i++) {
    // one of the three lowest bits, in turn: neighbours in the base64url alphabet may differ in padding bits only
    const changed = jws.slice(0, i) + String.fromCharCode(jws.charCodeAt(i) ^ (1 << (i % 3))) + jws.slice(i + 1);
    assert.notEqual(await reasonOf(changed), 'ok', `position ${i}`);
  }
  for (const last of 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_') {
    const changed = jws.slice(0, -1) + last;
    assert.equal((await reasonOf(changed)) === 'ok', changed === jws, `last character ${last}`);
  }
  for (const text of ['', '..', `${jws}=`, `${jws}\n`, `${jws}.`, jws.slice(1)]) {
    assert.notEqual(await reasonOf(text), 'ok');
  }
});

test('another key fails, under its own name and under ours', async () => {
  const { publicKey } = await generateKeyPair('EdDSA', { extractable: true });
  const foreign = await exportJWK(publicKey);
  const jws = await signer.sign(statement);
  assert.match(await reasonOf(jws, { keys: [{ ...foreign, kid: 'another' }] }), /no key of the key set/);
  assert.match(await reasonOf(jws, { keys: [{ ...foreign, kid: signer.kid }] }), /signature does not fit/);
  assert.match(await reasonOf(jws, { keys: [...jwks.keys, ...jwks.keys] }), /several keys/);
  assert.match(await reasonOf(jws, { keys: [{ kty: 'RSA', kid: signer.kid, n: 'AQ', e: 'AQAB' }] }), /not an Ed25519/);
});

test('alg none and HS256 with the public key as the secret are refused', async () => {
  const jws = await signer.sign(statement);
  const header = { kid: signer.kid, typ: CERTIFICATE_TYPE };
  assert.match(await reasonOf(headerWith(jws, { ...header, alg: 'none' })), /algorithm/);
  const unsigned = `${encode({ ...header, alg: 'none' })}.${jws.split('.')[1]}.`;
  assert.notEqual(await reasonOf(unsigned), 'ok');
  const secret = Buffer.from(String(jwks.keys[0]!.x), 'base64url');
  const hmac = await new CompactSign(Buffer.from(JSON.stringify(statement)))
    .setProtectedHeader({ ...header, alg: 'HS256' })
    .sign(secret);
  assert.match(await reasonOf(hmac), /algorithm/);
});

test('a key in the header is never used', async () => {
  const { publicKey, privateKey } = await generateKeyPair('EdDSA', { extractable: true });
  const jws = await new CompactSign(Buffer.from(JSON.stringify(statement)))
    .setProtectedHeader({ alg: 'EdDSA', kid: signer.kid, typ: CERTIFICATE_TYPE, jwk: await exportJWK(publicKey) })
    .sign(privateKey);
  assert.match(await reasonOf(jws), /header/);
});

test('the fully-specified name of the algorithm verifies; a signed stranger does not', async () => {
  const jwk = JSON.parse(await readFile(join(folder, 'signing-1.jwk'), 'utf8'));
  const sign = async (payload: unknown, header: Record<string, string> = {}) =>
    new CompactSign(Buffer.from(JSON.stringify(payload)))
      .setProtectedHeader({ alg: 'Ed25519', kid: signer.kid, typ: CERTIFICATE_TYPE, ...header })
      .sign(await importJWK(jwk, 'Ed25519'));
  assert.equal(await reasonOf(await sign(statement)), 'ok');
  assert.match(await reasonOf(await sign({ ...statement, more: 1 })), /schema/);
  assert.match(await reasonOf(await sign({ hello: 'there' })), /schema/);
  assert.match(await reasonOf(await sign(statement, { typ: 'JWT' })), /header/);
});
