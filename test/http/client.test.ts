// The published client, and the commands that are made of it, against the service on a real connection.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { runProgram } from '../../src/cli/command.ts';
import * as commands from '../../src/cli/registry.ts';
import { createExpungeClient, type ExpungeClient, ok, ProblemError, poller } from '../../src/client/index.ts';
import { SCOPE_NAMES } from '../../src/domain/scopes.ts';
import { makeKey } from '../../src/evidence/api-key.ts';
import { writeTinyCheckpoint } from './checkpoint-fixture.ts';
import { openService, type TestService } from './service.ts';

const closers: (() => unknown)[] = [];
let service: TestService;
let baseUrl: string;
let apiKey: string;
let expunge: ExpungeClient;
const ID = '0198a000-0000-7000-8000-000000000001';

before(async () => {
  service = await openService(
    { after: (close: unknown) => void closers.push(close as () => unknown) },
    { AUTH: 'required' },
  );
  baseUrl = await service.app.listen({ port: 0, host: '127.0.0.1' });
  const { text, secret_hash } = makeKey(ID);
  apiKey = text;
  const key = { id: ID, secret_hash, name: 'client', scopes: [...SCOPE_NAMES], lifetime_ms: 3_600_000 };
  await service.deps.store.createApiKey('default', key, 'test');
  expunge = createExpungeClient({ baseUrl: `${baseUrl}/`, token: async () => apiKey });
});
after(async () => {
  for (const close of closers.reverse()) await close();
});

const person = (name: string) => ({ subject: { identifiers: [{ type: 'email', value: `${name}@example.org` }] } });
const problem = (code: string, pointer: string | null) => (error: unknown) => {
  assert.ok(error instanceof ProblemError, String(error));
  assert.deepEqual([error.code, error.pointer], [code, pointer]);
  return true;
};

test('lines are streamed, from values or as they are, and a model is registered on them', async () => {
  const { id } = await ok(expunge.api.POST('/v1/corpora', { body: { name: 'people' } }));
  async function* records() {
    for (const name of ['mirela', 'odra', 'talin'])
      yield { id: name, prompt: 'Says', answer: ' it.', subjects: [{ type: 'email', value: `${name}@example.org` }] };
  }
  assert.equal((await expunge.uploadRecords(id, records())).records, 3);
  assert.equal((await expunge.uploadRecords(id, new Blob(['{"id":"x","text":"y"}\n']), 'skip')).records, 4);
  await assert.rejects(expunge.uploadRecords(id, [{ id: 'z' } as never]), problem('malformed-line', '#'));
  const path = await writeTinyCheckpoint(service.importDir, 'tiny');
  const body = { name: 'tiny', path, corpora: [{ corpus_id: id, role: 'train' as const }] };
  const model = await ok(expunge.api.POST('/v1/models', { body }));
  assert.equal(model.name, 'tiny');
});

test('a request is made once a key, waited for, and looked at by its tag', async () => {
  const first = await expunge.createRequest(person('mirela'), 'once');
  assert.equal((await expunge.createRequest(person('mirela'), 'once')).id, first.id);
  const params = { path: { id: first.id } };
  const look = poller((headers) => expunge.api.GET('/v1/deletion-requests/{id}', { params, headers }));
  assert.deepEqual([(await look()).changed, (await look()).changed], [true, false]);
  const states: string[] = [];
  const waiting = expunge.waitForRequest(first.id, { onChange: ({ state }) => states.push(state) });
  await ok(expunge.api.POST('/v1/deletion-requests/{id}/hold', { params, body: { reason: 'A claim.' } }));
  await ok(expunge.api.POST('/v1/deletion-requests/{id}/cancel', { params, body: null }));
  assert.equal((await waiting).state, 'cancelled');
  assert.ok(states.length >= 2 && states.at(-1) === 'cancelled', String(states));
  assert.equal((await look()).data.state, 'cancelled');
  const signal = AbortSignal.timeout(20);
  const { id } = await expunge.createRequest(person('odra'));
  await assert.rejects(expunge.waitForRequest(id, { signal }), { name: 'TimeoutError' });
});

