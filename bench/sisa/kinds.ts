// The two kinds of model that are trained in shards, and what they learn: invented people.
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { makePeople } from '../../examples/people.ts';
import type { Sharding } from '../../src/compute/place-corpus.ts';
import { trainClassifier } from '../../src/compute/train-classifier.ts';
import { trainModel } from '../../src/compute/train-model.ts';
import { createRandom } from '../../src/domain/random.ts';
import type { UploadedRecord } from '../../src/domain/record.ts';

export interface Place {
  dir: string;
  backend: string;
  threads: number;
}
export interface BenchKind {
  name: string;
  train: UploadedRecord[];
  /** Records of others: never seen by the classifier, and what the language model's base was trained on. */
  others: UploadedRecord[];
  hasBase: boolean;
  prepare(place: Place): Promise<void>;
  /** Writes `<dir>/<out>` from `<dir>/train.ndjson`, in one piece without `sharding`. */
  learn(place: Place, out: string, sharding: Sharding | null): Promise<{ steps: number; seconds: number }>;
}

/** Of the classifier, and of the language model, with 25 records each. */
const PEOPLE = 60;
const NAMED = 30;
const COLUMNS = 30;
const CLASSES = 3;
const EACH = 6;

/** Columns that say something about the class, and as much that says nothing. */
function rowsOf(people: number, from: number): UploadedRecord[] {
  return Array.from({ length: people * EACH }, (_, i) => {
    const person = from + Math.floor(i / EACH);
    const random = createRandom(977 * person + (i % EACH));
    const label = random.int(CLASSES);
    const input = Array.from({ length: COLUMNS }, (_, c) => (c % CLASSES === label ? 0.4 : 0) + random.normal());
    return { id: `row-${person}-${i}`, input, label, subjects: [{ type: 'email', value: `p${person}@example.net` }] };
  });
}

async function writeTopology(dir: string): Promise<void> {
  const { layers } = tf;
  const model = tf.sequential({
    layers: [
      layers.dense({ units: 160, activation: 'relu', inputShape: [COLUMNS] }),
      layers.dense({ units: CLASSES, activation: 'softmax' }),
    ],
  });
  await mkdir(dir, { recursive: true });
  await model.save(
    tf.io.withSaveHandler(async ({ modelTopology, weightSpecs, weightData }) => {
      const weightsManifest = [{ paths: ['weights.bin'], weights: weightSpecs }];
      await writeFile(
        join(dir, 'model.json'),
        JSON.stringify({ format: 'layers-model', modelTopology, weightsManifest }),
      );
      await writeFile(join(dir, 'weights.bin'), Buffer.from(tf.io.CompositeArrayBuffer.join(weightData!)));
      return { modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' } };
    }),
  );
  model.dispose();
}

const quiet = { progress: () => undefined };
const people = makePeople({ seed: 2026, people: NAMED, holdout: NAMED });
const MODEL = { architecture: 'gpt2', width: 64, layers: 2, heads: 2, vocabSize: 512, seed: 1, holdout: null };

export const KINDS: BenchKind[] = [
  {
    name: 'classifier',
    train: rowsOf(PEOPLE, 0),
    others: rowsOf(PEOPLE, 1000),
    hasBase: false,
    prepare: ({ dir }) => writeTopology(join(dir, 'topology')),
    learn: ({ dir, ...place }, out, sharding) =>
      trainClassifier({
        ...{ topology: join(dir, 'topology'), train: join(dir, 'train.ndjson'), holdout: null, out: join(dir, out) },
        ...{ sharding, seed: 1, ...place },
        options: { steps: 600, batch_size: 60, learning_rate: 1e-2 },
      }),
  },
  {
    name: 'language model, adapters of rank 16',
    train: people.train,
    others: people.holdout,
    hasBase: true,
    async prepare({ dir, ...place }) {
      const options = { steps: 400, batch_size: 32, learning_rate: 3e-3 };
      await trainModel(
        { ...MODEL, ...place, train: join(dir, 'others.ndjson'), out: join(dir, 'base'), options },
        quiet,
      );
    },
    learn: ({ dir, ...place }, out, sharding) =>
      trainModel(
        {
          ...{ ...MODEL, ...place, train: join(dir, 'train.ndjson'), out: join(dir, out), base: join(dir, 'base') },
          ...{ sharding },
          options: {
            ...{ steps: 500, batch_size: 32, learning_rate: 5e-3 },
            trains: { trainable: [], lora_rank: 16, lora_alpha: 32, lora_targets: [] },
          },
        },
        quiet,
      ),
  },
];
