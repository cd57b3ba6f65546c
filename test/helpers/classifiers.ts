// Small classifiers that memorise what they are shown, their records, and the people in these: all made up.
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
} as const;

/** A folder with a model of that topology, which names its classes. */
export async function topologyFolder(root: string, name: keyof typeof TOPOLOGIES): Promise<string> {
  await tf.setBackend('cpu');
  const dir = join(root, `topology-${name}`);
  const model = TOPOLOGIES[name]();
  const { json, shards } = await modelFiles(model, 1);
  await writeFiles(dir, { json: { ...json, userDefinedMetadata: { classes: CLASSES } }, shards });
  model.dispose();
  return dir;
}
