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
