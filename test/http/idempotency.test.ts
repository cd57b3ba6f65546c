import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { readKey } from '../../src/http/idempotency.ts';
import { databaseContents } from '../helpers/contents.ts';
import { writeTinyCheckpoint } from './checkpoint-fixture.ts';
import { call, corpusWith, line, openService, type TestService } from './service.ts';

const closers: (() => unknown)[] = [];
let service: TestService;
before(async () => {
  service = await openService({ after: (close) => void closers.push(close as () => unknown) });
  const people = Array.from({ length: 6 }, (_, i) => line(`r${i}`, `person${i}@example.org`));
  const corpus_id = await corpusWith(service.app, 'train', people);
  const path = await writeTinyCheckpoint(service.importDir, 'tiny');
  await call(service.app, 'POST', '/v1/models', { name: 'tiny', path, corpora: [{ corpus_id, role: 'train' }] });
});
after(async () => {
  for (const close of closers) await close();
});

const bodyOf = (i: number) => ({ subject: { identifiers: [{ type: 'email', value: `person${i}@example.org` }] } });
const ask = (key: string, payload: object, url = '/v1/deletion-requests') =>
  service.app.inject({ method: 'POST', url, payload, headers: { 'idempotency-key': key } });
const requests = async () => (await call(service.app, 'GET', '/v1/deletion-requests')).json().items.length;

test('the same call again gets the first answer again, and nothing is done twice', async () => {
  const first = await ask('"case-1"', bodyOf(1));
  assert.equal(first.statusCode, 202, first.body);
  assert.equal(first.headers['idempotency-replayed'], undefined);
  // bare or quoted, in whichever order its members stand
  for (const key of ['case-1', ' "case-1" ']) {
    const again = await ask(key, { subject: { identifiers: [{ value: 'person1@example.org', type: 'email' }] } });
    assert.equal(again.statusCode, 202);
    assert.equal(again.body, first.body);
    assert.equal(again.headers['idempotency-replayed'], 'true');
    for (const name of ['location', 'retry-after', 'content-type'] as const)
      assert.equal(again.headers[name], first.headers[name], name);
  }
  assert.equal(await requests(), 1);
});

test('another call with the same key is refused, by its body and by its path', async () => {
  for (const other of [await ask('case-1', bodyOf(2)), await ask('case-1', { name: 'x' }, '/v1/corpora')]) {
    assert.equal(other.statusCode, 422, other.body);
    assert.equal(other.json().code, 'idempotency-key-reused');
  }
  assert.equal(await requests(), 1);
});

test('a refusal is an answer too; what does not fit the schema takes no key', async () => {
  const refused = await ask('twice', bodyOf(1));
  assert.equal(refused.json().code, 'already-open');
  const again = await ask('twice', bodyOf(1));
  assert.deepEqual([again.body, again.headers['idempotency-replayed']], [refused.body, 'true']);
  assert.equal((await ask('mended', { subject: {} })).statusCode, 400);
  assert.equal((await ask('mended', bodyOf(2))).statusCode, 202);
});

test('of twenty at once one is done; the others wait or get its answer', async () => {
  const before = await requests();
  const answers = await Promise.all(Array.from({ length: 20 }, () => ask('rush', bodyOf(3))));
  for (const answer of answers) {
    const busy = answer.statusCode === 409 && answer.json().code === 'idempotency-key-busy';
    assert.ok(answer.statusCode === 202 || (busy && Number(answer.headers['retry-after']) > 0), answer.body);
  }
  assert.ok(new Set(answers.filter(({ statusCode }) => statusCode === 202).map(({ body }) => body)).size === 1);
  assert.equal(await requests(), before + 1);
});

test('a key that is none is named; without one calls are as ever', async () => {
  for (const key of ['', '""', 'two words', `"${'x'.repeat(256)}"`, '"open']) {
    const wrong = await ask(key, bodyOf(4));
    assert.equal(wrong.statusCode, 400, key);
    assert.equal(wrong.json().errors[0].pointer, '#/headers/idempotency-key');
  }
  assert.equal(readKey(String.raw`"a \"b\" \\"`), String.raw`a "b" \ `.trim());
  assert.equal((await call(service.app, 'POST', '/v1/deletion-requests', bodyOf(4))).statusCode, 202);
});

test('a call that never answers, because its process is gone, blocks its key for a minute', async () => {
  const waiting = service.app.inject({
    ...{ method: 'POST', url: '/v1/deletion-requests', payload: bodyOf(5) },
    headers: { 'idempotency-key': 'left-alone', prefer: 'wait=1' },
  });
  const client = new pg.Client({ connectionString: service.deps.config.databaseUrl! });
  await client.connect();
  const text = `select extract(epoch from max(busy_until) - clock_timestamp())::float8 as seconds from idempotency_keys`;
  let seconds: number | null = null;
  for (let looks = 0; seconds === null && looks < 100; looks++) {
    seconds = (await client.query<{ seconds: number | null }>(text)).rows[0]!.seconds;
    await sleep(20);
  }
  await client.end();
  assert.ok(seconds !== null && seconds > 50 && seconds <= 60, String(seconds));
  assert.equal((await waiting).statusCode, 202);
});

test('an answer is kept for a day, a call that died blocks its key no longer than told, and neither names anybody', async () => {
  const { store, config } = service.deps;
  const call = { key_digest: 'a'.repeat(64), fingerprint: 'f' };
  const times = { busy_ms: 60_000, keep_ms: 60_000 };
  const first = await store.takeKey('default', call, { ...times, busy_ms: 0 });
  assert.equal(first.status, 'first');
  // it never answered: the next one may, and the first one’s answer would come too late
  const next = await store.takeKey('default', call, times);
  assert.ok(first.status === 'first' && next.status === 'first');
  const answer = { status: 202, headers: {}, body: 'done' };
  assert.equal(await store.saveAnswer('default', call.key_digest, first.token, answer), false);
  assert.equal((await store.takeKey('default', call, times)).status, 'busy');
  // failed on our side: free again
  await store.releaseKey('default', call.key_digest, next.token);
  const last = await store.takeKey('default', call, { ...times, keep_ms: 0 });
  assert.ok(last.status === 'first' && (await store.saveAnswer('default', call.key_digest, last.token, answer)));
  assert.ok((await store.deleteExpiredKeys()) === 1);
  const kept = await databaseContents(config.databaseUrl!);
  assert.ok(kept.includes('idempotency_keys') && !/person\d@example|case-1/.test(kept));
});
