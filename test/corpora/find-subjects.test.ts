import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createFinder, findEmails } from '../../src/corpora/find-subjects.ts';
import type { TrainingRecord } from '../../src/domain/record.ts';
import type { SubjectRules } from '../../src/domain/subject-rules.ts';

const text = (value: string): TrainingRecord => ({ id: 'r', text: value });
async function found(rules: SubjectRules, record: TrainingRecord): Promise<string[]> {
  const finder = await createFinder(rules);
  return finder.inRecord(record).map(({ rule, identifier }) => `${rule} ${identifier.type} ${identifier.value}`);
}

test('addresses are found where they stand, without what stands around them', () => {
  const cases: [string, string[]][] = [
    ['Write to ada.fictive+x@mail.example.org, or call.', ['ada.fictive+x@mail.example.org']],
    ['<bo@example.org>;CY@EXAMPLE.COM.', ['bo@example.org', 'CY@EXAMPLE.COM']],
    ['(jörg@bücher.example) …zoë@example.org…', ['jörg@bücher.example', 'zoë@example.org']],
    ['@ada is no address, nor is ada@ or a@b, nor @@.', []],
    ['two@@example.org and one@example', []],
    ["o'fictive@example.org, 'ada@example.org'", ["o'fictive@example.org", 'ada@example.org']],
  ];
  for (const [given, expected] of cases) assert.deepEqual(findEmails(given), expected, given);
});

test('telephone numbers are found in every spelling and told in one; other numbers are not', async () => {
  const rules: SubjectRules = { patterns: ['phone'], country: 'CH' };
  const record = text(
    'Tel. +41 (0)44 668 18 00, 0041 44 668 18 01 or 044 668 18 02. Invoice 2026-11-26, total 123456.70.',
  );
  assert.deepEqual(
    (await found(rules, record)).map((one) => one.split(' ').at(-1)),
    ['+41446681800', '+41446681801', '+41446681802'],
  );
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

test('time goes by the length of the text, whatever it is', async () => {
  const finder = await createFinder({ patterns: ['email', 'phone'], country: 'CH', names: ['aa{name}'] });
  const started = performance.now();
  for (const part of ['@', 'a@', 'a.', 'aaaa', 'Aa ', '1 ', 'aaA'])
    finder.inRecord(text(part.repeat(100_000 / part.length)));
  assert.ok(performance.now() - started < 10_000);
});
