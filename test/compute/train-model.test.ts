import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { importFolder } from '../../src/checkpoints/import.ts';
import { inspectFolder } from '../../src/checkpoints/inspect.ts';
import { loadCheckpoint } from '../../src/checkpoints/layout.ts';
import { buildManifest, digestOf } from '../../src/checkpoints/manifest.ts';
import { readHeader } from '../../src/checkpoints/safetensors.ts';
import { mergeAdapter } from '../../src/compute/merge-adapter.ts';
import { type TrainModelOptions, trainModel } from '../../src/compute/train-model.ts';
import type { TrainModelProgress } from '../../src/compute/train-progress.ts';
import { createCorpusFiles } from '../../src/corpora/files.ts';
import type { Recipe } from '../../src/domain/recipe.ts';
import type { TrainingRecord, UploadedAnswer } from '../../src/domain/record.ts';
import { rawWeight, shardName, writeShards } from '../checkpoints/raw.ts';
import { temporaryFolder } from '../checkpoints/temporary.ts';
import { quickPeople } from '../helpers/quick-model.ts';

const PEOPLE = quickPeople(4, 3);
const lines = (records: UploadedAnswer[]) => records.map((record) => `${JSON.stringify(record)}\n`).join('');

const options = (more: Partial<TrainModelOptions> & { train: string; out: string }): TrainModelOptions => ({
  ...{ holdout: null, architecture: 'gpt2', width: 16, layers: 1, heads: 2, vocabSize: 260, seed: 3 },
  ...{ options: { steps: 6, batch_size: 4 }, backend: 'onnxruntime/cpu', threads: 1 },
  ...more,
});
const silent = { progress: () => undefined };

/** What the service's own store says about the same upload. */
async function digestAsUploaded(dir: string, records: UploadedAnswer[]): Promise<string> {
  async function* texts(): AsyncGenerator<TrainingRecord> {
    for (const { id, prompt, answer } of records) yield { id, prompt, answer };
  }
  const upload = await createCorpusFiles(dir).append('corpus', texts());
  await upload.rollback();
  return upload.digest;
}

test('it writes a folder that is accepted, with a recipe that names the corpora as the service stores them', async (t) => {
  const dir = await temporaryFolder(t);
  const [train, holdout, out] = ['train.ndjson', 'holdout.ndjson', 'model'].map((name) => join(dir, name)) as [
    string,
    string,
    string,
  ];
  // empty lines and a last line without its end are no records of their own
  await writeFile(train, `\n${lines(PEOPLE.train)}\n`);
  await writeFile(holdout, lines(PEOPLE.holdout).trimEnd());
  const seen: TrainModelProgress[] = [];
  const result = await trainModel(options({ train, holdout, out }), { progress: (progress) => seen.push(progress) });
  assert.equal(result.steps, 6);
  assert.deepEqual(
    seen.map(({ step, steps }) => [step, steps]),
    [1, 2, 3, 4, 5, 6].map((step) => [step, 6]),
  );
  assert.equal(seen[0]!.secondsLeft, null);
  assert.ok(seen[2]!.secondsLeft! > 0);
  assert.equal(seen[5]!.secondsLeft, 0);

  const facts = await inspectFolder(out);
  assert.equal(facts.architecture, 'gpt2');
  assert.equal(facts.has_recipe, true);
  assert.ok(facts.vocab_size <= 260);

  const recipe = JSON.parse(await readFile(join(out, 'recipe.json'), 'utf8')) as Recipe;
  assert.deepEqual(
    recipe.corpora.map(({ role, digest, records }) => ({ role, digest, records })),
    [
      { role: 'train', digest: await digestAsUploaded(join(dir, 'a'), PEOPLE.train), records: 12 },
      { role: 'holdout', digest: await digestAsUploaded(join(dir, 'b'), PEOPLE.holdout), records: 9 },
    ],
  );
  const tokenizer = createHash('sha256').update(await readFile(join(out, 'tokenizer.json')));
  assert.equal(recipe.tokenizer_digest, `sha256:${tokenizer.digest('hex')}`);
  assert.equal(recipe.steps_taken, 6);
  assert.equal(recipe.backend, 'onnxruntime/cpu');
});

