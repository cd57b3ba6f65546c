import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { createFinder } from '../../src/corpora/find-subjects.ts';
import { previewRules } from '../../src/http/rule-preview.ts';
import { publishRun } from '../store/fixture.ts';
import { writeTinyCheckpoint } from './checkpoint-fixture.ts';
import { call, openService, type TestService, upload } from './service.ts';

const closers: (() => unknown)[] = [];
let service: TestService;
before(async () => {
  service = await openService({ after: (close) => void closers.push(close as () => unknown) });
});
after(async () => {
  for (const close of closers) await close();
});

const RULES = {
  pointers: [{ pointer: '/author/email', type: 'email' }],
  patterns: ['email', 'phone'],
  country: 'CH',
  names: ['My name is {name}'],
};
const LINES = [
  { id: 'a', text: 'Call me at 044 668 18 00. My name is Ada Fictive.', author: { email: 'Ada@Example.org' } },
  { id: 'b', prompt: 'Who?', answer: 'Write to ada@example.org.' },
  { id: 'c', text: 'Nobody stands here.', author: {} },
  { id: 'd', text: 'Nobody here.', subjects: [{ type: 'email', value: 'bo@example.org' }] },
];
const lookUp = async (type: string, value: string) =>
  (await call(service.app, 'POST', '/v1/subjects:lookup', { subject: { identifiers: [{ type, value }] } })).json();

test('a preview counts what each rule finds, and tells no text', async () => {
  const { app } = service;
  const preview = (body: object) => call(app, 'POST', '/v1/corpora:preview-rules', { subject_rules: RULES, ...body });
  const sent = await preview({ records: LINES });
  assert.equal(sent.statusCode, 200, sent.body);
  assert.deepEqual(sent.json(), {
    ...{ records: 4, records_with_subjects: 2, subjects: 3 },
    rules: [
      { rule: 'pointers/0', matches: 1, records: 1, subjects: 1 },
      { rule: 'patterns/email', matches: 1, records: 1, subjects: 1 },
      { rule: 'patterns/phone', matches: 1, records: 1, subjects: 1 },
      { rule: 'names/0', matches: 1, records: 1, subjects: 1 },
    ],
  });
  const wrong = await preview({ records: [{ id: 'a', txt: 'My name is Ada Fictive' }] });
  assert.equal(wrong.json().code, 'malformed-line');
  assert.doesNotMatch(sent.body + wrong.body + service.logs.join(''), /ada@|fictive|668 ?18/i);
  const long = await preview({ records: [{ id: 'a', text: 't', author: { email: 2 ** 60 } }] });
  assert.deepEqual([long.json().code, long.json().errors[0].pointer], ['malformed-line', '#/author/email'], long.body);
  assert.equal((await preview({})).json().errors[0].pointer, '#');
});

test('a record with more people than a rule may find is refused, where it is uploaded and where it is tried', async () => {
  const { app } = service;
  const answer = Array.from({ length: 120 }, (_, i) => `mirela${i}@example.org`).join(' ');
  const records = [LINES[1], { id: 'z', prompt: 'Who?', answer }];
  const { id } = (await call(app, 'POST', '/v1/corpora', { name: 'lists', subject_rules: RULES })).json();
  const uploaded = await upload(app, id, records.map((one) => JSON.stringify(one)).join('\n'));
  const tried = await call(app, 'POST', '/v1/corpora:preview-rules', { subject_rules: RULES, records });
  for (const refused of [uploaded, tried]) {
    const { code, line, errors } = refused.json();
    assert.deepEqual([refused.statusCode, code, line, errors[0].pointer], [400, 'malformed-line', 2, '#/answer']);
    assert.match(errors[0].detail, /over 100 people by the rule patterns\/email; split the record/);
    assert.doesNotMatch(refused.body, /mirela/);
  }
});

test('a preview lets other calls come to their turn, ends when nobody waits, and takes no longer line than an upload', async () => {
  const { app, deps } = service;
  const finder = await createFinder({ patterns: ['email'] });
  const records = Array.from({ length: 50 }, (_, i) => ({ id: `r${i}`, text: 'Write to ada@example.org' }));
  let turns = 0;
  let looking = true;
  const turn = () => {
    turns++;
    if (looking) setImmediate(turn);
  };
  setImmediate(turn);
  const bounds = { most: 1000, lineBytes: 100, gone: () => false };
  assert.equal((await previewRules(deps, 'default', finder, records, bounds)).records, 50);
  assert.ok(turns >= 50, `${turns} turns`);
  const gone = () => turns >= 60;
  turns = 0;
  const left = await previewRules(deps, 'default', finder, [...records, ...records], { ...bounds, gone });
  looking = false;
  assert.ok(left.records > 0 && left.records < 100, `${left.records} records`);
  const text = 'x'.repeat(deps.config.limits.recordBytes);
  const long = { subject_rules: { patterns: ['email'] }, records: [records[0], { id: 'long', text }] };
  const refused = await call(app, 'POST', '/v1/corpora:preview-rules', long);
  assert.deepEqual([refused.statusCode, refused.json().code, refused.json().line], [413, 'record-too-large', 2]);
});

