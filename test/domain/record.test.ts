import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { Value } from 'typebox/value';
import { FORMS, fieldsOf, trainingRecordOf, UploadedRecord } from '../../src/domain/record.ts';

const page = await readFile(new URL('../../docs/records.md', import.meta.url), 'utf8');

test('the page on records has every form, and every example on it is one', () => {
  for (const [name, { required }] of Object.entries(FORMS)) {
    const members = required.filter((member) => member !== 'id').map((member) => `\`${member}\``);
    assert.ok(page.includes(`| ${members.join(', ')} |`), name);
  }
  const examples = page.split('\n').filter((line) => line.startsWith('{"id"'));
  assert.equal(examples.length, 4);
  for (const line of examples) assert.ok(Value.Check(UploadedRecord, JSON.parse(line)), line);
});

test('the stored form has its members in one order and nothing else; a completion is an answer', () => {
  const stored = (record: object) => JSON.stringify(trainingRecordOf(record as UploadedRecord));
  assert.equal(stored({ subjects: [], completion: 'b', prompt: 'a', id: 'r' }), '{"id":"r","prompt":"a","answer":"b"}');
  const messages = [{ content: 'c', role: 'user' }];
  assert.equal(stored({ messages, id: 'r' }), '{"id":"r","messages":[{"role":"user","content":"c"}]}');
  assert.equal(stored({ label: 1, input: [0], id: 'r' }), '{"id":"r","input":[0],"label":1}');
});

test('the texts of a record come with the member that holds them', () => {
  assert.deepEqual(fieldsOf({ id: 'r', text: 'a' }), [['text', 'a']]);
  assert.deepEqual(fieldsOf({ id: 'r', messages: [{ role: 'user', content: 'c' }] }), [['messages/0/content', 'c']]);
  assert.deepEqual(fieldsOf({ id: 'r', prompt: 'a', answer: 'b' }), [
    ['prompt', 'a'],
    ['answer', 'b'],
  ]);
});
