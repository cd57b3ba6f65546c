import assert from 'node:assert/strict';
import { chmod, cp, mkdir, readdir, readFile, rename, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { createCheckpointFiles } from '../../src/checkpoints/files.ts';
import { writeSafetensors } from '../../src/checkpoints/safetensors.ts';
import { float32 } from '../../src/domain/engine.ts';
import { temporaryFolder } from './temporary.ts';
import { architectures, RECIPE, saveTiny, tokenizer, weights } from './tiny.ts';

const RUN = '01980000-0000-7000-8000-000000000002';
const ABOUT = { architecture: 'tiny', parent: null, run_id: RUN };

async function setUp(t: TestContext) {
  const root = await temporaryFolder(t);
  const dir = join(root, 'checkpoints');
  const files = createCheckpointFiles({ dir, importDir: join(root, 'import'), architectures });
  const candidate = async () => {
    const folder = await files.workFolder(RUN);
    await saveTiny(folder);
    return folder;
  };
  return { root, dir, files, candidate };
}

test('a finished folder gets its address, is read-only and verifies', async (t) => {
  const { dir, files, candidate } = await setUp(t);
  const folder = await candidate();
  const checkpoint = await files.adopt(folder, ABOUT);
  const target = await files.materialise(checkpoint.digest);
  assert.match(target, /\/checkpoints\/sha256-[0-9a-f]{64}$/);
  assert.deepEqual([checkpoint.parent_digest, checkpoint.run_id], [null, RUN]);
  assert.deepEqual(JSON.parse(await readFile(join(target, 'manifest.json'), 'utf8')), checkpoint.manifest);
  const names = ['config.json', 'model.safetensors', 'recipe.json', 'tokenizer.json', 'tokenizer_config.json'];
  assert.deepEqual(
    checkpoint.manifest.files.map((file) => file.name),
    names,
  );
  let bytes = 0;
  for (const name of names) {
    const entry = await stat(join(target, name));
    assert.equal(entry.mode & 0o777, 0o400);
    bytes += entry.size;
  }
  assert.equal(checkpoint.bytes, bytes);
  assert.equal((await stat(target)).mode & 0o777, 0o500);
  assert.equal((await stat(dir)).mode & 0o777, 0o700);
  assert.equal(await files.verify(checkpoint.digest), true);
  assert.deepEqual(await readdir(join(dir, 'work')), []);
});

test('adopting the same content again gives the same address, and mends a damaged one', async (t) => {
  const { dir, files, candidate } = await setUp(t);
  const first = await files.adopt(await candidate(), ABOUT);
  assert.deepEqual(await files.adopt(await candidate(), ABOUT), first);
  const other = await files.adopt(await candidate(), { ...ABOUT, parent: first.digest });
  assert.notEqual(other.digest, first.digest);
  const config = join(await files.materialise(first.digest), 'config.json');
  await chmod(config, 0o600);
  await writeFile(config, '{}');
  assert.equal(await files.verify(first.digest), false);
  await files.adopt(await candidate(), ABOUT);
  assert.equal(await files.verify(first.digest), true);
  assert.deepEqual(await readdir(join(dir, 'work')), []);
});

test('any change to a checkpoint is seen', async (t) => {
  const { files, candidate } = await setUp(t);
  const changes: ((folder: string) => Promise<unknown>)[] = [
    (folder) => writeFile(join(folder, 'more.txt'), ''),
    (folder) => mkdir(join(folder, 'more')),
    (folder) => rename(join(folder, 'recipe.json'), join(folder, 'recipe2.json')),
    (folder) => writeFile(join(folder, 'manifest.json'), '{'),
    (folder) => writeFile(join(folder, 'manifest.json'), '{}'),
    async (folder) => {
      const path = join(folder, 'model.safetensors');
      const bytes = await readFile(path);
      bytes[bytes.length - 1]! ^= 1;
      await writeFile(path, bytes);
    },
  ];
  for (const change of changes) {
    const { digest } = await files.adopt(await candidate(), ABOUT);
    const folder = await files.materialise(digest);
    await chmod(folder, 0o700);
    for (const name of await readdir(folder)) await chmod(join(folder, name), 0o600);
    await change(folder);
    assert.equal(await files.verify(digest), false);
    await files.remove(digest);
  }
});

test('the base that a recipe starts from is named by its address', async (t) => {
  const { files } = await setUp(t);
  const base_checkpoint = `sha256:${'5'.repeat(64)}`;
  const started: [typeof RECIPE | null, string | null][] = [
    [RECIPE, null],
    [null, null],
    [{ ...RECIPE, init: { seed: 1, base_checkpoint } }, base_checkpoint],
  ];
  for (const [recipe, base] of started) {
    const folder = await files.workFolder(RUN);
    await saveTiny(folder, recipe);
    const { digest } = await files.adopt(folder, ABOUT);
    assert.equal(await files.baseOf(digest), base);
  }
  assert.equal(await files.baseOf(base_checkpoint), null, 'nothing is there');
});

test('the configuration of a checkpoint is read without its weights; where there is none that can be read, null', async (t) => {
  const { files } = await setUp(t);
  const folder = await files.workFolder(RUN);
  await saveTiny(folder, RECIPE);
  const { digest } = await files.adopt(folder, ABOUT);
  const model = await files.model(digest);
  assert.deepEqual([model?.architecture.name, model?.recipe], ['tiny', RECIPE]);
  assert.equal(await files.model(digest), model, 'it never changes, and is kept');
  assert.equal(await files.model(`sha256:${'5'.repeat(64)}`), null);
  const odd = await files.workFolder(RUN);
  await writeFile(join(odd, 'config.json'), '{}');
  assert.equal(await files.model((await files.adopt(odd, ABOUT)).digest), null);
});

test('what is removed is gone, and removing it again is no error', async (t) => {
  const { dir, files, candidate } = await setUp(t);
  const { digest } = await files.adopt(await candidate(), ABOUT);
  await files.remove(digest);
  await files.remove(digest);
  assert.equal(await files.verify(digest), false);
  assert.deepEqual((await readdir(dir)).sort(), ['blobs', 'work']);
  assert.deepEqual(await readdir(join(dir, 'blobs')), []);
  assert.deepEqual(await readdir(join(dir, 'work')), []);
  for (const bad of ['sha256:../x', 'x', `sha256-${'0'.repeat(64)}`])
    await assert.rejects(files.materialise(bad), { code: 'checkpoint-invalid' });
});

test('work folders without a live owner are swept, and nothing else is discarded', async (t) => {
  const { dir, files, candidate } = await setUp(t);
  assert.equal(await files.sweepWorkFolders(async () => false), 0);
  await candidate();
  const live = await files.workFolder('01980000-0000-7000-8000-000000000003');
  const work = join(dir, 'work');
  await mkdir(join(work, 'import-000000000000'));
  await utimes(join(work, 'import-000000000000'), 1, 1);
  await mkdir(join(work, 'import-000000000001'));
  const asked: string[] = [];
  const isLive = async (id: string) => asked.push(id) > 0 && id.endsWith('3');
  assert.equal(await files.sweepWorkFolders(isLive), 2);
  assert.deepEqual(asked.sort(), [RUN, '01980000-0000-7000-8000-000000000003']);
  assert.deepEqual((await readdir(work)).sort(), [live.split('/').at(-1), 'import-000000000001'].sort());
  await files.discard(live);
  await files.discard(live);
  await assert.rejects(files.discard(dir), { code: 'internal' });
  await assert.rejects(files.workFolder('../x'), { code: 'internal' });
});

test('inspection describes a good folder', async (t) => {
  const { files, candidate, root } = await setUp(t);
  const found = { architecture: 'tiny', parameters: 260 * 4 + 260, has_recipe: true, vocab_size: 260 };
  assert.deepEqual(await files.inspect(await candidate()), found);
  await saveTiny(join(root, 'plain'), null);
  assert.deepEqual(await files.inspect(join(root, 'plain')), { ...found, has_recipe: false });
});

test('inspection names the file that is wrong', async (t) => {
  const { files, candidate } = await setUp(t);
  const good = await candidate();
  const cases: [string, unknown, RegExp][] = [
    ['recipe.json', { ...RECIPE, version: 2 }, /^recipe\.json: \/version/],
    ['tokenizer.json', null, /^tokenizer\.json: is missing/],
    ['tokenizer.json', {}, /^tokenizer\.json: holds no vocabulary/],
    [
      'tokenizer.json',
      { model: { type: 'Other', vocab: { '<|endoftext|>': 0 } } },
      /^tokenizer\.json: its model is "Other"\. Supported are/,
    ],
    [
      'tokenizer.json',
      { ...tokenizer.tokenizerJson, added_tokens: [{ id: 260, content: '<|endoftext|>' }] },
      /^tokenizer\.json: numbers its tokens up to 260, and the model's vocabulary ends at 259/,
    ],
    [
      'tokenizer.json',
      {
        ...tokenizer.tokenizerJson,
        model: { ...(tokenizer.tokenizerJson as { model: object }).model, type: 'Quantum' },
      },
      /^tokenizer\.json: its model is "Quantum"\. Supported are/,
    ],
    [
      'tokenizer.json',
      { ...tokenizer.tokenizerJson, truncation: null, x: 1 },
      /^tokenizer\.json: is not the tokenizer that/,
    ],
    ['tokenizer_config.json', { eos_token: 'none' }, /^tokenizer_config\.json: its eos_token/],
  ];
  for (const [name, content, reason] of cases) {
    const folder = await files.workFolder(RUN);
    await cp(good, folder, { recursive: true });
    await writeFile(join(folder, name), JSON.stringify(content));
    await assert.rejects(files.inspect(folder), { code: 'checkpoint-invalid', message: reason });
  }
  const { 'embed.weight': embed } = weights();
  const bias = float32(new Float32Array(260));
  await writeSafetensors(join(good, 'model.safetensors'), { 'embed.weight': embed!, 'out.bias': bias });
  const bytes = await readFile(join(good, 'model.safetensors'));
  bytes.writeFloatLE(Number.NaN, bytes.length - 4);
  await writeFile(join(good, 'model.safetensors'), bytes);
  await assert.rejects(files.inspect(good), { message: /tensor out\.bias holds NaN at element 259/ });
});
