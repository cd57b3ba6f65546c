import assert from 'node:assert/strict';
import { rm } from 'node:fs/promises';
import { after, before, test } from 'node:test';
import { publishRun } from '../store/fixture.ts';
import { writeTinyCheckpoint } from './checkpoint-fixture.ts';
import { call, corpusWith, line, openService, type TestService } from './service.ts';

const closers: (() => unknown)[] = [];
let service: TestService;
let corpus_id: string;
let model_id: string;
before(async () => {
  const register = { after: (close: unknown) => void closers.push(close as () => unknown) };
  service = await openService(register, { MAX_TEXT_SEARCH_BYTES: '20000' });
  const lines = Array.from({ length: 30 }, (_, i) => line(`r${i}`, i < 10 ? `person${i}@example.org` : undefined));
  corpus_id = await corpusWith(service.app, 'train', lines);
  const path = await writeTinyCheckpoint(service.importDir, 'tiny');
  const body = { name: 'tiny', path, corpora: [{ corpus_id, role: 'train' }] };
  model_id = (await call(service.app, 'POST', '/v1/models', body)).json().id;
});
after(async () => {
  for (const close of closers) await close();
});

const ask = (body: Record<string, unknown>) => call(service.app, 'POST', '/v1/deletion-requests', body);
const ABSENT = '0198a000-0000-7000-8000-000000000001';

test('records by id, of a corpus or of a model, whoever they name', async () => {
  const tagged = await ask({ record_ids: ['r1', 'r20'], corpus_id });
  assert.equal(tagged.statusCode, 202, tagged.body);
  const { records, targets, identifier_types, state } = tagged.json();
  assert.deepEqual([state, identifier_types, targets[0].records], ['queued', [], 2]);
  assert.match(records.digest, /^sha256:[0-9a-f]{64}$/);
  assert.deepEqual({ ...records, digest: '' }, { digest: '', record_ids: 2, texts: [], matched: 2 });
  const overlapping = await ask({ record_ids: ['r2', 'r20'], model_id });
  assert.equal(overlapping.json().code, 'already-open');
  assert.equal(overlapping.json().existing, `/v1/deletion-requests/${tagged.json().id}`);
  const got = await call(service.app, 'GET', `/v1/deletion-requests/${tagged.json().id}`);
  assert.deepEqual(got.json().records, records);
  await call(service.app, 'POST', `/v1/deletion-requests/${tagged.json().id}/cancel`);
  assert.equal((await ask({ record_ids: ['r20'], model_id, validate_only: true })).json().records.matched, 1);
});

test('texts are held against registered records only: counts are told, the text is nowhere', async () => {
  const text = 'Record r12 says something!';
  const plan = await ask({ texts: [text, 'Nobody ever said quetzal.'], validate_only: true });
  assert.deepEqual(plan.json().records.texts, [
    { exact: 1, near: 0 },
    { exact: 0, near: 0 },
  ]);
  assert.equal(plan.json().targets[0].records, 1);
  const asked = await ask({ texts: [text], targets: [model_id] });
  assert.equal(asked.json().targets[0].records, 1);
  const unheard = await ask({ texts: ['Nobody ever said quetzal.'] });
  assert.deepEqual([unheard.statusCode, unheard.json().state], [202, 'completed_no_data']);
  assert.equal(unheard.json().records.matched, 0);
  await call(service.app, 'POST', `/v1/deletion-requests/${asked.json().id}/cancel`);
  const common = await ask({ texts: ['something.'], validate_only: true });
  assert.deepEqual(common.json().records.texts, [{ exact: 30, near: 0 }]);
  assert.doesNotMatch(service.logs.join(''), /quetzal|r12 says/);
});

