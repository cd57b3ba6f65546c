// The tokenizer beside a LayersModel: taken along, and refused where it is not the model's.
import assert from 'node:assert/strict';
import { readdir, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { Value } from 'typebox/value';
import { createCheckpointFiles } from '../../src/checkpoints/files.ts';
import { loadLayersModel } from '../../src/checkpoints/layers-model/read.ts';
import { saveLayersModelLike } from '../../src/checkpoints/layers-model/write.ts';
import { TrainingOptions } from '../../src/domain/recipe.ts';
import { TOPOLOGIES, WORD_TOKENIZER } from '../helpers/classifiers.ts';
import { modelFiles, writeFiles } from './layers-models.ts';
import { temporaryFolder } from './temporary.ts';

/** An import root with a model in `given`, and the store that takes it. */
async function open(t: TestContext, name: keyof typeof TOPOLOGIES, tokenizer: object) {
  const root = await temporaryFolder(t);
  const given = join(root, 'import', 'given');
  const model = TOPOLOGIES[name]();
  await writeFiles(given, await modelFiles(model, 2));
  model.dispose();
  await writeFile(join(given, 'tokenizer.json'), JSON.stringify(tokenizer));
  const store = createCheckpointFiles({ dir: join(root, 'store'), importDir: join(root, 'import') });
  return { root, given, store };
}

test('it is registered, stored once with the next checkpoint, and part of its address', async (t) => {
  const { store, given } = await open(t, 'text', WORD_TOKENIZER);
  const about = { architecture: 'layers-model', parent: null, run_id: null };
  const { folder } = await store.importFrom('given');
  await store.inspect(folder);
  const parent = await store.adopt(folder, about);
  const from = await store.materialise(parent.digest);

  const { weights } = await loadLayersModel(given);
  for (const { data } of Object.values(weights)) data[0]! += 1;
  const work = await store.workFolder('run');
  await saveLayersModelLike(work, from, weights);
  assert.deepEqual((await readdir(work)).sort(), (await readdir(given)).sort());
  const child = await store.adopt(work, { ...about, parent: parent.digest });
  const inode = async (digest: string) => (await stat(join(await store.materialise(digest), 'tokenizer.json'))).ino;
  assert.equal(await inode(child.digest), await inode(parent.digest), 'one file');

  await rm(join(given, 'tokenizer.json'));
  const { folder: bare } = await store.importFrom('given');
  assert.notEqual((await store.adopt(bare, about)).digest, parent.digest);
});

test('one that is not the model’s is refused, by what is wrong and what to do', async (t) => {
  const vocab = Object.fromEntries(Array.from({ length: 60 }, (_, id) => [`word${id}`, id]));
  const cases: [keyof typeof TOPOLOGIES, object, RegExp][] = [
    [
      'text',
      { ...WORD_TOKENIZER, model: { ...WORD_TOKENIZER.model, vocab } },
      /up to 59, and the model's embedding ends at 50/,
    ],
    [
      'text',
      { ...WORD_TOKENIZER, decoder: 1, pre_tokenizer: { type: 'UnicodeScripts' } },
      /pre_tokenizer is "UnicodeScripts"/,
    ],
    ['table', WORD_TOKENIZER, /stands beside a model that takes no text.*Remove the file/],
  ];
  for (const [name, tokenizer, message] of cases) {
    const { store } = await open(t, name, tokenizer);
    const { folder } = await store.importFrom('given');
    await assert.rejects(store.inspect(folder), { code: 'checkpoint-invalid', message });
  }
});

test('a recipe names its tokenizer, and no other stands in for it', async (t) => {
  const { store, given } = await open(t, 'text', WORD_TOKENIZER);
  const recipe = {
    ...{ version: 1, trainer_version: '2', architecture: 'layers-model', init: { seed: 1, base_checkpoint: null } },
    ...{ corpora: [], tokenizer_digest: `sha256:${'0'.repeat(64)}`, order_seed: 2, steps_taken: 1 },
    options: Value.Default(TrainingOptions, { steps: 1 }),
    ...{ backend: 'onnxruntime/cpu', threads: 1 },
  };
  await writeFile(join(given, 'recipe.json'), JSON.stringify(recipe));
  const inspect = async () => store.inspect((await store.importFrom('given')).folder);
  await assert.rejects(inspect(), { message: /not the tokenizer that recipe\.json names/ });
  await rm(join(given, 'tokenizer.json'));
  await assert.rejects(inspect(), { message: /tokenizer\.json: is missing, and recipe\.json names it/ });
});