test('whom the rules find is a subject of the record: looked up, and forgotten, by any of the identifiers', async () => {
  const { app, deps } = service;
  const created = await call(app, 'POST', '/v1/corpora', { name: 'untagged', subject_rules: RULES });
  assert.deepEqual(created.json().subject_rules, RULES, created.body);
  const { id } = created.json();
  const filled = await upload(app, id, LINES.map((one) => JSON.stringify(one)).join('\n'));
  assert.deepEqual([filled.statusCode, filled.json().records, filled.json().people], [201, 4, 2], filled.body);
  const stored: object[] = [];
  for await (const record of deps.corpora.read(id)) stored.push(record);
  assert.deepEqual(Object.keys(stored[0]!), ['id', 'text'], 'the author is dropped');
  const path = await writeTinyCheckpoint(service.importDir, 'tiny');
  const model = { name: 'tiny', path, corpora: [{ corpus_id: id, role: 'train' }] };
  const { id: model_id } = (await call(app, 'POST', '/v1/models', model)).json();
  const expected = (records: number, forgotten = 0) => ({
    corpora: [{ corpus_id: id, name: 'untagged', records: records + forgotten }],
    models: [{ model_id, name: 'tiny', records, forgotten }],
    suppressed: forgotten > 0,
  });
  assert.deepEqual(await lookUp('email', 'ada@example.org'), expected(2));
  assert.deepEqual(await lookUp('phone', '+41 44 668 18 00'), expected(1));
  assert.deepEqual(await lookUp('name', 'ada  fictive'), expected(1));
  assert.deepEqual(await lookUp('name', 'nobody'), { corpora: [], models: [], suppressed: false });
  const subject = { identifiers: [{ type: 'email', value: 'ada@example.org' }] };
  assert.equal((await call(app, 'POST', '/v1/deletion-requests', { subject })).json().targets[0].records, 2);
  const claim = await deps.store.claim(model_id, 'worker', { lease_ms: 10_000, max_restarts: 1 });
  assert.ok(claim.status === 'claimed');
  await publishRun(deps.store, claim.claim, 2);
  assert.deepEqual(await lookUp('email', 'ada@example.org'), expected(0, 2));
  const stale = await call(app, 'POST', '/v1/corpora:preview-rules', { subject_rules: RULES, corpus_id: id });
  assert.deepEqual([stale.json().records, stale.json().records_with_subjects], [4, 2]);
});

test('rules that cannot be meant are refused with the corpus, pointing at them; without rules a strange member is refused', async () => {
  const { app } = service;
  const cases: [object, string][] = [
    [{}, '#/subject_rules'],
    [{ names: ['{name} wrote'] }, '#/subject_rules/names/0'],
    [{ names: ['My name is'] }, '#/subject_rules/names/0'],
    [{ names: ['My name\u0000 is {name}'] }, '#/subject_rules/names/0'],
    [{ names: ['My name \ud83d is {name}'] }, '#/subject_rules/names/0'],
    [{ pointers: [{ pointer: '/\u0000', type: 'email' }] }, '#/subject_rules/pointers/0/pointer'],
    [{ patterns: ['iban'] }, '#/subject_rules/patterns/0'],
    [{ patterns: ['phone'], country: 'XX' }, '#/subject_rules/country'],
    [{ pointers: [{ pointer: 'author', type: 'email' }] }, '#/subject_rules/pointers/0/pointer'],
  ];
  for (const [subject_rules, pointer] of cases) {
    const answer = await call(app, 'POST', '/v1/corpora', { name: 'refused', subject_rules });
    assert.deepEqual([answer.statusCode, answer.json().errors[0].pointer], [400, pointer], answer.body);
  }
  const plain = (await call(app, 'POST', '/v1/corpora', { name: 'plain' })).json();
  assert.equal(plain.subject_rules, null);
  assert.equal((await upload(app, plain.id, JSON.stringify(LINES[0]))).json().code, 'malformed-line');
  assert.equal((await call(app, 'GET', '/v1/subjects:lookup?email=x')).statusCode, 405);
});
