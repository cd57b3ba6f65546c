import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import {
  base64url,
  type CryptoKey,
  decodeJwt,
  decodeProtectedHeader,
  exportSPKI,
  generateKeyPair,
  importJWK,
  SignJWT,
} from 'jose';
import { buildApp } from '../../src/app.ts';
import { readConfig } from '../../src/config.ts';
import { SCOPE_NAMES } from '../../src/domain/scopes.ts';
import type { App } from '../../src/http/types.ts';
import { AUDIENCE, type Issuer, OTHER_AUDIENCE, startIssuer } from '../helpers/issuer.ts';
import { openService, type TestService } from './service.ts';

describe('access tokens of a real issuer', () => {
  let issuer: Issuer;
  let service: TestService;
  let now = new Date();
  const closers: (() => unknown)[] = [];
  before(async () => {
    const clients = {
      intake: { tenant: 'acme' },
      signer: { tenant: 'acme', alg: 'RS256' as const },
      lost: { tenant: null },
    };
    issuer = await startIssuer(clients, SCOPE_NAMES);
    const t = { after: (close: unknown) => void closers.push(close as () => unknown) };
    service = await openService(t, settings(issuer.url), () => ({ clock: () => now }));
  });
  after(async () => {
    for (const close of closers) await close();
    await issuer.close();
  });

  const settings = (url: string, more: Record<string, string> = {}) => ({
    ...{ AUTH: 'required', OAUTH_ISSUER: url, OAUTH_AUDIENCE: AUDIENCE, OAUTH_JWKS_URL: `${url}/jwks` },
    ...more,
  });
  const ask = (
    token: string,
    { url = '/v1/corpora', app = service.app as App, payload = undefined as object | undefined } = {},
  ) =>
    app.inject({
      ...{ method: payload === undefined ? 'GET' : 'POST', url },
      headers: { authorization: `Bearer ${token}` },
      ...(payload === undefined ? {} : { payload }),
    });
  const claims = () => ({
    ...{ iss: issuer.url, aud: AUDIENCE, client_id: 'intake', sub: 'intake', scope: 'corpora:read', tenant: 'acme' },
    exp: Math.floor(now.getTime() / 1000) + 60,
  });
  const signed = async (payload: object, header: { alg: string; kid?: string }, key?: CryptoKey | Uint8Array) =>
    new SignJWT({ ...payload })
      .setProtectedHeader({ typ: 'at+jwt', ...header })
      .sign(key ?? ((await importJWK(issuer.keys.ES256, 'ES256')) as CryptoKey));
  const es256 = { alg: 'ES256', kid: 'key-ES256' };

  test('say who asks, for which tenant, and what they may do', async () => {
    const token = await issuer.token('intake', 'corpora:read corpora:write');
    assert.equal(decodeProtectedHeader(token).typ, 'at+jwt');
    const made = await ask(token, { payload: { name: 'people' } });
    assert.equal(made.statusCode, 201, made.body);
    const [entry] = (await service.deps.store.readLedger({ limit: 10 })).filter(
      ({ type }) => type === 'corpus.created',
    );
    assert.deepEqual([entry?.tenant, entry?.actor], ['acme', 'client:intake']);
    const other = await issuer.token('signer', 'corpora:read');
    assert.equal(decodeProtectedHeader(other).alg, 'RS256');
    assert.equal((await ask(other)).json().items.length, 1, 'the same tenant');
    const beyond = await ask(other, { payload: { name: 'more' } });
    assert.deepEqual([beyond.statusCode, beyond.json().code], [403, 'insufficient-scope']);
    const lost = await ask(await issuer.token('lost', 'corpora:read'));
    assert.deepEqual([lost.statusCode, lost.json().code], [403, 'no-tenant']);
    assert.equal((await ask(await signed(claims(), es256))).statusCode, 200, 'as the issuer would sign it');
    // the issuer knows nothing of its end
    const { store } = service.deps;
    await store.createCorpus('leaving', 'c', 'tester');
    const leaving = await signed({ ...claims(), tenant: 'leaving' }, es256);
    assert.equal((await ask(leaving)).statusCode, 200);
    assert.equal((await store.offboardTenant('leaving', 'tester', 'sha256:0')).status, 'done');
    now = new Date(now.getTime() + 2001);
    const left = await ask(leaving);
    assert.deepEqual([left.statusCode, left.json().code], [403, 'tenant-offboarded'], left.body);
  });

  test('are refused where anything about them is not as it has to be', async () => {
    const token = await issuer.token('intake', 'corpora:read');
    const [header, payload, signature] = token.split('.') as [string, string, string];
    const altered = base64url.encode(JSON.stringify({ ...decodeJwt(token), tenant: 'default' }));
    const { privateKey: stranger } = await generateKeyPair('ES256');
    const rsa = (await importJWK(issuer.keys.RS256, 'RS512')) as CryptoKey;
    const { d: _, ...published } = issuer.keys.ES256;
    const spki = await exportSPKI((await importJWK(published, 'ES256')) as CryptoKey);
    const { exp: _exp, ...endless } = claims();
    const { client_id: _id, sub: _sub, ...nobody } = claims();
    const none = base64url.encode(JSON.stringify({ alg: 'none', typ: 'at+jwt' }));
    const wrong: Record<string, string> = {
      audience: await issuer.token('intake', 'corpora:read', OTHER_AUDIENCE),
      issuer: await signed({ ...claims(), iss: 'https://elsewhere.example' }, es256),
      'altered payload': [header, altered, signature].join('.'),
      'no signature': [none, payload, ''].join('.'),
      'signed by another key under a known id': await signed(claims(), es256, stranger),
      'unknown key': await signed(claims(), { alg: 'ES256', kid: 'of-nobody' }, stranger),
      'algorithm off the list': await signed(claims(), { alg: 'RS512', kid: 'key-RS256' }, rsa),
      'public key as a shared secret': await signed(claims(), { alg: 'HS256' }, new TextEncoder().encode(spki)),
      'no end': await signed(endless, es256),
      'ended a minute ago': await signed({ ...claims(), exp: Math.floor(now.getTime() / 1000) - 60 }, es256),
      'begins in a minute': await signed({ ...claims(), nbf: Math.floor(now.getTime() / 1000) + 60 }, es256),
      'of nobody': await signed(nobody, es256),
      'no JWT': 'eyJ.eyJ.x',
    };
    for (const [what, bad] of Object.entries(wrong)) {
      const answer = await ask(bad);
      assert.deepEqual([answer.statusCode, answer.json().code], [401, 'unauthenticated'], what);
      assert.match(String(answer.headers['www-authenticate']), /error="invalid_token"/, what);
    }
    const before = now;
    now = new Date(now.getTime() + 3_600_000);
    const late = await ask(token);
    now = before;
    assert.deepEqual([late.statusCode, late.json().detail], [401, 'The access token has expired.']);
    assert.equal((await ask(token)).statusCode, 200);
    assert.ok(!service.logs.join('').includes(signature));
  });

  test('two people behind one client are two, one with two clients is one, and the ledger knows neither by name', async () => {
    const actors: string[] = [];
    for (const [sub, client_id] of [
      ['mirela@example.org', 'intake'],
      ['jonas@example.org', 'intake'],
      ['mirela@example.org', 'console'],
      ['intake@clients', 'intake'],
    ]) {
      const token = await signed({ ...claims(), sub, client_id, scope: 'corpora:write' }, es256);
      const made = await ask(token, { payload: { name: `of-${actors.length}` } });
      assert.equal(made.statusCode, 201, made.body);
      actors.push((await service.deps.store.readLedger({ limit: 100 })).at(-1)!.actor);
    }
    const [mirela, jonas, again, itself] = actors as [string, string, string, string];
    assert.match(mirela, /^person:[\w-]{16}$/);
    assert.notEqual(mirela, jonas);
    assert.deepEqual([again, itself], [mirela, 'client:intake']);
  });

  test('an issuer that cannot be asked is 503, not 401', async (t) => {
    const config = readConfig({ ...settings('http://127.0.0.1:1'), DATA_DIR: service.deps.config.dataDir });
    const app = await buildApp({ ...service.deps, config });
    t.after(() => app.close());
    const answer = await ask(await issuer.token('intake', 'corpora:read'), { app });
    assert.deepEqual([answer.statusCode, answer.json().code], [503, 'service-unavailable']);
    assert.ok(Number(answer.headers['retry-after']) > 0);
    assert.doesNotMatch(answer.body, /127\.0\.0\.1/);
  });

  test('settings that would let anybody sign are refused', () => {
    const refused = (more: Record<string, string>, pattern: RegExp) =>
      assert.throws(() => readConfig(settings(issuer.url, more)), pattern);
    refused({ OAUTH_ALGORITHMS: 'ES256,HS256' }, /OAUTH_ALGORITHMS .* not HS256/);
    refused({ OAUTH_ALGORITHMS: 'none' }, /not none/);
    refused({ OAUTH_AUDIENCE: '' }, /OAUTH_AUDIENCE must be set/);
    refused({ OAUTH_JWKS_URL: 'http://keys.example/jwks' }, /must be an https URL/);
    assert.equal(readConfig({}).auth.oauth, null);
  });
});
