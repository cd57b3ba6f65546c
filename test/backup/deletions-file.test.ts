import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { createDeletionsFile, readDeletions, signDeletions } from '../../src/backup/deletions-file.ts';
import type { LedgerHead } from '../../src/domain/backup.ts';
import { createSigner } from '../../src/evidence/signer.ts';

let dir: string;
before(async () => {
  dir = await mkdtemp(join(tmpdir(), 'expunge-deletions-'));
});
after(() => rm(dir, { recursive: true }));

const head = (size: number): LedgerHead => ({
  first: `sha256:${'1'.repeat(64)}`,
  size,
  head: `sha256:${String(size).padStart(64, '0')}`,
});

test('a list that began again after a restore counts whole from there on, whichever of the two ledgers a backup is of', async () => {
  const keys = { dir, subjectKeyFile: null, signingKeyFile: null };
  const signer = await createSigner({ keys });
  const path = join(dir, 'deletions.jws');
  const file = createDeletionsFile(path);
  const append = async (from: number, size: number, version: number) => {
    const batch = { from, ledger: head(size), made_at: '2026-01-01T00:00:00.000Z' };
    const deletions = [{ what: 'subject_key' as const, tenant: 'acme', version }];
    await file.append(await signDeletions(signer)({ ...batch, deletions }));
  };
  const versions = async (since: number) => {
    const { deletions } = await readDeletions(path, await signer.jwks(), head(since));
    return deletions.map((one) => (one.what === 'subject_key' ? one.version : null));
  };
  await append(0, 500, 1);
  await append(500, 950, 2);
  assert.deepEqual(
    [await versions(400), await versions(900)],
    [[1, 2], [2]],
    'one ledger: what the backup has is left out',
  );
  // a backup of entry 500 was restored: entries up to 600 are another ledger's than those of a backup of entry 900
  await append(0, 600, 3);
  await append(600, 1100, 4);
  assert.deepEqual(
    [await versions(900), await versions(1000)],
    [
      [2, 3, 4],
      [3, 4],
    ],
  );
});
