// Every operation of the OpenAPI document: without a credential, without its scope, with another tenant's key, and with its own.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { DECIDING, OF_ALL_TENANTS, ROLES, SCOPE_NAMES, type Scope } from '../../src/domain/scopes.ts';
import { callOf, LOOKS_NOTHING_UP, pathOf } from './matrix/cases.ts';
import { ACME, type Acme, caller, fillAcme, GLOBEX, keyOf } from './matrix/world.ts';
import { OPENDSR } from './opendsr-fixture.ts';
import { openService, type TestService } from './service.ts';

interface Operation {
  id: string;
  method: string;
  template: string;
  /** Null: for everybody. */
  scope: Scope | null;
}

interface Document {
  paths: Record<string, Record<string, { operationId: string; security?: Record<string, string[]>[] }>>;
}

const operationsOf = ({ paths }: Document): Operation[] =>
  Object.entries(paths).flatMap(([template, operations]) =>
    Object.entries(operations).map(([method, { operationId, security }]) => {
      assert.ok(security !== undefined, `${operationId} says nothing of security`);
      const scope = (security[0]?.api_key?.[0] ?? null) as Scope | null;
      return { id: operationId, method: method.toUpperCase(), template, scope };
    }),
  );

/** OpenDSR has a form of its own. */
const codeOf = (answer: { json(): { code?: string; error?: { errors: { reason: string }[] } } }) => {
  const { code, error } = answer.json();
  return code ?? error?.errors[0]?.reason;
};

/** So that nothing is gone before it has been read, and what lies in something before that. */
const ORDER = ['GET', 'OPTIONS', 'PUT', 'POST', 'PATCH', 'DELETE'];

/** What `admin` lacks. */
const BY_COMMAND = [...DECIDING, ...OF_ALL_TENANTS];

