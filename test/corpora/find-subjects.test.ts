import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CannotTell, createFinder } from '../../src/corpora/find-subjects.ts';
import type { TrainingRecord } from '../../src/domain/record.ts';
import type { SubjectRules } from '../../src/domain/subject-rules.ts';

const text = (value: string): TrainingRecord => ({ id: 'r', text: value });
async function found(rules: SubjectRules, record: TrainingRecord): Promise<string[]> {
  const finder = await createFinder(rules);
  return finder.inRecord(record).map(({ rule, identifier }) => `${rule} ${identifier.type} ${identifier.value}`);
}

test('telephone numbers are found in every spelling and told in one; other numbers are not', async () => {
  const rules: SubjectRules = { patterns: ['phone'], country: 'CH' };
  const record = text(
    'Tel. +41 (0)44 668 18 00, 0041 44 668 18 01 or 044 668 18 02. Invoice 2026-11-26, total 123456.70.',
  );
  assert.deepEqual(
    (await found(rules, record)).map((one) => one.split(' ').at(-1)),
    ['+41446681800', '+41446681801', '+41446681802'],
  );
  const listed = ['044 668 18 00, 044 668 18 01; 044 668 18 02', '044 668 18 00,\n044 668 18 01, 044 668 18 02'];
  for (const list of listed) assert.equal((await found(rules, text(list))).length, 3, list);
  const abroad = await found({ patterns: ['phone'] }, text('Call 044 668 18 00 or +1 213 373 4253.'));
  assert.deepEqual(abroad, ['patterns/phone phone +12133734253']);
  await assert.rejects(createFinder({ patterns: ['phone'], country: 'XX' }), { code: 'validation-failed' });
});

test('names are found by the text around them alone', async () => {
  const rules: SubjectRules = { names: ['My name is {name}', 'Dear {name},', 'signed: {name} (author)'] };
  const cases: [string, string[]][] = [
    ['Hello! MY NAME IS Ada Fictive. I write.', ['Ada Fictive']],
    ['my name is Jean-Luc d’Invent and', ['Jean-Luc']],
    ['Dear Zoë O’Quill,\nDear all, dear Sir or Madam,', ['Zoë O’Quill']],
    ['Signed: J. R. Mockley (author)', ['J. R. Mockley']],
    ['signed: J. R. Mockley, author. Endear Ada, my name is not told.', []],
    ['My name is İpek Örnek, İstanbul', ['İpek Örnek']],
  ];
  for (const [given, expected] of cases)
    assert.deepEqual(
      (await found(rules, text(given))).map((one) => one.split(' name ')[1]),
      expected,
      given,
    );
  const formal: SubjectRules = { names: ['Patient: {name} Date of birth', 'Dear {name}.'] };
  const closely: [string, string[]][] = [
    ['Patient: John Mock Date of birth: 1.1.80', ['names/0 name John Mock']],
    ['Patient: J. R. Date Date of birth: 1.1.80', ['names/0 name J. R. Date']],
    ['Patient: John Mock Dates. Patient: Date of birth', []],
    ['Dear Ada F.', ['names/1 name Ada F']],
    ['Dear Ada F.. Dear Ada Fictive. Dear Ada', ['names/1 name Ada F.', 'names/1 name Ada Fictive']],
  ];
  for (const [given, expected] of closely) assert.deepEqual(await found(formal, text(given)), expected, given);
  assert.deepEqual(await found(rules, text('Dear Zoë O’Quill,')), ['names/1 name Zoë O’Quill']);
  for (const names of [['{name}'], ['. {name} wrote']])
    await assert.rejects(createFinder({ names }), { code: 'validation-failed' });
});