test('a person and records beside: both are forgotten, by the run as well', async () => {
  const { deps } = service;
  const identifiers = [{ type: 'email', value: 'person3@example.org' }];
  const created = await ask({ subject: { identifiers }, record_ids: ['r15', 'r3'], model_id });
  assert.equal(created.json().targets[0].records, 2, created.body);
  const claim = await deps.store.claim(model_id, 'worker', { lease_ms: 10_000, max_restarts: 1 });
  assert.ok(claim.status === 'claimed');
  const retained: number[] = [];
  const sets = await deps.store.runSets(claim.claim, async (rows) => {
    retained.push(...rows.map(({ ordinal }) => ordinal));
  });
  assert.deepEqual(
    sets.forget.map(({ ordinal, person }) => [ordinal, person]),
    [
      [3, 0],
      [15, 0],
    ],
  );
  assert.deepEqual([sets.counts.requests, sets.counts.forget_records, retained.length], [1, 2, 28]);
  await publishRun(deps.store, claim.claim, 2);
  const again = await ask({ record_ids: ['r15'], model_id });
  assert.deepEqual([again.json().state, again.json().records.matched], ['completed_no_data', 1]);
});

test('what cannot be looked for is refused with a pointer, and nothing is stored', async () => {
  const cases: [Record<string, unknown>, number, string, string][] = [
    [{}, 400, 'validation-failed', '#/subject'],
    [{ record_ids: ['r1'] }, 400, 'validation-failed', '#/record_ids'],
    [{ record_ids: ['r1'], corpus_id, model_id }, 400, 'validation-failed', '#/record_ids'],
    [{ record_ids: ['r1', 'r99'], corpus_id }, 400, 'validation-failed', '#/record_ids/1'],
    [{ record_ids: ['r1'], corpus_id: ABSENT }, 400, 'validation-failed', '#/corpus_id'],
    [{ record_ids: ['r1'], model_id: ABSENT }, 400, 'validation-failed', '#/model_id'],
    [{ corpus_id, texts: ['x'] }, 400, 'validation-failed', '#/corpus_id'],
    [{ model_id, texts: ['x'] }, 400, 'validation-failed', '#/model_id'],
    [{ texts: ['x', ' …'] }, 400, 'validation-failed', '#/texts/1'],
    [{ texts: ['x'], targets: [ABSENT] }, 422, 'unknown-model', '#/targets/0'],
  ];
  for (const [body, status, code, pointer] of cases) {
    const answer = await ask(body);
    assert.deepEqual([answer.statusCode, answer.json().code], [status, code], answer.body);
    assert.equal(answer.json().errors[0].pointer, pointer);
  }
});

test('a batch takes all forms, each line for itself', async () => {
  const lines = [
    { record_ids: ['r21'], corpus_id },
    { texts: ['Record r22 says something.'] },
    { record_ids: ['nope'], corpus_id },
    { texts: ['Record r22 says something.'], external_id: 'again' },
    { subject: { identifiers: [{ type: 'email', value: 'person5@example.org' }] } },
  ];
  const answer = await service.app.inject({
    ...{ method: 'POST', url: '/v1/deletion-requests:batch', headers: { 'content-type': 'application/x-ndjson' } },
    payload: lines.map((one) => JSON.stringify(one)).join('\n'),
  });
  const outcomes = answer.json().items.map(({ outcome }: { outcome: string }) => outcome);
  assert.deepEqual(outcomes, ['created', 'created', 'invalid', 'already_open', 'created'], answer.body);
  assert.equal(answer.json().items[2].errors[0].pointer, '#/record_ids/0');
});

test('more text than may be searched, and text that is not there, are refused', async () => {
  const { app, deps } = service;
  const big = await corpusWith(app, 'big', [JSON.stringify({ id: 'b', text: 'word '.repeat(5000) })]);
  const path = await writeTinyCheckpoint(service.importDir, 'second');
  const model = { name: 'second', path, corpora: [{ corpus_id: big, role: 'train' }] };
  const second = (await call(app, 'POST', '/v1/models', model)).json().id;
  assert.equal((await ask({ texts: ['x'] })).json().code, 'text-search-too-large');
  assert.equal((await ask({ texts: ['x'], targets: [model_id] })).statusCode, 202);
  await rm(deps.corpora.path(big));
  assert.equal((await ask({ texts: ['x'], targets: [second] })).json().code, 'records-gone');
});
