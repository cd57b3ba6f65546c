import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { mkdir, readdir, readFile, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { createCheckpointFiles } from '../../src/checkpoints/files.ts';
import { MODELS, modelFiles, writeFiles } from './layers-models.ts';
import { raw, rawWeights, shardName, writeShards } from './raw.ts';
import { temporaryFolder } from './temporary.ts';
import { architectures, saveTiny, weights } from './tiny.ts';

async function setUp(t: TestContext) {
  const root = await temporaryFolder(t);
  const importDir = join(root, 'import');
  const files = createCheckpointFiles({ dir: join(root, 'checkpoints'), importDir, architectures });
  const model = join(importDir, 'models', 'one');
  await saveTiny(model);
  return { root, importDir, files, model };
}

test('a folder under the root is copied, by either kind of path, without what is not ours', async (t) => {
  const { root, importDir, files, model } = await setUp(t);
  await writeFile(join(model, 'training.log'), 'x');
  await mkdir(join(model, '.git'));
  await symlink(importDir, join(root, 'linked'));
  const names = ['config.json', 'model.safetensors', 'recipe.json', 'tokenizer.json', 'tokenizer_config.json'];
  for (const path of ['models/one', './models//one/', model]) {
    const { folder } = await files.importFrom(path);
    assert.deepEqual((await readdir(folder)).sort(), names);
    for (const name of names) assert.deepEqual(await readFile(join(folder, name)), await readFile(join(model, name)));
    await files.discard(folder);
  }
  // The root itself may be a link: the operator chose it.
  const linked = createCheckpointFiles({ dir: join(root, 'checkpoints'), importDir: join(root, 'linked') });
  for (const path of ['models/one', join(root, 'linked/models/one'), model])
    await files.discard((await linked.importFrom(path)).folder);
});

test('no path leads out of the root', async (t) => {
  const { root, importDir, files } = await setUp(t);
  await saveTiny(join(root, 'outside'));
  await saveTiny(join(root, 'import-beside'));
  await symlink(join(root, 'outside'), join(importDir, 'link'));
  await symlink(root, join(importDir, 'up'));
  await symlink('models/one', join(importDir, 'inner'));
  await writeFile(join(importDir, 'file'), '');
  const paths = [
    ...['', '.', '..', '../outside', 'models/../../outside', 'models/../models/one', 'link', 'up/outside', 'inner'],
    ...['/etc', '/', root, importDir, join(root, 'outside'), join(root, 'import-beside'), `${importDir}/../outside`],
    ...['models/one\0', 'missing', 'file', 'file/x', 'x'.repeat(5000), '..\\outside', '~'],
  ];
  for (const path of paths)
    await assert.rejects(files.importFrom(path), { code: 'path-not-allowed' }, JSON.stringify(path.slice(0, 40)));
  await rm(importDir, { recursive: true });
  await assert.rejects(files.importFrom('models/one'), { code: 'path-not-allowed' });
  assert.deepEqual(await readdir(join(root, 'checkpoints', 'work')), []);
});

test('errors tell nothing about the machine’s folders', async (t) => {
  const { root, files } = await setUp(t);
  for (const path of ['missing', '../outside', '/etc'])
    await assert.rejects(files.importFrom(path), (error: Error) => !error.message.includes(root));
});

test('links, pickled weights, special files and oversized files inside the folder are refused', async (t) => {
  const { root, files, model } = await setUp(t);
  const cases: [string, (path: string) => unknown, string, RegExp][] = [
    ['README.md', (path) => symlink('/etc/passwd', path), 'path-not-allowed', /README\.md is a symbolic link/],
    ['notes', (path) => symlink('/nowhere', path), 'path-not-allowed', /notes is a symbolic link/],
    ['pytorch_model.bin', (path) => writeFile(path, ''), 'checkpoint-invalid', /^pytorch_model\.bin: .*safetensors/],
    ['optimizer.PT', (path) => writeFile(path, ''), 'checkpoint-invalid', /^optimizer\.PT/],
    ['README.md', (path) => mkdir(path), 'checkpoint-invalid', /^README\.md: is not an ordinary file/],
    ['README.md', (path) => execFileSync('mkfifo', [path]), 'checkpoint-invalid', /^README\.md: is not an ordinary/],
    [
      'README.md',
      async (path) => {
        await writeFile(path, '');
        await truncate(path, (1 << 20) + 1);
      },
      'checkpoint-invalid',
      /^README\.md: has 1048577 bytes, more than 1048576/,
    ],
  ];
  for (const [name, make, code, message] of cases) {
    await make(join(model, name));
    await assert.rejects(files.importFrom('models/one'), { code, message });
    await rm(join(model, name), { recursive: true });
  }
  assert.deepEqual(await readdir(join(root, 'checkpoints', 'work')), []);
});

test('shards and their index are copied; other safetensors are not', async (t) => {
  const { files, model } = await setUp(t);
  await rm(join(model, 'model.safetensors'));
  await writeShards(model, [rawWeights(weights()), [raw('mask', 'U8', [1], [1])]]);
  await writeFile(join(model, 'consolidated.safetensors'), 'x');
  const { folder } = await files.importFrom('models/one');
  const names = (await readdir(folder)).filter((name) => name.includes('safetensors'));
  assert.deepEqual(names.sort(), [shardName(1, 2), shardName(2, 2), 'model.safetensors.index.json']);
  assert.equal((await files.inspect(folder)).parameters, 1300);
});

test('a folder has limits in all: of bytes, before any are copied, and of entries', async (t) => {
  const { root, files, model } = await setUp(t);
  for (let shard = 1; shard <= 9; shard++) {
    const path = join(model, shardName(shard, 9));
    await writeFile(path, '');
    // sparse: it takes no room
    await truncate(path, 60 * 2 ** 30);
  }
  const message = /^model-0000\d-of-00009\.safetensors: brings the folder to \d+ bytes, more than 549755813888/;
  await assert.rejects(files.importFrom('models/one'), { code: 'checkpoint-invalid', message });
  for (let shard = 1; shard <= 9; shard++) await rm(join(model, shardName(shard, 9)));
  for (let i = 0; i <= 2000; i++) writeFileSync(join(model, `note-${i}`), '');
  await assert.rejects(files.importFrom('models/one'), { code: 'path-not-allowed', message: /more than 2000/ });
  assert.deepEqual(await readdir(join(root, 'checkpoints', 'work')), []);
});

test('of a LayersModel what its model.json names is copied, and nothing that it must not name', async (t) => {
  const { root, importDir, files } = await setUp(t);
  const dir = join(importDir, 'layers');
  const made = await modelFiles(MODELS.dense!().model, 2);
  await writeFiles(dir, made);
  await writeFile(join(dir, 'notes.txt'), 'x');
  const { folder } = await files.importFrom('layers');
  assert.deepEqual((await readdir(folder)).sort(), ['group1-shard1of2.bin', 'group1-shard2of2.bin', 'model.json']);
  assert.deepEqual(await files.inspect(folder), {
    ...{ architecture: 'layers-model', parameters: 53, has_recipe: false, vocab_size: 3 },
  });
  await files.discard(folder);
  await writeFile(join(root, 'secret'), 'abcd');
  for (const path of ['../../secret', join(root, 'secret'), '..', 'model.json']) {
    const json = { ...made.json, weightsManifest: [{ paths: [path], weights: [] }] };
    await writeFile(join(dir, 'model.json'), JSON.stringify(json));
    await assert.rejects(files.importFrom('layers'), {
      code: 'checkpoint-invalid',
      message: /^model\.json: names the/,
    });
  }
  await writeFiles(dir, made);
  await writeFile(join(dir, 'other.bin'), '');
  await assert.rejects(files.importFrom('layers'), { message: /^other\.bin: is a pickled file/ });
  await rm(join(dir, 'other.bin'));
  await rm(join(dir, 'group1-shard1of2.bin'));
  await symlink(join(root, 'secret'), join(dir, 'group1-shard1of2.bin'));
  await assert.rejects(files.importFrom('layers'), { code: 'path-not-allowed', message: /is a symbolic link/ });
  assert.deepEqual(await readdir(join(root, 'checkpoints', 'work')), []);
});
