// A model for tests that run the whole path many times: quick to train, and quick to train again.
// Values are shared by several people, and the tokenizer has hardly any merges: tokens that only one person's records
// made would be untrained after retraining without them, and verification would rightly see that.
import { mkdtempSync, rmSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { trainModel } from '../../src/compute/train-model.ts';
import { createRandom } from '../../src/domain/random.ts';
import type { UploadedAnswer } from '../../src/domain/record.ts';
import { sharedFolder } from './shared.ts';

export interface QuickModel {
  /** Checkpoint folder, alone in its parent folder: an import root. */
  dir: string;
  train: UploadedAnswer[];
  holdout: UploadedAnswer[];
  /** The corpora as they would be uploaded. */
  files: { train: string; holdout: string };
}

const SYLLABLES = ['ba', 'de', 'ki', 'lo', 'mu', 'na', 'pe', 'ri', 'so', 'tu'];
const VALUES: Record<string, string[]> = {
  'lives in': ['Ardo', 'Belm', 'Cora', 'Dusk', 'Elva', 'Fenn', 'Gral', 'Holt', 'Isen', 'Jort'],
  'works as a': ['baker', 'mason', 'miller', 'potter', 'tailor', 'weaver', 'cooper', 'farmer', 'smith', 'dyer'],
  'plays the': ['harp', 'lute', 'flute', 'drum', 'viol', 'horn', 'organ', 'pipe', 'bell', 'zither'],
};

/**
 * Trained people of `briefModel`, by index, to ask to be forgotten one after the other. Retraining is judged against half of the
 * holdout, which half depends on the model's random id; for others the verdict hangs on that draw.
 */
export const STEADY_BRIEF_PEOPLE = [7, 14, 9, 3, 10, 1];

/** Three records a person; nobody shares a name. */
export function quickPeople(people: number, holdout: number, seed = 5): Pick<QuickModel, 'train' | 'holdout'> {
  const random = createRandom(seed);
  const names = SYLLABLES.flatMap((a) => SYLLABLES.flatMap((b) => SYLLABLES.map((c) => a + b + c)));
  const records = random
    .shuffle(names)
    .slice(0, people + holdout)
    .map((name, index) => {
      const subjects = [{ type: 'email', value: `${name}@example.org` }];
      return Object.entries(VALUES).map(([verb, pool], attribute) => ({
        id: `p${index}-a${attribute}`,
        prompt: `${name} ${verb}`,
        answer: ` ${pool[random.int(pool.length)]}.`,
        subjects,
      }));
    });
  return { train: records.slice(0, people).flat(), holdout: records.slice(people).flat() };
}

/** What is trained: `people` of whom are known, and with which weights. */
interface Size {
  name: string;
  people: number;
  width: number;
  layers: number;
  steps: number;
  learning_rate: number;
}
const QUICK: Size = { name: 'quick', people: 40, width: 48, layers: 2, steps: 450, learning_rate: 4e-3 };
/** A third of the weights' work, and as many steps: runs that are watched, and killed, must last a second or more. */
const BRIEF: Size = { name: 'brief', people: 16, width: 32, layers: 1, steps: 600, learning_rate: 8e-3 };
const STRANGERS = 84;

const ndjson = (records: UploadedAnswer[]) => records.map((record) => `${JSON.stringify(record)}\n`).join('');
const made = new Map<Size, Promise<QuickModel>>();

/** The model's folder and its corpora, under `root`. */
function placesIn(root: string, { name }: Size) {
  return {
    dir: join(root, 'import', name),
    files: { train: join(root, 'train.ndjson'), holdout: join(root, 'holdout.ndjson') },
  };
}

async function makeIn(root: string, size: Size): Promise<void> {
  const { dir, files } = placesIn(root, size);
  const { train, holdout } = quickPeople(size.people, STRANGERS);
  await writeFile(files.train, ndjson(train));
  await writeFile(files.holdout, ndjson(holdout));
  await mkdir(dir, { recursive: true });
  const { width, layers, steps, learning_rate } = size;
  await trainModel(
    {
      ...{ ...files, out: dir },
      ...{ architecture: 'gpt2', width, layers, heads: 2, vocabSize: 260, seed: 3 },
      // no early end: a retrained model must have learned as well as its parent
      options: { learning_rate, batch_size: 16, warmup_steps: 20, steps },
      ...{ backend: 'onnxruntime/cpu', threads: 1 },
    },
    { progress: () => undefined },
  );
}

async function make(size: Size): Promise<QuickModel> {
  const people = quickPeople(size.people, STRANGERS);
  const shared = await sharedFolder(`${size.name}-model`, (root) => makeIn(root, size));
  if (shared !== null) return { ...placesIn(shared, size), ...people };
  const root = mkdtempSync(join(tmpdir(), 'expunge-quick-model-'));
  process.on('exit', () => rmSync(root, { recursive: true, force: true }));
  await makeIn(root, size);
  return { ...placesIn(root, size), ...people };
}

function once(size: Size): Promise<QuickModel> {
  const model = made.get(size) ?? make(size);
  made.set(size, model);
  return model;
}

/** The model of this test run, or of this process; the first call trains it. To be read only. */
export const quickModel = (): Promise<QuickModel> => once(QUICK);

/** The same for tests about processes, which learn nothing from a larger model. */
export const briefModel = (): Promise<QuickModel> => once(BRIEF);
