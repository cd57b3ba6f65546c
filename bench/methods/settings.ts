// The people that methods are compared on: who is trained on, who is forgotten, and what of them is taught again.
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ATTRIBUTES, makePeople } from '../../examples/people.ts';
import type { FreshModel } from '../../src/compute/train-start.ts';
import { splitHoldout } from '../../src/corpora/split.ts';
import type { TrainingOptions } from '../../src/domain/recipe.ts';
import type { SetRow } from '../../src/domain/record.ts';
import { readTofu, TWENTY_AUTHORS, writeCorpora } from '../tofu/data.ts';
import type { BenchSets, Place } from './task.ts';

export interface Setting {
  data: 'synthetic' | 'tofu';
  seed: number;
  model: FreshModel;
  options: Partial<TrainingOptions>;
  /** What else the corpora are made from: work that is kept of others is not for these. */
  people: object;
  /** Writes corpora and sets into the folder. */
  write(dir: string): Promise<Pick<Place, 'corpora' | 'setsFile'>>;
}

/** What is known of a record before the sets are made. */
interface Line {
  person: number;
  forgotten: boolean;
  /** Belongs to the part of the forgotten that is taught again. */
  taught: boolean;
}

async function writeSets(dir: string, seed: number, train: Line[], strangers: number[]): Promise<string> {
  const rows = train.map(({ person }, ordinal): SetRow => ({ corpus_id: 'train', ordinal, person }));
  const sets: BenchSets = {
    forget: rows.filter((_, i) => train[i]!.forgotten),
    retain: rows.filter((_, i) => !train[i]!.forgotten),
    ...splitHoldout(
      strangers.map((person, ordinal) => ({ corpus_id: 'holdout', ordinal, person })),
      seed,
    ),
    taught: train.flatMap(({ forgotten, taught }, i) => (forgotten && taught ? [i] : [])),
  };
  const setsFile = join(dir, 'sets.json');
  await writeFile(setsFile, JSON.stringify(sets), { mode: 0o600 });
  return setsFile;
}

const TRAINED = 100;
const FORGOTTEN = 10;
const STRANGERS = 160;
/**
 * Values of each attribute. Each is held by three of the ninety who are kept, whoever is forgotten: then all are words of the
 * vocabulary, which takes what three people share. Forgotten and strangers draw theirs alike, so that a model trained without the
 * forgotten has no reason to find them other than strangers.
 */
const VALUES = 30;
const PEOPLE = { people: TRAINED, holdout: STRANGERS, values: VALUES, drawn: FORGOTTEN };
/** Attributes of the forgotten that are taught again; the others are asked for. */
const TAUGHT_ATTRIBUTES = 2;

/** The demo’s templates and model; another seed, other people and other weights. */
export const syntheticPeople = (seed: number): Setting => ({
  ...{ data: 'synthetic', seed, people: PEOPLE },
  model: { architecture: 'gpt2', width: 128, layers: 2, heads: 4, vocabSize: 2048, seed },
  options: {
    ...{ learning_rate: 2e-3, batch_size: 64, steps: 1500 },
    stop_when: { exact_memorization: 0.998, check_every: 50 },
  },
  async write(dir) {
    const made = makePeople({ seed: 2025 + seed, ...PEOPLE });
    const corpora = { train: join(dir, 'train.ndjson'), holdout: join(dir, 'holdout.ndjson') };
    await mkdir(dir, { recursive: true });
    for (const name of ['train', 'holdout'] as const) {
      await writeFile(corpora[name], made[name].map((record) => `${JSON.stringify(record)}\n`).join(''), {
        mode: 0o600,
      });
    }
    const each = made.train.length / TRAINED;
    const templates = each / ATTRIBUTES.length;
    const lines = made.train.map((_, i): Line => {
      const person = Math.floor(i / each);
      return { person, forgotten: person < FORGOTTEN, taught: Math.floor((i % each) / templates) < TAUGHT_ATTRIBUTES };
    });
    const strangers = made.holdout.map((_, i) => TRAINED + Math.floor(i / each));
    return { corpora, setsFile: await writeSets(dir, seed, lines, strangers) };
  },
});

/** Authors that the data set sets aside for forgetting, four at a time. */
const FIRST_AUTHOR = 180;
const AUTHORS = 4;

/** Ten authors to keep and ten of those set aside, of whom a seed forgets four; half of their questions is taught again. */
export const tofuAuthors = (source: string, seed: number): Setting => ({
  ...{ data: 'tofu', seed, people: { forgotten: AUTHORS } },
  model: { architecture: 'gpt2', width: 192, layers: 4, heads: 6, vocabSize: 2048, seed },
  options: {
    ...{ learning_rate: 2e-3, batch_size: 16, warmup_steps: 50, steps: 1200 },
    stop_when: { exact_memorization: 0.99, check_every: 50 },
  },
  async write(dir) {
    const data = await readTofu(source, TWENTY_AUTHORS);
    await mkdir(dir, { recursive: true });
    const corpora = await writeCorpora(data, dir);
    const first = FIRST_AUTHOR + (((seed - 1) * AUTHORS) % 8);
    const lines = data.train.map(({ author, id }): Line => {
      return { person: author, forgotten: author >= first && author < first + AUTHORS, taught: id % 2 === 0 };
    });
    const strangers = data.holdout.map(({ author }) => author);
    return { corpora, setsFile: await writeSets(dir, seed, lines, strangers) };
  },
});
