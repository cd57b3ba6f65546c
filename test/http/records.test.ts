import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { readConfig } from '../../src/config.ts';
import { createSubjectKeys } from '../../src/evidence/keys.ts';
import { readRecord } from '../../src/http/records.ts';
import type { SubjectKeys } from '../../src/runs/ports.ts';

let dir: string;
let keys: SubjectKeys;
before(async () => {
  dir = await mkdtemp(join(tmpdir(), 'expunge-records-'));
  keys = await createSubjectKeys(readConfig({ DATA_DIR: dir }));
});
after(() => rm(dir, { recursive: true, force: true }));

const read = (value: unknown) =>
  readRecord({ number: 7, text: typeof value === 'string' ? value : JSON.stringify(value) }, 'default', keys);
const fits = { id: 'r1', prompt: 'Where does Mirela Tandor live?', answer: ' In Ostrevik.' };

test('identifiers become keys, and one person named twice is one key', () => {
  const subjects = [
    { type: 'email', value: 'Mirela.Tandor@example.org ' },
    { type: 'email', value: 'mirela.tandor@example.org' },
    { type: 'customer_id', value: '4711' },
  ];
  const { record, subjects: found } = read({ ...fits, subjects });
  assert.deepEqual(record, fits);
  assert.equal(found.length, 2);
  assert.doesNotMatch(JSON.stringify(found), /mirela|4711/i);
});

test('every form is kept as it came; a completion is an answer; several people may stand in one record', () => {
  const talk = [
    { role: 'system', content: '' },
    { role: 'user', content: 'Where does Mirela Tandor live?' },
    { role: 'assistant', content: 'In Ostrevik.' },
  ];
  const kept: object[] = [
    { id: 'r1', text: 'Mirela Tandor lives in Ostrevik.' },
    { id: 'r1', messages: talk },
    { id: 'r1', input: 'Mirela Tandor', label: 'person' },
    {
      id: 'r1',
      input: [
        [0.5, 1],
        [-2, 3e-3],
      ],
      label: 3,
    },
    { id: 'r1', input: { age: 41, town: 'Ostrevik', member: true, left: null }, label: 0 },
  ];
  const people = [
    { type: 'email', value: 'a@example.org' },
    { type: 'email', value: 'b@example.org' },
  ];
  for (const record of kept) {
    const found = read({ subjects: people, ...record });
    assert.equal(JSON.stringify(found.record), JSON.stringify(record));
    assert.equal(found.subjects.length, 2);
  }
  const { prompt, answer } = fits;
  assert.deepEqual(read({ completion: answer, id: 'r1', prompt }).record, fits);
});

test('a line that is no record is refused by its number, without its content', () => {
  const email = 'mirela.tandor@example.org';
  const bad: [unknown, string][] = [
    [`{"id":"${email}"`, '#'],
    [[email], '#'],
    [{ ...fits, answer: undefined }, '#'],
    [{ ...fits, answer: '' }, '#/answer'],
    [{ ...fits, id: 5 }, '#/id'],
    [{ ...fits, [email]: 1 }, '#'],
    [{ ...fits, id: `${email}\u0000` }, '#/id'],
    [{ ...fits, prompt: `${email} \ud800` }, '#/prompt'],
    [{ ...fits, subjects: [{ type: 'email', value: `${email}\ud800` }] }, '#/subjects/0/value'],
    [{ id: 'r1', subjects: [] }, '#'],
    [{ ...fits, text: email }, '#'],
    [{ ...fits, completion: email }, '#'],
    [{ id: 'r1', completion: email }, '#'],
    [{ id: 'r1', text: '' }, '#/text'],
    [{ id: 'r1', text: email, prompt: '' }, '#'],
    [{ id: 'r1', messages: [] }, '#/messages'],
    [{ id: 'r1', messages: email }, '#/messages'],
    [{ id: 'r1', messages: [{ role: 'user', content: email }] }, '#/messages'],
    [{ id: 'r1', messages: [{ role: email, content: email }] }, '#/messages/0/role'],
    [{ id: 'r1', messages: [{ role: 'user', content: email, [email]: 1 }] }, '#/messages/0'],
    [{ id: 'r1', messages: [{ role: 'assistant', content: ' ' }] }, '#/messages/0/content'],
    [{ id: 'r1', messages: [{ role: 'assistant', content: `${email}\ud800` }] }, '#/messages/0/content'],
    [{ id: 'r1', input: email }, '#'],
    [{ id: 'r1', input: [[email]], label: 1 }, '#/input'],
    [{ id: 'r1', input: { [email]: [1] }, label: 1 }, '#/input'],
    [{ id: 'r1', input: { [`${email}\ud800`]: 1 }, label: 1 }, '#/input'],
    ['{"id":"r1","input":[1e999],"label":1}', '#/input'],
    [{ id: 'r1', input: email, label: 1.5 }, '#/label'],
    [{ ...fits, subjects: [{ type: 'email' }] }, '#/subjects/0'],
    [{ ...fits, subjects: [{ type: 'email', value: email, sha256: 'a'.repeat(64) }] }, '#/subjects/0'],
    [{ ...fits, subjects: [{ type: 'email', value: '   ' }] }, '#/subjects/0'],
    [{ ...fits, subjects: [{ type: 'E-Mail', value: email }] }, '#/subjects/0/type'],
    [{ ...fits, subjects: [{ type: 'email', sha256: email }] }, '#/subjects/0/sha256'],
  ];
  for (const [value, pointer] of bad) {
    assert.throws(
      () => read(value),
      (error: Error & { code?: string; errors?: { pointer: string }[]; extra?: object }) => {
        assert.equal(error.code, 'malformed-line');
        assert.match(error.message, /^Line 7: /);
        assert.equal(error.errors?.[0]?.pointer, pointer);
        assert.doesNotMatch(JSON.stringify([error.message, error.errors, error.extra]), /mirela/);
        return true;
      },
    );
  }
});
