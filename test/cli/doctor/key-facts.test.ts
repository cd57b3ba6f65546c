import assert from 'node:assert/strict';
import { chmod, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { keyFacts } from '../../../src/cli/doctor/key-facts.ts';
import { createSigner, createSubjectKeys, keepSealKey } from '../../../src/evidence/keys.ts';
import { rotateSigningKey } from '../../../src/evidence/signing-keys.ts';

let root: string;
before(async () => {
  root = await mkdtemp(join(tmpdir(), 'expunge-key-facts-'));
});
after(() => rm(root, { recursive: true }));

const configOf = (name: string, given = {}) => ({
  keys: { dir: join(root, name), subjectKeyFile: null, signingKeyFile: null, ...given },
});
const used = (tenant: string, version: number, destroyed = false) => ({ tenant, version, destroyed });
const byName = ({ keys }: Awaited<ReturnType<typeof keyFacts>>) =>
  Object.fromEntries(keys.map((one) => [one.name, one]));

test('a lost key that people are stored under is told from one that was never made, and none is made', async () => {
  const config = configOf('lost');
  const lost = byName(await keyFacts(config, [used('acme', 3), used('default', 1)], false));
  assert.deepEqual(Object.keys(lost), ['signing', 'subject acme 3', 'subject default 1']);
  assert.deepEqual([lost['subject acme 3']?.used, lost['subject default 1']?.used], [true, true]);
  assert.equal(byName(await keyFacts(config, [], false)).subject?.used, false);
  assert.equal(byName(await keyFacts(config, null, false)).subject?.used, null);
  for (const signed of [true, false, null])
    assert.equal(byName(await keyFacts(config, [], signed)).signing?.used, signed);
  await assert.rejects(stat(config.keys.dir), { code: 'ENOENT' });
});

test('every signing key is looked at, and what its file holds: the last one signs', async () => {
  const config = configOf('signing');
  await createSigner(config);
  await rotateSigningKey(config, new Date());
  for (const number of [1, 2]) await chmod(join(config.keys.dir, `signing-${number}.jwk`), 0o644);
  const keys = byName(await keyFacts(config, [], false));
  assert.deepEqual([keys['signing 1']?.secret, keys['signing 2']?.secret], [false, true]);
  assert.equal(keys['signing 2']!.mode! & 0o777, 0o644);
  await rm(join(config.keys.dir, 'signing-2.jwk'));
  const { refusals } = await keyFacts(config, [], false);
  assert.match(refusals[0]!.reason, /signing-1\.jwk lacks d/);
  assert.deepEqual(await readdir(config.keys.dir), ['signing-1.jwk']);
});

test('without the first subject key the one that seals is needed; a destroyed one is asked for no more', async () => {
  const config = configOf('sealed');
  await createSubjectKeys(config);
  await keepSealKey(config);
  await rm(join(config.keys.dir, 'subject-default-1.key'));
  await writeFile(join(config.keys.dir, 'subject-default-2.key'), Buffer.alloc(32), { mode: 0o600 });
  const of = [used('default', 1, true), used('default', 2)];
  const names = ['signing', 'subject default 2', 'seal'];
  assert.deepEqual(Object.keys(byName(await keyFacts(config, of, false))), names);
  const named = configOf('sealed', { subjectKeyFile: join(config.keys.dir, 'subject-default-1.key') });
  assert.deepEqual(Object.keys(byName(await keyFacts(named, of, false))), names);
  await rm(join(config.keys.dir, 'seal-1.key'));
  assert.equal(byName(await keyFacts(config, of, false)).seal?.mode, null);
});

test('what a start cannot read is told with its words', async () => {
  const config = configOf('unread');
  await createSubjectKeys(config);
  await writeFile(join(config.keys.dir, 'subject-acme-1.key'), 'short');
  const { refusals } = await keyFacts(config, [], false);
  assert.match(refusals[0]!.reason, /subject-acme-1\.key holds 5 bytes/);
  const file = await keyFacts(configOf('unread/subject-acme-1.key'), [], false);
  assert.match(file.refusals[0]!.reason, /folder of keys .* cannot be read/);
});
