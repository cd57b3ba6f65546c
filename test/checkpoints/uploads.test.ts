import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { type TestContext, test } from 'node:test';
import { v7 as uuid } from 'uuid';
import { createUploadFiles } from '../../src/checkpoints/uploads.ts';
import { NO_MOUNT, smallDisk } from '../helpers/disks.ts';
import { temporaryFolder } from './temporary.ts';

async function setUp(t: TestContext) {
  const dir = join(await temporaryFolder(t), 'uploads');
  const files = createUploadFiles(dir);
  const id = uuid();
  await files.create(id, 'config.json');
  const send = (text: string | Readable, offset: number, length: number, checksum: Buffer | null = null) =>
    files.append(id, 'config.json', {
      ...{ offset, length },
      stream: typeof text === 'string' ? Readable.from([Buffer.from(text)]) : text,
      checksum: checksum && { algorithm: 'sha256', digest: checksum },
      announced: async () => true,
    });
  const text = () => readFile(join(dir, id, 'config.json'), 'utf8');
  return { dir, files, id, send, text };
}

test('pieces follow each other, in whatever process, and only the service reads them', async (t) => {
  const { dir, files, id, send, text } = await setUp(t);
  assert.equal(await files.received(id, 'config.json'), 0);
  assert.deepEqual(await send('one,', 0, 7), { status: 'received', received: 4 });
  assert.deepEqual(await send('two', 0, 7), { status: 'elsewhere', received: 4 });
  assert.deepEqual(await send('two', 5, 7), { status: 'elsewhere', received: 4 });
  const again = createUploadFiles(dir);
  assert.equal(await again.resume(id, 'config.json'), 4);
  assert.deepEqual(await send('two', 4, 7), { status: 'received', received: 7 });
  assert.equal(await text(), 'one,two');
  assert.deepEqual(await send('', 7, 7), { status: 'received', received: 7 });
  assert.equal((await stat(join(dir, id))).mode & 0o777, 0o700);
  assert.equal((await stat(join(dir, id, 'config.json'))).mode & 0o777, 0o600);
  await files.create(id, 'config.json');
  assert.equal(await text(), '', 'what was left behind is none of what is announced');
});

test('a piece that is too long or damaged is taken back as a whole', async (t) => {
  const { send, text } = await setUp(t);
  await send('kept', 0, 8);
  assert.deepEqual(await send('five!', 4, 8), { status: 'too_long' });
  const digest = createHash('sha256').update('more').digest();
  assert.deepEqual(await send('mere', 4, 8, digest), { status: 'mismatch' });
  assert.deepEqual(await send('more', 4, 8, Buffer.from('short')), { status: 'mismatch' });
  assert.equal(await text(), 'kept');
  assert.deepEqual(await send('more', 4, 8, digest), { status: 'received', received: 8 });
  assert.equal(await text(), 'keptmore');
});

test('what arrived before a connection broke is kept; under a checksum it is not', async (t) => {
  const { send, text } = await setUp(t);
  async function* breaking() {
    yield Buffer.from('half');
    throw new Error('connection reset');
  }
  await assert.rejects(send(Readable.from(breaking()), 0, 8), /connection reset/);
  assert.equal(await text(), 'half');
  await assert.rejects(send(Readable.from(breaking()), 4, 12, Buffer.alloc(32)), /connection reset/);
  assert.equal(await text(), 'half');
});

test('who comes back ends the request that hangs, and never two write at a time', async (t) => {
  const { files, id, send, text } = await setUp(t);
  const hanging = new PassThrough();
  hanging.write('slow');
  const first = send(hanging, 0, 8);
  const ended = assert.rejects(first, /took the file over/);
  while ((await files.received(id, 'config.json')) < 4) await new Promise((resolve) => setTimeout(resolve, 5));
  assert.equal(await files.resume(id, 'config.json'), 4);
  await ended;
  const outcomes = await Promise.allSettled(['AAAA', 'BBBB', 'CCCC'].map((part) => send(part, 4, 8)));
  const received = outcomes.filter((one) => one.status === 'fulfilled' && one.value.status === 'received');
  assert.equal(received.length, 1);
  assert.match(await text(), /^slow(AAAA|BBBB|CCCC)$/);
});

test('an upload is removed with its files; the sweep takes those that are not open', async (t) => {
  const { dir, files, id, send } = await setUp(t);
  await files.create(id, 'README.md');
  await files.remove(id, 'README.md');
  assert.deepEqual(await readdir(join(dir, id)), ['config.json']);
  const other = uuid();
  await files.create(other, 'config.json');
  assert.equal(await files.sweep(async (one) => one === id), 1);
  assert.deepEqual(await readdir(dir), [id]);
  await files.remove(id);
  await files.remove(id);
  await assert.rejects(send('x', 0, 1), { code: 'not-found' });
  assert.deepEqual(await readdir(dir), []);
});

test('a piece of a file that was taken out meanwhile makes none', async (t) => {
  const { dir, files, id } = await setUp(t);
  await files.remove(id, 'config.json');
  const piece = { offset: 0, length: 1, stream: Readable.from([Buffer.from('x')]), checksum: null };
  const late = files.append(id, 'config.json', { ...piece, announced: async () => false });
  await assert.rejects(late, { code: 'not-found' });
  assert.deepEqual(await readdir(join(dir, id)), []);
});

test('no id and no name leads out of the folder', async (t) => {
  const { files, id } = await setUp(t);
  for (const name of ['../x', '..', '.', '', 'a/b', '.hidden', 'a\0b', `${'a'.repeat(300)}`])
    await assert.rejects(files.create(id, name), { code: 'internal' });
  for (const bad of ['..', '../..', '', 'x'])
    await assert.rejects(files.create(bad, 'config.json'), { code: 'internal' });
});

test('a full disk keeps what has arrived, and the rest goes on when there is room', async (t) => {
  const dir = join(await temporaryFolder(t), 'uploads');
  await mkdir(dir);
  const unmount = smallDisk(dir, 128 * 1024);
  if (unmount === null) return t.skip(NO_MOUNT);
  try {
    const files = createUploadFiles(dir);
    const id = uuid();
    await writeFile(join(dir, 'filler'), Buffer.alloc(64 * 1024));
    await files.create(id, 'model.safetensors');
    const whole = Buffer.alloc(100 * 1024, 7);
    const send = (offset: number) =>
      files.append(id, 'model.safetensors', {
        ...{ offset, length: whole.length, checksum: null, announced: async () => true },
        stream: Readable.from([whole.subarray(offset, offset + 10_000), whole.subarray(offset + 10_000)]),
      });
    await assert.rejects(send(0), { code: 'insufficient-storage', message: /ENOSPC/ });
    const received = await files.received(id, 'model.safetensors');
    assert.ok(received >= 10_000 && received < whole.length, `${received}`);
    await rm(join(dir, 'filler'));
    assert.deepEqual(await send(received), { status: 'received', received: whole.length });
    assert.deepEqual(await readFile(join(dir, id, 'model.safetensors')), whole);
    return undefined;
  } finally {
    unmount();
  }
});