describe('every operation', () => {
  let service: TestService;
  let acme: Acme;
  let ask: ReturnType<typeof caller>;
  const operations: Operation[] = [];
  const keys = { acme: '', globex: '', narrow: '', other: '', acmeDecides: '', globexDecides: '' };
  const closers: (() => unknown)[] = [];

  before(async () => {
    const t = { after: (close: unknown) => void closers.push(close as () => unknown) };
    service = await openService(t, { AUTH: 'required', COMPLETIONS_ENABLED: 'true', ...OPENDSR });
    ask = caller(service);
    const made = async (tenant: string, scopes: readonly Scope[]) => (await keyOf(service, tenant, scopes)).text;
    [keys.acme, keys.globex] = [await made(ACME, ROLES.admin), await made(GLOBEX, ROLES.admin)];
    [keys.acmeDecides, keys.globexDecides] = [await made(ACME, BY_COMMAND), await made(GLOBEX, BY_COMMAND)];
    [keys.narrow, keys.other] = [await made(ACME, ['catalogue:read']), await made(ACME, ['models:read'])];
    acme = await fillAcme(service, keys.acme);
    operations.push(...operationsOf((await service.app.inject('/openapi.json')).json()));
    const rank = ({ method, template }: Operation) => 1000 * ORDER.indexOf(method) - template.length;
    operations.sort((a, b) => rank(a) - rank(b));
  });
  after(async () => {
    for (const close of closers) await close();
  });

  const call = (operation: Operation, key: string | null) => {
    const { body, headers, query = '' } = callOf(operation.id);
    return ask(key, operation.method, `${pathOf(operation.template, acme)}${query}`, body, headers);
  };
  /** Nobody who decides manages keys, so it takes two to do everything. */
  const callAs = (operation: Operation, tenant: 'acme' | 'globex') =>
    call(operation, BY_COMMAND.includes(operation.scope!) ? keys[`${tenant}Decides`] : keys[tenant]);
  const closed = () => operations.filter(({ scope }) => scope !== null);

  test('takes a credential, but for health, documentation and public keys', async () => {
    const open = operations.filter(({ scope }) => scope === null);
    const names = ['discoverOpenDsr', 'getKeys', 'getLiveness', 'getOpenDsrCertificate', 'getProblem', 'getReadiness'];
    assert.deepEqual(open.map(({ id }) => id).sort(), names);
    for (const operation of open) assert.equal((await call(operation, null)).statusCode, 200, operation.id);
    for (const operation of closed()) {
      const answer = await call(operation, null);
      assert.deepEqual([answer.statusCode, codeOf(answer)], [401, 'unauthenticated'], operation.id);
    }
  });

  test('takes a credential with its scope, and every scope opens something', async () => {
    for (const operation of closed()) {
      const answer = await call(operation, operation.scope === 'catalogue:read' ? keys.other : keys.narrow);
      assert.deepEqual([answer.statusCode, codeOf(answer)], [403, 'insufficient-scope'], operation.id);
    }
    assert.deepEqual(new Set(operations.map(({ scope }) => scope)), new Set([null, ...SCOPE_NAMES]));
  });

  test('answers another tenant as if nothing were there', async () => {
    const foreign = Object.values(acme);
    for (const operation of closed()) {
      const { id, template } = operation;
      const answer = await callAs(operation, 'globex');
      const named = template.includes('{') && !Object.hasOwn(LOOKS_NOTHING_UP, id);
      if (named) assert.deepEqual([answer.statusCode, codeOf(answer)], [404, 'not-found'], `${id} ${answer.body}`);
      else assert.ok(answer.statusCode < 300, `${id} ${answer.body}`);
      for (const one of named ? [] : foreign) assert.ok(!answer.body.includes(one), `${id} shows ${one}`);
    }
  });

  test('refuses another tenant’s resources in a body as it refuses those that do not exist', async () => {
    const subject = { identifiers: [{ type: 'email', value: 'mirela@example.org' }] };
    const train = (corpus_id: string) => ({ name: 'm', path: 'tiny', corpora: [{ corpus_id, role: 'train' }] });
    const absent = '0198a000-0000-7000-8000-000000000001';
    const cases: [url: string, body: (id: string) => object, id: string, code: string][] = [
      ['/v1/deletion-requests', (id) => ({ subject, targets: [id] }), acme.model, 'unknown-model'],
      ['/v1/models', train, acme.corpus, 'unknown-corpus'],
      ['/v1/models', (id) => ({ name: 'm', upload_id: id, corpora: [] }), acme.upload, 'unknown-upload'],
    ];
    for (const [url, body, id, code] of cases) {
      const [there, nowhere] = [
        await ask(keys.globex, 'POST', url, body(id)),
        await ask(keys.globex, 'POST', url, body(absent)),
      ];
      assert.deepEqual([there.statusCode, there.json().code], [422, code], there.body);
      assert.equal(there.json().detail.replaceAll(id, absent), nowhere.json().detail);
    }
    for (const path of ['tiny', '../acme/tiny', 'acme/tiny', `${service.importDir}/acme/tiny`]) {
      const answer = await ask(keys.globex, 'POST', '/v1/models', { name: 'm', path, corpora: [] });
      assert.deepEqual([answer.statusCode, answer.json().code], [422, 'path-not-allowed'], path);
    }
    const filters = [`certificates?request_id=${acme.request}`, `runs?model_id=${acme.model}`];
    for (const url of filters) assert.deepEqual((await ask(keys.globex, 'GET', `/v1/${url}`)).json().items, [], url);
    const search = await ask(keys.globex, 'POST', '/v1/deletion-requests', { subject });
    assert.deepEqual([search.statusCode, search.json().targets], [202, []], 'whom another tenant’s model knows');
  });

  test('is there for its own tenant', async () => {
    for (const operation of closed()) {
      const { statusCode, body } = await callAs(operation, 'acme');
      assert.ok(
        statusCode < 500 && ![400, 401, 403, 404, 415].includes(statusCode),
        `${operation.id} ${statusCode} ${body}`,
      );
    }
  });
});