test('the same corpus and seed give the same bytes', async (t) => {
  const dir = await temporaryFolder(t);
  const train = join(dir, 'train.ndjson');
  await writeFile(train, lines(PEOPLE.train));
  const weights = [];
  for (const [name, seed] of [
    ['a', 3],
    ['b', 3],
    ['c', 4],
  ] as const) {
    await trainModel(options({ train, out: join(dir, name), seed }), silent);
    weights.push(await readFile(join(dir, name, 'model.safetensors')));
  }
  assert.ok(weights[0]!.equals(weights[1]!));
  assert.ok(!weights[0]!.equals(weights[2]!));
});

test('what is wrong with the input is named by line and member, never quoted', async (t) => {
  const dir = await temporaryFolder(t);
  const train = join(dir, 'train.ndjson');
  const good = JSON.stringify({ id: 'a', prompt: 'p', answer: ' x' });
  const attempt = async (text: string) => {
    await writeFile(train, text);
    return trainModel(options({ train, out: join(dir, 'model') }), silent);
  };
  await assert.rejects(attempt(''), { code: 'empty-corpus' });
  await assert.rejects(attempt(`${good}\n{"id": "secret`), {
    code: 'malformed-line',
    message: 'Line 2: # is not JSON.',
  });
  await assert.rejects(attempt(`${good}\n\n{"id":"b","prompt":"p"}\n`), {
    code: 'malformed-line',
    message: /^Line 3: # is none of: prompt and answer,/,
  });
  await assert.rejects(attempt(`${JSON.stringify({ id: 'b', input: 'secret', label: 1 })}\n`), {
    code: 'malformed-line',
    message: 'Line 1: a language model does not learn input and label.',
  });
  const talk = { id: 'b', messages: [{ role: 'assistant', content: 'secret' }] };
  await assert.rejects(attempt(`${JSON.stringify(talk)}\n`), {
    code: 'validation-failed',
    message: /^A fresh model has no chat template/,
  });
  await assert.rejects(trainModel(options({ train, out: dir, architecture: 'abacus' }), silent), {
    code: 'validation-failed',
    message: /no architecture abacus; there are .*gpt2/,
  });
});

