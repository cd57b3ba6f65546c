import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { createCheckpointFiles } from '../../src/checkpoints/files.ts';
import { storageError } from '../../src/checkpoints/storage-errors.ts';
import { freeze, NO_MOUNT, smallDisk } from '../helpers/disks.ts';
import { temporaryFolder } from './temporary.ts';
import { architectures, saveTiny } from './tiny.ts';

const RUN = '01980000-0000-7000-8000-000000000002';
const ABOUT = { architecture: 'tiny', parent: null, run_id: RUN };

async function setUp(t: TestContext) {
  const root = await temporaryFolder(t);
  const [dir, importDir] = [join(root, 'checkpoints'), join(root, 'import')];
  await mkdir(dir);
  await mkdir(join(importDir, 'large'), { recursive: true });
  await writeFile(join(importDir, 'large', 'model.safetensors'), Buffer.alloc(1 << 20, 1));
  const files = createCheckpointFiles({ dir, importDir, architectures });
  const candidate = async () => {
    const folder = await files.workFolder(RUN);
    await saveTiny(folder);
    return folder;
  };
  return { dir, importDir, files, candidate };
}

test('a full disk is named, wherever it fills up, and the store is as it was', async (t) => {
  const { dir, files, candidate } = await setUp(t);
  const unmount = smallDisk(dir, 160 * 1024);
  if (unmount === null) return t.skip(NO_MOUNT);
  try {
    const first = await files.workFolder(RUN);
    await writeFile(join(first, 'config.json'), '{}');
    const { digest } = await files.adopt(first, ABOUT);
    const before = (await readdir(dir)).sort();
    await assert.rejects(files.importFrom('large'), { code: 'insufficient-storage', message: /ENOSPC/ });
    assert.deepEqual(await readdir(join(dir, 'work')), []);
    // the last block is taken between the weights and the manifest
    const folder = await candidate();
    await writeFile(join(dir, 'filler'), Buffer.alloc(1 << 20)).catch(() => undefined);
    await assert.rejects(files.adopt(folder, { ...ABOUT, parent: digest }), { code: 'insufficient-storage' });
    await files.discard(folder);
    await rm(join(dir, 'filler'));
    assert.deepEqual((await readdir(dir)).sort(), before);
    assert.equal((await readdir(join(dir, 'blobs'))).length, 1);
    assert.ok(await files.verify(digest));
    const next = await files.adopt(await candidate(), { ...ABOUT, parent: digest });
    assert.ok(await files.verify(next.digest));
    return undefined;
  } finally {
    unmount();
  }
});

test('a disk that is read-only is named, and what is on it can be used', async (t) => {
  const { dir, files, candidate } = await setUp(t);
  const { digest } = await files.adopt(await candidate(), ABOUT);
  const folder = await candidate();
  const before = (await readdir(dir, { recursive: true })).sort();
  const thaw = freeze(dir);
  if (thaw === null) return t.skip(NO_MOUNT);
  try {
    for (const work of [
      () => files.importFrom('large'),
      () => files.workFolder(RUN),
      () => files.adopt(folder, { ...ABOUT, parent: digest }),
      () => files.remove(digest),
      () => files.discard(folder),
      () => files.sweepWorkFolders(async () => false),
    ])
      await assert.rejects(work, { code: 'storage-not-writable', message: /EROFS/ });
    assert.deepEqual((await readdir(dir, { recursive: true })).sort(), before);
    assert.ok(await files.verify(digest));
  } finally {
    thaw();
  }
  assert.equal(await files.sweepWorkFolders(async () => false), 1);
  return undefined;
});

test('a limit on the size of files counts as a full disk, for any user', async (t) => {
  const { dir, importDir } = await setUp(t);
  const fixture = fileURLToPath(new URL('../fixtures/adopt-limited.ts', import.meta.url));
  // blocks of 1 kB; without the trap the signal would end the process before the write fails
  const limited = 'trap "" XFSZ; ulimit -f 64; exec "$0" "$@"';
  const child = spawnSync('bash', ['-c', limited, process.execPath, fixture, dir, importDir], { encoding: 'utf8' });
  assert.equal(child.stdout, 'insufficient-storage', child.stderr);
  assert.deepEqual(await readdir(join(dir, 'work')), []);
});

test('what the disk says is kept as the cause; other failures are what they were', () => {
  const withCode = (code: string) => Object.assign(new Error('said'), { code });
  for (const [code, expected] of [
    ['ENOSPC', 'insufficient-storage'],
    ['EDQUOT', 'insufficient-storage'],
    ['EROFS', 'storage-not-writable'],
    ['EACCES', 'storage-not-writable'],
  ]) {
    const error = storageError(withCode(code!)) as { code: string; cause: unknown };
    assert.equal(error.code, expected);
    assert.ok(error.cause instanceof Error);
  }
  const other = withCode('EIO');
  assert.equal(storageError(other), other);
});
