// Five small models that have learned their people by heart, trained once for a soak.
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createClient, ok } from '../../examples/client.ts';
import { trainModel } from '../../src/compute/train-model.ts';
import type { UploadedAnswer } from '../../src/domain/record.ts';
import type { Model } from '../../src/domain/resources.ts';
import type { Cast } from './cast.ts';

const SHAPE = { architecture: 'gpt2', width: 32, layers: 1, heads: 2, vocabSize: 500, seed: 3 };
/** Large: what a step of so small a model costs hangs little on it, and retraining is most of what a run takes. */
const BATCH = 128;
/** Times that each record is seen: enough to know most of them by heart, which is what has to be forgotten. */
const PASSES = 100;

const ndjson = (records: readonly UploadedAnswer[]) => records.map((record) => `${JSON.stringify(record)}\n`).join('');

/** Writes corpora under `dir` and trains a model on each, under `importDir`. */
export async function trainModels(cast: Cast, dir: string, importDir: string, say: (text: string) => void) {
  const holdout = join(dir, 'strangers.ndjson');
  await writeFile(holdout, ndjson(cast.holdout));
  for (const [index, records] of cast.train.entries()) {
    const train = join(dir, `people-${index}.ndjson`);
    await writeFile(train, ndjson(records));
    const out = join(importDir, `model-${index}`);
    await mkdir(out, { recursive: true });
    const steps = Math.max(250, Math.round((PASSES * records.length) / BATCH));
    const { seconds } = await trainModel(
      {
        ...{ ...SHAPE, train, holdout, out, backend: 'onnxruntime/cpu', threads: 1 },
        options: { learning_rate: 1.2e-2, batch_size: BATCH, warmup_steps: 20, steps },
      },
      { progress: () => undefined },
    );
    say(`model ${index}: ${records.length} records, ${steps} steps in ${seconds.toFixed(1)} s`);
  }
}

/** Uploads the corpora and registers the models, in order. */
export async function register(url: string, dir: string, count: number): Promise<Model[]> {
  const client = createClient(url);
  const holdout = {
    corpus_id: await client.uploadCorpus('strangers', join(dir, 'strangers.ndjson')),
    role: 'holdout' as const,
  };
  const models: Model[] = [];
  for (let i = 0; i < count; i++) {
    const train = {
      corpus_id: await client.uploadCorpus(`people-${i}`, join(dir, `people-${i}.ndjson`)),
      role: 'train' as const,
    };
    models.push(await client.registerModel(`model-${i}`, `model-${i}`, [train, holdout]));
  }
  // what is watched is whether it is obeyed: chance alone should seldom fail a run here, and attacks on the weights judge nothing
  const policy = { memory_margin: 0.3, extraction_margin: 0.5, membership_alpha: 0.01, utility_min_ratio: 0.8 };
  await ok(
    client.api.PUT('/v1/verification-policy', {
      params: { header: { 'if-match': '*' } },
      body: { policy: { ...policy, robustness: [] } },
    }),
  );
  return models;
}
