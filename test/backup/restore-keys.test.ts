import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { placeKeys, planKeys } from '../../src/backup/restore-keys.ts';
import type { Deletion } from '../../src/domain/backup.ts';
import { sealKeyOf } from '../../src/evidence/keys.ts';

let root: string;
before(async () => {
  root = await mkdtemp(join(tmpdir(), 'expunge-restore-keys-'));
});
after(() => rm(root, { recursive: true }));

const bytes = (n: number) => Buffer.alloc(32, n);
const FIRST = bytes(1);
const WHOLE = Buffer.from(JSON.stringify({ x: 'abc', d: 'secret' }));
const RETIRED = Buffer.from(JSON.stringify({ x: 'abc', retired_at: '2026-01-01' }));

interface Place {
  /** Of the backup: contents, or names alone where the keys are not in it. */
  backup: Record<string, Buffer> | string[];
  keyDir?: Record<string, Buffer>;
  safe?: Record<string, Buffer>;
  deletions?: Deletion[];
  subjectKeyFile?: string;
}
let places = 0;

async function wishOf({ backup, keyDir = {}, safe, deletions = [], subjectKeyFile }: Place) {
  const at = join(root, String(++places));
  const fill = async (name: string, files: Record<string, Buffer>) => {
    await mkdir(join(at, name), { recursive: true });
    for (const [file, content] of Object.entries(files)) await writeFile(join(at, name, file), content);
  };
  const own = Array.isArray(backup) ? {} : backup;
  const files = Object.entries(own).map(([name, content]) => ({
    ...{ path: `keys/${name}`, bytes: content.length, content },
    sha256: createHash('sha256').update(content).digest('hex'),
  }));
  await fill('backup/blobs', Object.fromEntries(files.map((one) => [one.sha256, one.content])));
  await fill('keys', keyDir);
  if (safe !== undefined) await fill('safe', safe);
  const needed = Array.isArray(backup) ? backup : Object.keys(backup);
  return {
    dir: join(at, 'backup'),
    backup: { files, keys: { included: files.length > 0, needed } },
    config: { keys: { dir: join(at, 'keys'), subjectKeyFile: subjectKeyFile ?? null, signingKeyFile: null } },
    ...{ keysFrom: safe === undefined ? null : join(at, 'safe'), deletions },
  };
}

/** What the folder of keys is given, and which key files of the backup stay in it. */
async function planned(place: Place) {
  const { write, leave } = await planKeys(await wishOf(place));
  return { write: Object.fromEntries(write), leave: [...leave].sort() };
}

const refused = (why: RegExp) => (error: { code?: string; message: string }) =>
  error.code === 'start-refused' && why.test(error.message);
const destroyed = (version: number, tenant = 'default'): Deletion => ({ what: 'subject_key', tenant, version });
const NEEDED = ['signing-1.jwk', 'subject-default-1.key'];

test('a key that was destroyed since is not asked for; what came after the backup is taken from the keys that were named', async () => {
  const safe = {
    ...{ 'seal-1.key': bytes(9), 'signing-1.jwk': RETIRED, 'signing-2.jwk': WHOLE, 'notes.txt': bytes(0) },
    ...{ 'subject-default-2.key': bytes(2), 'subject-acme-1.key': bytes(3), 'subject-gone-1.key': bytes(4) },
  };
  const deletions = [destroyed(1), destroyed(1, 'gone')];
  const { write } = await planned({ backup: NEEDED, safe, deletions });
  const { 'notes.txt': _, 'subject-gone-1.key': __, ...rest } = safe;
  assert.deepEqual(write, rest);
  // not over what is there, and nothing from before the backup that it did without
  const present = await planned({
    backup: [...NEEDED, 'subject-acme-3.key'],
    keyDir: { 'seal-1.key': bytes(9), 'signing-1.jwk': RETIRED, 'subject-acme-3.key': bytes(5) },
    ...{ safe, deletions },
  });
  assert.deepEqual(Object.keys(present.write).sort(), ['signing-2.jwk', 'subject-default-2.key']);
  await assert.rejects(
    planned({ backup: NEEDED, safe: { 'signing-1.jwk': WHOLE } }),
    refused(/subject-default-1\.key/),
  );
});

