import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { createBlobs } from '../../src/checkpoints/blobs.ts';
import { sha256File } from '../../src/checkpoints/disk.ts';
import { createCheckpointFiles } from '../../src/checkpoints/files.ts';
import { temporaryFolder } from './temporary.ts';
import { architectures, saveTiny } from './tiny.ts';

const RUN = '01980000-0000-7000-8000-000000000002';
const about = (parent: string | null) => ({ architecture: 'tiny', parent, run_id: RUN });

async function setUp(t: TestContext) {
  const root = await temporaryFolder(t);
  const dir = join(root, 'checkpoints');
  const files = createCheckpointFiles({ dir, importDir: join(root, 'import'), architectures });
  /** A candidate whose weights begin with this number; its other files are always the same. */
  const adopt = async (parent: string | null, first: number) => {
    const folder = await files.workFolder(RUN);
    await saveTiny(folder);
    const path = join(folder, 'model.safetensors');
    const bytes = await readFile(path);
    bytes.writeFloatLE(first, bytes.length - 4);
    await writeFile(path, bytes);
    return (await files.adopt(folder, about(parent))).digest;
  };
  const entry = async (digest: string, name: string) => stat(join(await files.materialise(digest), name));
  const blobs = () => readdir(join(dir, 'blobs'));
  return { root, dir, files, adopt, entry, blobs };
}

test('a file that did not change is stored once, and what changed is stored beside it', async (t) => {
  const { files, adopt, entry, blobs } = await setUp(t);
  const parent = await adopt(null, 1);
  const child = await adopt(parent, 2);
  for (const name of ['config.json', 'tokenizer.json', 'tokenizer_config.json', 'recipe.json']) {
    assert.equal((await entry(child, name)).ino, (await entry(parent, name)).ino, name);
    assert.equal((await entry(child, name)).mode & 0o777, 0o400);
  }
  assert.notEqual(
    (await entry(child, 'model.safetensors')).ino,
    (await entry(parent, 'model.safetensors')).ino,
    'changed weights are their own',
  );
  assert.ok((await files.verify(parent)) && (await files.verify(child)));
  assert.equal((await blobs()).length, 6);
  const [one, two] = [(await files.contents(parent))!, (await files.contents(child))!];
  const all = new Set([...one, ...two].map(({ content }) => content));
  assert.equal(all.size, one.length + 2, 'the weights and the manifest');
});

test('removing one keeps what the other holds and frees the rest; the last one frees all', async (t) => {
  const { files, adopt, entry, blobs } = await setUp(t);
  const parent = await adopt(null, 1);
  const child = await adopt(parent, 2);
  await files.remove(parent);
  assert.equal(await files.contents(parent), null);
  assert.ok(await files.verify(child));
  assert.equal((await blobs()).length, 5);
  assert.equal((await entry(child, 'tokenizer.json')).nlink, 2);
  await files.remove(child);
  assert.deepEqual(await blobs(), []);
});

test('what a crash leaves among the blobs costs nothing but space, and the sweep frees it', async (t) => {
  const { dir, files, adopt, blobs } = await setUp(t);
  const kept = await adopt(null, 1);
  // killed after a checkpoint was taken away and before its content was released
  const lost = await adopt(null, 3);
  const folder = await files.materialise(lost);
  await chmod(folder, 0o700);
  await rm(folder, { recursive: true });
  // killed in the sweep, or removed by hand
  await rm(join(dir, 'blobs', await sha256File(join(await files.materialise(kept), 'config.json'))));
  await files.sweepCandidates(async () => false);
  assert.ok(await files.verify(kept));
  assert.equal((await blobs()).length, 4);
  const next = await adopt(kept, 4);
  assert.ok((await files.verify(kept)) && (await files.verify(next)));
  assert.equal((await blobs()).length, 6);
});

test('a damaged file is not shared: the right bytes take its place for those that follow', async (t) => {
  const { files, adopt, entry } = await setUp(t);
  const first = await adopt(null, 1);
  const config = join(await files.materialise(first), 'config.json');
  const length = (await stat(config)).size;
  await chmod(config, 0o600);
  await writeFile(config, ' '.repeat(length));
  const second = await adopt(first, 2);
  assert.deepEqual([await files.verify(first), await files.verify(second)], [false, true]);
  const third = await adopt(second, 3);
  assert.equal((await entry(third, 'config.json')).ino, (await entry(second, 'config.json')).ino);
  assert.equal(await adopt(null, 1), first);
  assert.equal(await files.verify(first), true);
});

test('where no link can be made a checkpoint keeps copies', async (t) => {
  const { dir, files, adopt, entry } = await setUp(t);
  const first = await adopt(null, 1);
  // no folder can be made there, and no name in it
  await rm(join(dir, 'blobs'), { recursive: true });
  await writeFile(join(dir, 'blobs'), '');
  const second = await adopt(first, 2);
  assert.ok((await files.verify(first)) && (await files.verify(second)));
  assert.notEqual((await entry(first, 'config.json')).ino, (await entry(second, 'config.json')).ino);
  await files.remove(second);
  assert.equal(await files.sweepCandidates(async () => false), 0);
  assert.ok(await files.verify(first));
});

test('a blob that cannot be shared any more gives way', async (t) => {
  const root = await temporaryFolder(t);
  const blobs = createBlobs(join(root, 'blobs'));
  await mkdir(join(root, 'blobs'));
  const [a, b] = [join(root, 'a'), join(root, 'b')];
  await writeFile(a, 'same');
  await writeFile(b, 'same');
  const sha256 = await sha256File(a);
  await blobs.offer(a, sha256);
  await blobs.offer(b, sha256);
  const blob = join(root, 'blobs', sha256);
  assert.equal((await stat(blob)).ino, (await stat(b)).ino);
  await blobs.share(a, sha256);
  assert.equal((await stat(a)).ino, (await stat(b)).ino);
  assert.equal(await blobs.release([sha256, 'x']), 0);
  await rm(a);
  await rm(b);
  assert.equal(await blobs.release([sha256, sha256]), 1);
  assert.deepEqual(await readdir(join(root, 'blobs')), []);
});

test('killed at any moment, what is there is whole, and a sweep leaves nothing else', async (t) => {
  const { dir, files } = await setUp(t);
  const fixture = fileURLToPath(new URL('../fixtures/adopt-forever.ts', import.meta.url));
  for (const delay of [0, 7, 19, 31, 53]) {
    const child = spawn(process.execPath, [fixture, dir, RUN], { stdio: ['ignore', 'pipe', 'inherit'] });
    await once(child.stdout, 'data');
    await new Promise((resolve) => setTimeout(resolve, delay));
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
  await files.sweepWorkFolders(async () => false);
  await files.sweepCandidates(async () => false);
  assert.deepEqual(await readdir(join(dir, 'work')), []);
  const digests = (await readdir(dir)).filter((name) => name.startsWith('sha256-'));
  assert.ok(digests.length >= 5);
  const held = new Set<string>();
  for (const name of digests) {
    const digest = name.replace('-', ':');
    assert.ok(await files.verify(digest), name);
    for (const { content } of (await files.contents(digest))!) held.add(content);
  }
  for (const name of await readdir(join(dir, 'blobs'))) {
    const { dev, ino } = await stat(join(dir, 'blobs', name));
    assert.ok(held.has(`${dev}:${ino}`), 'every blob is a file of a checkpoint');
  }
  await files.sweepCandidates(async () => true);
  assert.deepEqual(await readdir(join(dir, 'blobs')), []);
});