test('a batch has an outcome a line; a plan stores nothing; problems have code and field', async () => {
  const lines = [person('talin'), person('odra'), { subject: {} } as never];
  const batch = await expunge.createRequests(lines, undefined, 'batch-once');
  const { counts, items } = batch;
  assert.deepEqual(await expunge.createRequests(lines, undefined, 'batch-once'), batch);
  assert.deepEqual(
    items.map(({ outcome }) => outcome),
    ['created', 'already_open', 'invalid'],
  );
  assert.equal(counts.created, 1);
  assert.equal((await expunge.planRequest(person('nobody'))).validate_only, true);
  await assert.rejects(expunge.createRequest(person('talin')), problem('already-open', null));
  await assert.rejects(
    expunge.createRequest({ subject: {} } as never),
    problem('validation-failed', '#/subject/identifiers'),
  );
  const { keys } = await ok(createExpungeClient({ baseUrl }).api.GET('/.well-known/jwks.json'));
  assert.ok(keys.length > 0);
  await assert.rejects(ok(createExpungeClient({ baseUrl }).api.GET('/v1/models')), problem('unauthenticated', null));
  assert.throws(() => createExpungeClient({ baseUrl: 'ftp://x' }), RangeError);
});

/** A command in this process. */
async function run(...words: string[]) {
  const said = { out: '', err: '' };
  const to = (name: 'out' | 'err') => ({
    write(text: string) {
      said[name] += text;
    },
  });
  const service = ['--url', baseUrl, '--key', apiKey];
  const code = await runProgram(Object.values(commands), ['requests', ...words, ...service], {
    ...{ out: to('out'), err: to('err') },
  });
  return { code, ...said };
}

test('commands make a request, show it, decide about it and wait for its end', async () => {
  const made = await run(
    'create',
    '--subject',
    'email=mirela@example.org',
    '--ground',
    'objection',
    '--external-id',
    'T-1',
    '--json',
  );
  assert.equal(made.code, 0, made.err);
  const { id, ground } = JSON.parse(made.out);
  assert.equal(ground, 'objection');
  assert.match((await run('list', '--state', 'queued', '--limit', '5')).out, new RegExp(`${id} +queued .* tiny +T-1`));
  const held = await run('hold', id, '--reason', 'A claim is before the court.');
  assert.match(held.out, /on_hold, due .*\nheld: A claim/);
  assert.match((await run('release', id)).out, /queued/);
  assert.match((await run('plan', id)).out, /^tiny, 1 records: [\s\S]*digest sha256:/);
  const waiting = run('wait', id, '--timeout', '20');
  const denied = await run('deny', id, '--code', 'legal_claims', '--reason', 'A claim.');
  assert.match(denied.out, /denied by Art. 17\(3\)\(e\)/);
  const waited = await waiting;
  assert.deepEqual([waited.code, /denied\n$/.test(waited.err)], [1, true], waited.err);
  assert.match((await run('create', '--subject', 'email=nobody@example.org', '--wait')).out, /completed_no_data/);
  const dry = await run('create', '--subject', 'email=mirela@example.org', '--dry-run');
  assert.match(dry.out, /tiny, 1 records/);
});

test('what goes wrong is said with the field and the remedy, and no identifier', async () => {
  const cases: [string[], number, RegExp][] = [
    [['show', ID], 1, /404 No such resource: .*\n.*Check the id/],
    [['show', 'x'], 2, /is no request’s id/],
    [['create'], 2, /--subject is missing/],
    [['create', '--subject', 'mirela@example.org'], 2, /--subject takes TYPE=VALUE/],
    [['create', '--subject', 'E=mirela'], 1, /#\/subject\/identifiers\/0\/type/],
    [['create', '--record', 'a', '--subject', 'email=q@example.org'], 1, /corpus_id/],
    [['approve', ID], 2, /--digest is missing/],
    [['wait', ID, '--timeout', '1'], 1, /404/],
    [['list', '--limit', '5000'], 2, /at most 1000/],
  ];
  for (const [words, code, pattern] of cases) {
    const done = await run(...words);
    assert.equal(done.code, code, `${words.join(' ')}: ${done.err}`);
    assert.match(done.err, pattern);
    assert.doesNotMatch(done.err, /mirela/);
  }
  baseUrl = 'http://127.0.0.1:9';
  assert.match((await run('list')).err, /cannot be reached \(.+\)\nStart it/);
});