test('what sealing hangs on is made of the first key before that stays out, whoever has it, and is of one installation', async () => {
  const deletions = [destroyed(1)];
  const seal = sealKeyOf(FIRST);
  const backup = { 'signing-1.jwk': WHOLE, 'subject-default-1.key': FIRST };
  const within = await planned({ backup, deletions });
  assert.deepEqual(within, { write: { 'seal-1.key': seal }, leave: ['subject-default-1.key'] });
  const old = { 'signing-1.jwk': WHOLE, 'subject-default-1.key': FIRST };
  const given = await planned({ backup: NEEDED, safe: old, deletions });
  assert.deepEqual(given.write, { 'signing-1.jwk': WHOLE, 'seal-1.key': seal });
  assert.deepEqual((await planned({ backup, keyDir: { 'seal-1.key': seal }, deletions })).write, {});
  assert.deepEqual((await planned({ backup })).write, {}, 'nothing was destroyed');
  const neither = planned({ backup: NEEDED, safe: { 'signing-1.jwk': WHOLE }, deletions });
  await assert.rejects(neither, refused(/seal-1\.key, which took its place, is neither/));
  const another = planned({ backup, keyDir: { 'seal-1.key': bytes(8) }, deletions });
  await assert.rejects(another, refused(/seal-1\.key is another/));
});

test('keys of people that are put back are asked for before anything is written', async () => {
  const request = { id: 'r' };
  const deletions: Deletion[] = [
    { what: 'request', tenant: 'acme', request, subjects: [{ key_version: 2 }], records: [], targets: [] } as never,
  ];
  await assert.rejects(planned({ backup: [], deletions }), refused(/subject-acme-2\.key is neither/));
  const over: Deletion = { what: 'tenant', tenant: 'acme' };
  assert.deepEqual((await planned({ backup: [], deletions: [...deletions, over] })).write, {});
  const safe = { 'subject-acme-2.key': bytes(2) };
  assert.deepEqual((await planned({ backup: [], safe, deletions })).write, safe);
});

test('a signing key that was rotated since does not get its private half back', async () => {
  const later = { 'signing-1.jwk': RETIRED, 'signing-2.jwk': bytes(2) };
  const named = await planned({ backup: { 'signing-1.jwk': WHOLE }, safe: later });
  assert.deepEqual(named, { write: later, leave: ['signing-1.jwk'] });
  const present = await planned({ backup: { 'signing-1.jwk': WHOLE }, keyDir: later });
  assert.deepEqual(present, { write: {}, leave: ['signing-1.jwk'] });
  const earlier = await planned({ backup: { 'signing-1.jwk': RETIRED }, safe: { 'signing-1.jwk': WHOLE } });
  assert.deepEqual(earlier, { write: {}, leave: [] });
});

test('a first key outside of the folder is where the configuration names it', async () => {
  const backup = ['/etc/keys/first.key'];
  assert.deepEqual((await planned({ backup, subjectKeyFile: '/elsewhere/first.key' })).write, {});
  await assert.rejects(planned({ backup }), refused(/subject-default-1\.key is neither/));
});

test('keys are written whole, for their owner alone, and never over another', async () => {
  const wish = await wishOf({ backup: [], keyDir: { 'a.key': bytes(1) } });
  const write = new Map(['a.key', 'b.key', 'c.key'].map((name) => [name, bytes(2)]));
  await placeKeys({ write, leave: new Set() }, wish.config, new Set(['c.key']));
  const { dir } = wish.config.keys;
  assert.deepEqual((await readdir(dir)).sort(), ['a.key', 'b.key']);
  assert.deepEqual(await Promise.all(['a.key', 'b.key'].map((name) => readFile(join(dir, name)))), [
    bytes(1),
    bytes(2),
  ]);
});