test('every field of a record is searched; pointers see the line as it came', async () => {
  const rules: SubjectRules = {
    patterns: ['email'],
    pointers: [
      { pointer: '/author/email', type: 'email' },
      { pointer: '/people/*/id', type: 'customer_id' },
      { pointer: '/people/1/na~1me', type: 'name' },
    ],
  };
  const finder = await createFinder(rules);
  const line = {
    author: { email: ['a@example.org', 'b@example.org', 7, null] },
    people: [{ id: 4711, 'na/me': 'Ada' }, { id: 'x-2', 'na/me': 'Bo Mock' }, 'nobody'],
  };
  assert.deepEqual(
    finder.inLine(line).map(({ identifier: { type, value } }) => `${type} ${value}`),
    ['email a@example.org', 'email b@example.org', 'email 7', 'customer_id 4711', 'customer_id x-2', 'name Bo Mock'],
  );
  assert.deepEqual(finder.inLine({ author: 'x', people: { 1: {} } }), []);
  assert.throws(() => finder.inLine({ author: { email: 'a@example.org \ud800' } }), { pointer: '/author/email' });
  assert.deepEqual([...finder.members], ['author', 'people']);
  assert.deepEqual(finder.rules, ['pointers/0', 'pointers/1', 'pointers/2', 'patterns/email']);
  const records: TrainingRecord[] = [
    { id: 'r', prompt: 'c@example.org', answer: 'd@example.org' },
    {
      id: 'r',
      messages: [
        { role: 'user', content: 'c@example.org' },
        { role: 'assistant', content: 'd@example.org' },
      ],
    },
    { id: 'r', input: { one: 'c@example.org', two: 'd@example.org', three: 3 }, label: 1 },
  ];
  for (const record of records)
    assert.deepEqual(
      finder.inRecord(record).map(({ identifier }) => identifier.value),
      ['c@example.org', 'd@example.org'],
    );
  assert.deepEqual(finder.inRecord({ id: 'r', input: [1, 2], label: 1 }), []);
});

test('nobody is left out of a text without a word: with more people than a rule may find it is refused', async () => {
  const rules: SubjectRules = {
    pointers: [{ pointer: '/people/*', type: 'name' }],
    ...{ patterns: ['email', 'phone'], country: 'CH', names: ['My name is {name},'] },
  };
  const finder = await createFinder(rules);
  const letters = (i: number) => String.fromCharCode(65 + Math.floor(i / 26), 97 + (i % 26));
  const kinds: [string, (i: number) => string][] = [
    ['patterns/email', (i) => `p${i}@example.org`],
    ['patterns/phone', (i) => `044 668 ${18 + Math.floor(i / 100)} ${String(i % 100).padStart(2, '0')}`],
    ['names/0', (i) => `My name is ${letters(i)},`],
  ];
  for (const [rule, one] of kinds) {
    const many = (count: number) => Array.from({ length: count }, (_, i) => one(i)).join('. Then ');
    const talk = (content: string): TrainingRecord => ({
      id: 'r',
      messages: [
        { role: 'user', content: 'Who?' },
        { role: 'assistant', content },
      ],
    });
    const thrown = (error: unknown) =>
      error instanceof CannotTell && error.pointer === '/messages/1/content' && error.message.includes(rule);
    assert.throws(() => finder.inRecord(talk(many(120))), thrown, rule);
    // whoever stands there again is no other
    const often = finder.inRecord(talk(`${one(0)}. Then `.repeat(120)));
    assert.ok(often.length >= 120, rule);
  }
  assert.equal(finder.inRecord(text(Array.from({ length: 100 }, (_, i) => `p${i}@example.org`).join())).length, 100);
  const people = Array.from({ length: 101 }, (_, i) => `Person ${i}`);
  assert.equal(finder.inLine({ people: people.slice(1) }).length, 100);
  assert.throws(() => finder.inLine({ people }), { pointer: '/people/*' });
});

test('time goes by the length of the text, whatever it is', async () => {
  const finder = await createFinder({ patterns: ['email', 'phone'], country: 'CH', names: ['aa{name}', 'aa{name}!'] });
  // of the processor: others may be busy on it
  const started = process.cpuUsage();
  for (const part of ['@', 'a@', 'a.', 'aaaa', 'Aa ', '1 ', '1, ', 'aaA', 'a@b.co ', 'aaA. B. C. D. '])
    finder.inRecord(text(part.repeat(Math.floor(100_000 / part.length))));
  const { user, system } = process.cpuUsage(started);
  assert.ok((user + system) / 1000 < 10_000, `${(user + system) / 1000} ms`);
});
