import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { v7 as uuid } from 'uuid';
import { ROLES, SCOPE_NAMES, type Scope } from '../../src/domain/scopes.ts';
import { makeKey } from '../../src/evidence/api-key.ts';
import { BELIEVED_MS } from '../../src/http/key-check.ts';
import { openService, type TestService } from './service.ts';

const DAY_MS = 86_400_000;

/** What the command does: a key of any scopes, in any tenant. */
async function keyOf({ deps }: TestService, scopes: readonly Scope[], tenant = 'default', days = 100) {
  const id = uuid();
  const { text, secret_hash } = makeKey(id);
  const wanted = { id, secret_hash, name: 'test', scopes: [...scopes], lifetime_ms: days * DAY_MS };
  const { actor } = await deps.store.createApiKey(tenant, wanted, 'command');
  return { id, text, actor };
}

const ask = ({ app }: TestService, method: string, url: string, key?: string, payload?: object) =>
  app.inject({
    ...{ method: method as 'GET', url },
    headers: key === undefined ? {} : { authorization: `Bearer ${key}` },
    ...(payload === undefined ? {} : { payload }),
  });

describe('a service that asks who calls', () => {
  const closers: (() => unknown)[] = [];
  let service: TestService;
  let passed = 0;
  const pass = (ms: number) => {
    passed += ms;
  };
  before(async () => {
    const t = { after: (close: unknown) => void closers.push(close as () => unknown) };
    const clock = () => new Date(Date.now() + passed);
    service = await openService(t, { AUTH: 'required' }, () => ({ clock }));
  });
  after(async () => {
    for (const close of closers) await close();
  });

  test('tells nobody anything without a key, and says how to ask', async () => {
    const { text } = await keyOf(service, ['models:read']);
    const missing = await ask(service, 'GET', '/v1/models');
    assert.deepEqual([missing.statusCode, missing.json().code], [401, 'unauthenticated']);
    assert.equal(missing.headers['www-authenticate'], 'Bearer realm="expunge"');
    const basic = await service.app.inject({ url: '/v1/models', headers: { authorization: 'Basic eDp5' } });
    assert.equal(basic.statusCode, 401);
    for (const open of ['/health/live', '/.well-known/jwks.json', '/openapi.json', '/problems/unauthenticated'])
      assert.equal((await ask(service, 'GET', open)).statusCode, 200, open);
    assert.equal((await ask(service, 'GET', '/v1/nothing')).statusCode, 404);
    assert.equal((await ask(service, 'GET', '/v1/models', text)).statusCode, 200);
    const beyond = await ask(service, 'GET', '/v1/runs', text);
    assert.deepEqual([beyond.statusCode, beyond.json().code], [403, 'insufficient-scope']);
    assert.equal(
      beyond.headers['www-authenticate'],
      'Bearer realm="expunge", error="insufficient_scope", scope="runs:read"',
    );
  });

  test('says the same of a key that is unknown, wrong, revoked or expired', async () => {
    const { deps } = service;
    const [right, short] = [await keyOf(service, ['models:read']), await keyOf(service, ['models:read'], 'default', 1)];
    const wrong = makeKey(right.id).text;
    const unknown = makeKey(uuid()).text;
    const seen = async (text: string) => {
      const answer = await ask(service, 'GET', '/v1/models', text);
      const { instance: _, ...problem } = answer.json();
      return { status: answer.statusCode, problem, challenge: answer.headers['www-authenticate'] };
    };
    const answers = [await seen(unknown), await seen(wrong)];
    assert.equal((await ask(service, 'GET', '/v1/models', right.text)).statusCode, 200);
    answers.push(await seen(wrong));
    await deps.store.revokeApiKey('default', right.id, 'command');
    pass(BELIEVED_MS);
    answers.push(await seen(right.text));
    pass(2 * DAY_MS);
    answers.push(await seen(short.text));
    assert.equal(answers[0]!.status, 401);
    assert.match(String(answers[0]!.challenge), /error="invalid_token"/);
    for (const answer of answers) assert.deepEqual(answer, answers[0]);
    const typo = await seen(`${short.text.slice(0, 50)}${short.text[50] === 'a' ? 'b' : 'a'}${short.text.slice(51)}`);
    assert.match(typo.problem.detail, /as it was made/);
  });

  test('asks the store of a key once in a while, and notes its use once a minute', async () => {
    const { deps } = service;
    const { id, text } = await keyOf(service, ['models:read']);
    let asked = 0;
    const { apiKeyInUse } = deps.store;
    deps.store.apiKeyInUse = (key) => {
      asked += 1;
      return apiKeyInUse(key);
    };
    const many = () => Promise.all(Array.from({ length: 10 }, () => ask(service, 'GET', '/v1/models', text)));
    await many();
    await many();
    assert.equal(asked, 1);
    pass(BELIEVED_MS);
    await many();
    assert.equal(asked, 2);
    const used = async () => (await deps.store.getApiKey('default', id))!.last_used_at;
    while ((await used()) === null) await new Promise((resolve) => setTimeout(resolve, 5));
    const first = await used();
    await deps.store.noteApiKeyUse(id);
    assert.equal(await used(), first);
  });

  test('keys over HTTP are made, shown once, listed, replaced and revoked, and the ledger says by whom', async () => {
    const { deps, logs } = service;
    const begun = (await deps.store.readLedger({ limit: 100 })).length;
    const admin = await keyOf(service, ROLES.admin);
    const wanted = { name: 'intake', scopes: ['requests:read'], expires_in_days: 30 };
    const made = await ask(service, 'POST', '/v1/api-keys', admin.text, wanted);
    assert.equal(made.statusCode, 201, made.body);
    assert.equal(made.headers['cache-control'], 'no-store');
    const { key: text, ...shown } = made.json();
    assert.deepEqual(shown.created_by, admin.actor);
    assert.equal((await ask(service, 'GET', '/v1/deletion-requests', text)).statusCode, 200);
    const listed = (await ask(service, 'GET', '/v1/api-keys', admin.text)).json().items;
    assert.deepEqual(
      listed.slice(0, 2).map((key: { id: string }) => key.id),
      [shown.id, admin.id],
    );

    const rotated = await ask(service, 'POST', `/v1/api-keys/${shown.id}/rotate`, admin.text, { overlap_hours: 1 });
    assert.equal(rotated.statusCode, 201, rotated.body);
    const { key: next, ...after } = rotated.json();
    assert.deepEqual([after.actor, after.scopes, after.name], [shown.actor, shown.scopes, shown.name]);
    for (const one of [text, next])
      assert.equal((await ask(service, 'GET', '/v1/deletion-requests', one)).statusCode, 200);
    const again = await ask(service, 'POST', `/v1/api-keys/${shown.id}/rotate`, admin.text, {});
    assert.deepEqual([again.statusCode, again.json().existing], [409, `/v1/api-keys/${after.id}`]);
    pass(3_600_000 + BELIEVED_MS);
    assert.equal((await ask(service, 'GET', '/v1/deletion-requests', text)).statusCode, 401);
    assert.equal((await ask(service, 'GET', '/v1/deletion-requests', next)).statusCode, 200);

    const gone = await ask(service, 'DELETE', `/v1/api-keys/${after.id}`, admin.text);
    assert.equal(gone.json().state, 'revoked');
    pass(BELIEVED_MS);
    assert.equal((await ask(service, 'GET', '/v1/deletion-requests', next)).statusCode, 401);

    const ledger = (await deps.store.readLedger({ limit: 100 })).slice(begun);
    assert.deepEqual(
      ledger.map((entry) => [entry.type, entry.actor]),
      [
        ['api-key.created', 'command'],
        ['api-key.created', admin.actor],
        ['api-key.rotated', admin.actor],
        ['api-key.revoked', admin.actor],
      ],
    );
    const written = logs.join('') + JSON.stringify(ledger) + JSON.stringify(listed);
    for (const secret of [admin.text, text, next].map((one) => one.slice(37)))
      assert.ok(!written.includes(secret.slice(0, 20)));
  });

  test('keys hand on no more than their maker may do, and nobody makes their own second pair of eyes', async () => {
    const clerk = await keyOf(service, ['keys:manage', 'requests:read']);
    const both = await keyOf(service, SCOPE_NAMES);
    const make = (key: string, scopes: string[]) => ask(service, 'POST', '/v1/api-keys', key, { name: 'k', scopes });
    const refused = await make(clerk.text, ['requests:read', 'models:ask', 'runs:read']);
    assert.deepEqual([refused.statusCode, refused.json().code], [403, 'scope-not-granted']);
    assert.match(refused.json().detail, /models:ask, runs:read/);
    for (const scopes of [['requests:approve'], ['runs:promote'], ['requests:create']])
      assert.equal((await make(both.text, scopes)).statusCode, 403, 'to approve by, or to file by');
    const rotate = (key: string, id: string) => ask(service, 'POST', `/v1/api-keys/${id}/rotate`, key, {});
    const approver = await keyOf(service, ['requests:approve']);
    assert.equal((await rotate(both.text, approver.id)).statusCode, 403, 'its secret would be shown');
    assert.equal((await rotate(clerk.text, both.id)).statusCode, 403);
    assert.equal((await rotate(both.text, both.id)).statusCode, 201, 'itself');
  });

  test('a key is replaced and revoked as whoever asks has seen it, where they say so', async () => {
    const { text } = await keyOf(service, ['keys:manage']);
    const url = `/v1/api-keys/${(await keyOf(service, ['keys:manage'])).id}`;
    const authorization = `Bearer ${text}`;
    const get = () => service.app.inject({ url, headers: { authorization } });
    const held = async (method: 'POST' | 'DELETE', path: string, tag: unknown) =>
      (await service.app.inject({ method, url: path, headers: { authorization, 'if-match': String(tag) } })).statusCode;
    const seen = await get();
    const tag = seen.headers.etag;
    assert.deepEqual([await held('POST', `${url}/rotate`, '"x"'), await held('DELETE', url, '"x"')], [412, 412]);
    assert.deepEqual((await get()).json(), seen.json(), 'nothing was done');
    assert.deepEqual([await held('POST', `${url}/rotate`, tag), await held('DELETE', url, tag)], [201, 412]);
    assert.equal((await get()).json().state, 'active');
    assert.equal(await held('DELETE', url, (await get()).headers.etag), 200);
    assert.equal(await held('DELETE', url, '"x"'), 200, 'nothing is left to do');
  });

  test('a key that was revoked a moment ago makes no other', async () => {
    const { id, text } = await keyOf(service, ROLES.admin);
    assert.equal((await ask(service, 'DELETE', `/v1/api-keys/${id}`, text)).statusCode, 200);
    const wanted = { name: 'k', scopes: ['requests:read'] };
    assert.equal((await ask(service, 'POST', '/v1/api-keys', text, wanted)).statusCode, 401);
  });
});
