import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { readConfig } from '../../src/config.ts';
import { createSubjectKeys } from '../../src/evidence/keys.ts';
import { createCursors, findInPages } from '../../src/http/paging.ts';

const refused = (error: unknown) =>
  (error as { code?: string }).code === 'validation-failed' &&
  (error as { errors: { pointer: string }[] }).errors[0]?.pointer === '#/cursor';

test('a cursor opens only in the list it was made for, and no byte of it can be changed', async (t) => {
  const dir = await mkdtemp(join(tmpdir(), 'expunge-cursor-'));
  t.after(() => rm(dir, { recursive: true, force: true }));
  const cursors = createCursors(await createSubjectKeys(readConfig({ DATA_DIR: dir })));
  const position = { created_at: '2026-05-01T00:00:00.000Z', id: '0198a000-0000-7000-8000-000000000001' };
  const cursor = cursors.seal('runs?{}', position);
  assert.match(cursor, /^[A-Za-z0-9_-]+$/);
  assert.deepEqual(cursors.open('runs?{}', cursor), position);
  assert.throws(() => cursors.open('corpora?{}', cursor), refused);
  for (const at of [0, Math.floor(cursor.length / 2), cursor.length - 3]) {
    const other = cursor[at] === 'A' ? 'B' : 'A';
    assert.throws(() => cursors.open('runs?{}', cursor.slice(0, at) + other + cursor.slice(at + 1)), refused);
  }
  assert.throws(() => cursors.open('runs?{}', randomBytes(40).toString('base64url')), refused);
  assert.throws(() => cursors.open('runs?{}', ''), refused);
});

test('a search walks page by page and stops at the first hit', async () => {
  const asked: (string | undefined)[] = [];
  const read = async (query: { after?: { id: string } }) => {
    asked.push(query.after?.id);
    const from = query.after ? Number(query.after.id) : 0;
    const next = from + 2 < 6 ? { created_at: 'x', id: String(from + 2) } : null;
    return { items: [from, from + 1], next };
  };
  assert.equal(await findInPages(read, (n) => n === 3), 3);
  assert.deepEqual(asked, [undefined, '2']);
  assert.equal(await findInPages(read, (n) => n === 99), null);
});