describe('from a base', () => {
  const LORA = { trainable: [], lora_rank: 2, lora_alpha: 8, lora_targets: ['c_attn', 'c_fc'] };

  /** A base, and what adapters made of it. */
  async function adapted(dir: string) {
    const [train, base, out, adapterOut] = ['train.ndjson', 'base', 'out', 'adapter'].map((name) =>
      join(dir, name),
    ) as [string, string, string, string];
    await writeFile(train, lines(PEOPLE.train));
    await trainModel(options({ train, out: base }), silent);
    const more = { steps: 4, batch_size: 4, learning_rate: 1e-2, trains: LORA };
    await trainModel(options({ train, out, base, adapterOut, options: more }), silent);
    return { train, base, out, adapterOut };
  }
  const bytes = (dir: string, file: string) => readFile(join(dir, file));

  test('adapters train, are written for PEFT and merged; merging them again gives the same bytes', async (t) => {
    const dir = await temporaryFolder(t);
    const { base, out, adapterOut } = await adapted(dir);
    const again = join(dir, 'again');
    assert.deepEqual(await mergeAdapter({ base, adapter: adapterOut, out: again }), { adapters: 2 });
    assert.ok((await bytes(again, 'model.safetensors')).equals(await bytes(out, 'model.safetensors')));
    const [before, after] = [await loadCheckpoint(base), await loadCheckpoint(out)];
    const changed = Object.keys(before.weights).filter(
      (name) => !Buffer.from(before.weights[name]!.data.buffer).equals(Buffer.from(after.weights[name]!.data.buffer)),
    );
    assert.deepEqual(changed, ['transformer.h.0.attn.c_attn.weight', 'transformer.h.0.mlp.c_fc.weight']);
    assert.equal((await loadCheckpoint(again)).recipe, null, 'the base’s recipe does not make this');
    assert.deepEqual((await inspectFolder(again)).has_recipe, false);
  });

  test('a base in shards of bfloat16 stays one: only what trained has other bytes', async (t) => {
    const dir = await temporaryFolder(t);
    const [train, base, out] = ['train.ndjson', 'base', 'out'].map((name) => join(dir, name)) as [
      string,
      string,
      string,
    ];
    await writeFile(train, lines(PEOPLE.train));
    await trainModel(options({ train, out: base }), silent);
    const tensors = Object.entries((await loadCheckpoint(base)).weights).map(([name, w]) => rawWeight(name, w, 'BF16'));
    await rm(join(base, 'model.safetensors'));
    await writeShards(base, [tensors.slice(0, 3), tensors.slice(3, 9), tensors.slice(9)]);
    const more = { steps: 4, batch_size: 4, learning_rate: 1e-2, trains: { ...LORA, lora_targets: ['c_fc'] } };
    await trainModel(options({ train, out, base, options: more }), silent);
    const names = (await readdir(base)).filter((name) => name !== 'recipe.json').sort();
    assert.deepEqual((await readdir(out)).filter((name) => name !== 'recipe.json').sort(), names);
    const holder = tensors.findIndex(({ name }) => name === 'transformer.h.0.mlp.c_fc.weight');
    const changed = shardName(holder < 3 ? 1 : holder < 9 ? 2 : 3, 3);
    for (const name of names)
      assert.equal((await bytes(base, name)).equals(await bytes(out, name)), name !== changed, name);
    const differ = (await readHeader(join(out, changed))).tensors.map(async ({ name, offset, bytes: length }) => {
      const [a, b] = [await bytes(base, changed), await bytes(out, changed)];
      return a.subarray(offset, offset + length).equals(b.subarray(offset, offset + length)) ? [] : [name];
    });
    assert.deepEqual((await Promise.all(differ)).flat(), ['transformer.h.0.mlp.c_fc.weight']);
    assert.equal((await inspectFolder(out)).architecture, 'gpt2');
  });

  test('the recipe names the base by the address of its registration, and what trained', async (t) => {
    const dir = await temporaryFolder(t);
    const { base, out } = await adapted(dir);
    // what registration does not take has no part in the address
    await writeFile(join(base, 'notes.txt'), 'mine');
    const registered = join(dir, 'registered');
    await mkdir(registered);
    await importFolder('base', dir, registered);
    const about = { architecture: 'gpt2', parent: null, run_id: null };
    const recipe = JSON.parse((await bytes(out, 'recipe.json')).toString()) as Recipe;
    assert.equal(recipe.init.base_checkpoint, digestOf(await buildManifest(registered, about)));
    assert.deepEqual(recipe.options.trains, LORA);
    assert.equal((await inspectFolder(out)).has_recipe, true);
    for (const file of ['config.json', 'tokenizer.json'])
      assert.ok((await bytes(out, file)).equals(await bytes(base, file)));
  });

  test('a record that the base’s context cannot hold is named by its number, never quoted', async (t) => {
    const dir = await temporaryFolder(t);
    const { train, base } = await adapted(dir);
    await writeFile(train, `${lines(PEOPLE.train)}{"id":"long","prompt":"${'na '.repeat(99)}","answer":" x"}\n`);
    await assert.rejects(trainModel(options({ train, base, out: join(dir, 'new') }), silent), {
      code: 'malformed-line',
      message: /^Record 13: a record has \d+ tokens and the model’s context 32: split the record\.$/,
    });
  });
});

test('an abort ends the training and writes nothing', async (t) => {
  const dir = await temporaryFolder(t);
  const train = join(dir, 'train.ndjson');
  await writeFile(train, lines(PEOPLE.train));
  const abort = new AbortController();
  const out = join(dir, 'model');
  const running = trainModel(options({ train, out }), {
    signal: abort.signal,
    progress: ({ step }) => step === 2 && abort.abort(new Error('enough')),
  });
  await assert.rejects(running, /enough/);
  await assert.rejects(readFile(join(out, 'model.safetensors')), { code: 'ENOENT' });
});
