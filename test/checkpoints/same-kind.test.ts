import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { saveCheckpoint } from '../../src/checkpoints/layout.ts';
import { differenceOf } from '../../src/checkpoints/same-kind.ts';
import { MODELS, modelFiles, writeFiles } from './layers-models.ts';
import { temporaryFolder } from './temporary.ts';
import { architectures, CONFIG, saveTiny, tokenizer, weights } from './tiny.ts';

/** Changes a JSON file, which may not be there. */
async function edit(path: string, change: (json: Record<string, unknown>) => void): Promise<void> {
  const json = JSON.parse(await readFile(path, 'utf8').catch(() => '{}'));
  change(json);
  await writeFile(path, JSON.stringify(json));
}

test('language models differ by configuration, tokenizer, what ends a text and chat template; not by weights or white space', async (t) => {
  const [one, other] = [join(await temporaryFolder(t), 'one'), join(await temporaryFolder(t), 'other')];
  await saveTiny(one);
  const saved = () => saveTiny(other, null);
  const difference = () => differenceOf(other, one, architectures);
  await saved();
  await edit(join(other, 'config.json'), (json) => {
    json.torch_dtype = 'bfloat16';
  });
  await edit(join(other, 'tokenizer.json'), () => undefined);
  assert.equal(await difference(), null);
  const wide = { ...CONFIG, width: 8 };
  await saveCheckpoint(other, { configJson: wide, weights: weights(wide), ...tokenizer, recipe: null });
  assert.match((await difference())!.why, /describes another model/);
  for (const [file, change] of [
    ['tokenizer.json', (json: Record<string, unknown>) => (json.truncation = { max_length: 2 })],
    ['tokenizer_config.json', (json: Record<string, unknown>) => (json.eos_token = 'a')],
    ['tokenizer_config.json', (json: Record<string, unknown>) => (json.chat_template = '{{ messages }}')],
  ] as const) {
    await saved();
    await edit(join(other, file), change);
    assert.equal((await difference())?.file, file);
  }
});

test('classifiers differ by their layers, not by their weights; and from language models', async (t) => {
  const dir = await temporaryFolder(t);
  const [one, again, images, words] = ['one', 'again', 'images', 'words'].map((name) => join(dir, name)) as [
    ...[string, string, string, string],
  ];
  const { model } = MODELS.dense!();
  await writeFiles(one, await modelFiles(model, 1));
  model.setWeights(model.getWeights().map((weight) => weight.neg()));
  await writeFiles(again, await modelFiles(model, 2));
  await writeFiles(images, await modelFiles(MODELS.images!().model, 1));
  await saveTiny(words);
  assert.equal(await differenceOf(again, one), null);
  assert.deepEqual(await differenceOf(images, one), {
    file: 'model.json',
    why: 'describes another model than the parent’s does',
  });
  assert.equal((await differenceOf(words, one, architectures))!.file, 'config.json');
});
