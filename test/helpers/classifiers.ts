// Small classifiers that memorise what they are shown, their records, and the people in these: all made up.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { createRandom } from '../../src/domain/random.ts';
import type { UploadedRecord } from '../../src/domain/record.ts';
import { modelFiles, writeFiles } from '../checkpoints/layers-models.ts';

export const CLASSES = ['low', 'middle', 'high'];
const COLUMNS = 30;
/** In the middle of people never seen for a model that was trained without this person, whichever half of these is looked at. */
export const STEADY_PERSON = 4;
export const RECORDS_EACH = 6;

/** What a report finds of a classifier where nothing else is asked for, measured or with why not. */
export const REPORTED_METRICS = [
  'accuracy',
  'calibration-error',
  'entropy',
  'grad-norm',
  'iam',
  'loss',
  'model-utility',
  'probability',
  'reference',
  'rmia',
  'u-lira',
];

export type Labelled = Extract<UploadedRecord, { input: unknown }>;

/** Six records of each person: columns that say something about the class, and as much that says nothing. */
export function people(count: number, from = 0): Labelled[] {
  return Array.from({ length: count * RECORDS_EACH }, (_, i) => {
    const person = from + Math.floor(i / RECORDS_EACH);
    const random = createRandom(977 * person + (i % RECORDS_EACH));
    const label = random.int(CLASSES.length);
    const input = Array.from({ length: COLUMNS }, (_, c) => (c % CLASSES.length === label ? 0.2 : 0) + random.normal());
    const email = `person${person}@example.net`;
    return { id: `record-${from * RECORDS_EACH + i}`, input, label, subjects: [{ type: 'email', value: email }] };
  });
}

/** Images of 6 x 6 in which the place of a bright patch tells the class, in noise. */
export function images(count: number, from = 0): Labelled[] {
  return people(count, from).map((record, i) => {
    const random = createRandom(31 * (from * RECORDS_EACH + i) + 5);
    const at = 2 * (record.label as number);
    const input = Array.from({ length: 6 }, (_, y) =>
      Array.from({ length: 6 }, (_, x) => [random.normal() + (y >= at && y < at + 2 && x < 3 ? 0.4 : 0)]),
    );
    return { ...record, input };
  });
}

const SYLLABLES = ['ba', 'de', 'ki', 'lo', 'mu', 'na', 'pe'];
const WORDS = SYLLABLES.flatMap((a) => SYLLABLES.map((b) => a + b));
const WORDS_EACH = 12;
const vocabulary = ['[PAD]', '[UNK]', ...WORDS];
/** One word is one token; shorter texts are filled up. */
export const WORD_TOKENIZER = {
  added_tokens: [],
  normalizer: { type: 'Lowercase' },
  pre_tokenizer: { type: 'Whitespace' },
  padding: { strategy: 'BatchLongest', direction: 'Right', pad_id: 0 },
  model: { type: 'WordPiece', unk_token: '[UNK]', vocab: Object.fromEntries(vocabulary.map((word, id) => [word, id])) },
};

/** Texts in which some words tell the class, more often than not. */
export function texts(count: number, from = 0): Labelled[] {
  return people(count, from).map((record, i) => {
    const random = createRandom(43 * (from * RECORDS_EACH + i) + 7);
    const word = () => {
      const at = random.int(WORDS.length);
      return WORDS[random.next() < 0.3 ? at - (at % CLASSES.length) + (record.label as number) : at] ?? WORDS[0]!;
    };
    return { ...record, input: Array.from({ length: WORDS_EACH - random.int(4) }, word).join(' ') };
  });
}

const { layers } = tf;
export const TOPOLOGIES = {
  table: () =>
    tf.sequential({
      layers: [
        layers.dense({ units: 160, activation: 'relu', inputShape: [COLUMNS] }),
        layers.dropout({ rate: 0.2 }),
        layers.dense({ units: 3, activation: 'softmax' }),
      ],
    }),
  image: () =>
    tf.sequential({
      layers: [
        layers.conv2d({ filters: 12, kernelSize: 3, activation: 'relu', inputShape: [6, 6, 1] }),
        layers.batchNormalization({}),
        layers.maxPooling2d({ poolSize: 2 }),
        layers.flatten(),
        layers.dense({ units: 32, activation: 'relu' }),
        layers.dense({ units: 3 }),
        layers.softmax(),
      ],
    }),
  text: () =>
    tf.sequential({
      layers: [
        layers.embedding({ inputDim: vocabulary.length, outputDim: 8, inputLength: WORDS_EACH }),
        layers.flatten(),
        layers.dense({ units: 48, activation: 'relu' }),
        layers.dense({ units: 3, activation: 'softmax' }),
      ],
    }),
} as const;

/** A folder with a model of that topology, which names its classes. */
export async function topologyFolder(root: string, name: keyof typeof TOPOLOGIES): Promise<string> {
  await tf.setBackend('cpu');
  const dir = join(root, `topology-${name}`);
  const model = TOPOLOGIES[name]();
  const { json, shards } = await modelFiles(model, 1);
  await writeFiles(dir, { json: { ...json, userDefinedMetadata: { classes: CLASSES } }, shards });
  if (name === 'text') await writeFile(join(dir, 'tokenizer.json'), JSON.stringify(WORD_TOKENIZER));
  model.dispose();
  return dir;
}
