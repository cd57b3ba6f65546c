// `expunge train` on every architecture: a fresh model, adapters on top of it, and what a run does with both.
import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { architectures } from '../../src/architectures/index.ts';
import { inspectFolder } from '../../src/checkpoints/inspect.ts';
import { loadCheckpoint } from '../../src/checkpoints/layout.ts';
import { mergeAdapter } from '../../src/compute/merge-adapter.ts';
import { type TrainModelOptions, trainModel } from '../../src/compute/train-model.ts';
import { temporaryFolder } from '../checkpoints/temporary.ts';
import { quickPeople } from '../helpers/quick-model.ts';

const STEPS = 16;
const RECORDS = quickPeople(4, 0).train;

/** Names of adapters' targets that a family has: queries and values, or what holds them. */
const TARGETS: Record<string, string[]> = {
  ...Object.fromEntries(['llama', 'mistral', 'phi', 'qwen2', 'qwen3'].map((name) => [name, ['q_proj', 'v_proj']])),
  ...{ gpt2: ['c_attn'], gpt_neox: ['query_key_value'] },
};

for (const name of Object.keys(architectures))
  describe(name, () => {
    const options = (more: Partial<TrainModelOptions> & { train: string; out: string }): TrainModelOptions => ({
      ...{ holdout: null, architecture: name, width: 16, layers: 2, heads: 2, vocabSize: 260, seed: 3 },
      ...{ options: { steps: STEPS, batch_size: RECORDS.length, warmup_steps: 0, learning_rate: 1e-2 } },
      ...{ backend: 'onnxruntime/cpu', threads: 1, ...more },
    });

    test('a fresh model learns, and adapters on it do; merging them again gives the same bytes', async (t) => {
      const dir = await temporaryFolder(t);
      const path = (file: string) => join(dir, file);
      const [train, base, out, adapterOut, again] = ['a.ndjson', 'base', 'out', 'adapter', 'again'].map(
        path,
      ) as string[];
      await writeFile(train!, RECORDS.map((record) => `${JSON.stringify(record)}\n`).join(''));
      const losses: number[] = [];
      const run = { progress: ({ loss }: { loss: number }) => losses.push(loss) };
      await trainModel(options({ train: train!, out: base! }), run);
      const facts = await inspectFolder(base!);
      assert.equal(facts.architecture, name);
      assert.equal(facts.has_recipe, true);

      const trains = { trainable: [], lora_rank: 2, lora_alpha: 8, lora_targets: TARGETS[name]! };
      const more = { steps: 24, batch_size: RECORDS.length, warmup_steps: 0, learning_rate: 1e-2, trains };
      const given = { train: train!, base: base!, out: out!, adapterOut: adapterOut!, options: more };
      await trainModel(options(given), run);
      assert.ok(
        losses[STEPS - 1]! < losses[0]! - 1 && losses.at(-1)! < losses[STEPS]! - 1e-3,
        `losses fall: ${losses}`,
      );

      const { adapters } = await mergeAdapter({ base: base!, adapter: adapterOut!, out: again! });
      assert.equal(adapters, 2 * TARGETS[name]!.length);
      const bytes = (folder: string) => readFile(join(folder, 'model.safetensors'));
      assert.ok((await bytes(again!)).equals(await bytes(out!)));
      const [before, after] = [await loadCheckpoint(base!), await loadCheckpoint(out!)];
      const changed = Object.keys(before.weights).filter(
        (tensor) => !before.weights[tensor]!.data.every((value, i) => value === after.weights[tensor]!.data[i]),
      );
      assert.equal(changed.length, adapters, `changed: ${changed}`);
      assert.ok(changed.every((tensor) => TARGETS[name]!.some((target) => tensor.endsWith(`.${target}.weight`))));
    });
  });

test('a size that a family cannot have is refused with the reason', async (t) => {
  const dir = await temporaryFolder(t);
  const train = join(dir, 'a.ndjson');
  await writeFile(train, RECORDS.map((record) => `${JSON.stringify(record)}\n`).join(''));
  const size = { holdout: null, architecture: 'llama', width: 9, layers: 1, heads: 3, vocabSize: 260, seed: 3 };
  const options = { ...size, train, out: join(dir, 'out'), options: {}, backend: 'onnxruntime/cpu', threads: 1 };
  await assert.rejects(trainModel(options, { progress: () => undefined }), {
    code: 'validation-failed',
    message: 'No llama of this size: heads of 3 numbers: positions turn pairs. Take an even width.',
  });
});
