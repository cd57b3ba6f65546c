import assert from 'node:assert/strict';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { loadCheckpoint, saveCheckpoint } from '../../src/checkpoints/layout.ts';
import { writeSafetensors } from '../../src/checkpoints/safetensors.ts';
import { float32 } from '../../src/domain/engine.ts';
import { temporaryFolder } from './temporary.ts';
import { architectures, CONFIG, RECIPE, saveTiny, tokenizer, weights } from './tiny.ts';

const load = (dir: string) => loadCheckpoint(dir, architectures);

test('a saved checkpoint is loaded as it was', async (t) => {
  const dir = join(await temporaryFolder(t), 'new', 'folder');
  await saveTiny(dir);
  assert.deepEqual(await load(dir), {
    architecture: 'tiny',
    configJson: CONFIG,
    weights: weights(),
    recipe: RECIPE,
  });
  assert.deepEqual(JSON.parse(await readFile(join(dir, 'tokenizer.json'), 'utf8')), tokenizer.tokenizerJson);
});

test('a child takes tokenizer and recipe over from its parent, unless told otherwise', async (t) => {
  const root = await temporaryFolder(t);
  const [parent, child, other] = ['parent', 'child', 'other'].map((name) => join(root, name)) as [
    string,
    string,
    string,
  ];
  await saveTiny(parent);
  await writeFile(join(parent, 'pytorch_model.bin'), 'not ours');
  const changed = { ...weights(), 'out.bias': float32(new Float32Array(260).fill(2)) };
  await saveCheckpoint(child, { configJson: CONFIG, weights: changed, copyFrom: parent });
  const loaded = await load(child);
  assert.deepEqual([loaded.weights, loaded.recipe], [changed, RECIPE]);
  const names = ['config.json', 'model.safetensors', 'recipe.json', 'tokenizer.json', 'tokenizer_config.json'];
  assert.deepEqual((await readdir(child)).sort(), names);
  const steps = { ...RECIPE, steps_taken: 3 };
  await saveCheckpoint(other, { configJson: CONFIG, weights: changed, copyFrom: parent, recipe: steps });
  assert.equal((await load(other)).recipe?.steps_taken, 3);
  await saveCheckpoint(join(root, 'bare'), { configJson: CONFIG, weights: changed, copyFrom: parent, recipe: null });
  assert.equal((await load(join(root, 'bare'))).recipe, null);
});

test('ignored tensors are passed over', async (t) => {
  const dir = await temporaryFolder(t);
  await saveTiny(dir);
  await writeSafetensors(join(dir, 'model.safetensors'), { ...weights(), mask: float32(Float32Array.of(1)) });
  assert.deepEqual(Object.keys((await load(dir)).weights).sort(), ['embed.weight', 'out.bias']);
});

test('files that do not fit together are refused by name', async (t) => {
  const dir = await temporaryFolder(t);
  const json = (name: string, content: unknown) => writeFile(join(dir, name), JSON.stringify(content));
  const model = join(dir, 'model.safetensors');
  const { 'out.bias': bias, 'embed.weight': embed } = weights() as Record<string, ReturnType<typeof float32>>;
  const cases: [() => Promise<unknown>, RegExp][] = [
    [() => rm(join(dir, 'config.json')), /^config\.json: is missing/],
    [() => writeFile(join(dir, 'config.json'), '{"model_type"'), /^config\.json: is not JSON/],
    [() => json('config.json', null), /^config\.json: names the model_type undefined\. Use one of: tiny/],
    [() => json('config.json', { ...CONFIG, model_type: 'constructor' }), /Use one of: tiny/],
    [() => json('config.json', { model_type: 'tiny' }), /^config\.json: vocab_size and width/],
    [() => json('config.json', { ...CONFIG, width: 5 }), /embed\.weight has the shape \[260,4\] where .* \[260,5\]/],
    [() => json('recipe.json', { ...RECIPE, steps_taken: 0 }), /^recipe\.json: \/steps_taken/],
    [() => rm(model), /^model\.safetensors: is missing\. Save the weights as safetensors/],
    [() => writeSafetensors(model, { 'out.bias': bias! }), /has no tensor embed\.weight/],
    [
      () => writeSafetensors(model, { 'out.bias': bias!, 'embed.weight': embed!, 'head.weight': embed! }),
      /holds "head\.weight", which tiny does not have/,
    ],
  ];
  for (const [spoil, reason] of cases) {
    await saveTiny(dir);
    await spoil();
    await assert.rejects(load(dir), { code: 'checkpoint-invalid', message: reason });
  }
});
