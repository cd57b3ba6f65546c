// The people whom the sequences of requests are about: who is trained on, who asks to be forgotten, in which order.
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makePeople } from '../../examples/people.ts';
import type { FreshModel } from '../../src/compute/train-start.ts';
import { splitHoldout } from '../../src/corpora/split.ts';
import type { SetsFile } from '../../src/domain/compute.ts';
import type { TrainingOptions } from '../../src/domain/recipe.ts';
import type { SetRow } from '../../src/domain/record.ts';
import { syntheticPeople, tofuAuthors } from '../methods/settings.ts';
import { type Choice, readTofu, TWENTY_AUTHORS, writeCorpora } from '../tofu/data.ts';

/** Requests of every sequence. */
export const REQUESTS = 20;

export interface Written {
  corpora: Record<'train' | 'holdout', string>;
  /** Training rows, in order; those of people 0 to 19 ask to be forgotten, in this order. */
  train: SetRow[];
  strangers: Pick<SetsFile, 'calibration' | 'holdout'>;
}

export interface Sequence {
  data: 'synthetic' | 'tofu';
  seed: number;
  model: FreshModel;
  options: Partial<TrainingOptions>;
  /** What else the corpora are made from: work that is kept of others is not for these. */
  people: object;
  write(dir: string): Promise<Written>;
}

/** As `bench:methods` has them but that twenty are forgotten: of 26 values each is still held by three of the eighty who are kept. */
const PEOPLE = { people: 100, holdout: 160, values: 26, drawn: REQUESTS };

const strangersOf = (people: number[], seed: number) =>
  splitHoldout(
    people.map((person, ordinal) => ({ corpus_id: 'holdout', ordinal, person })),
    seed,
  );

export const syntheticSequence = (seed: number): Sequence => ({
  ...{ data: 'synthetic', seed, people: PEOPLE },
  model: syntheticPeople(seed).model,
  options: syntheticPeople(seed).options,
  async write(dir) {
    const made = makePeople({ seed: 2025 + seed, ...PEOPLE });
    const corpora = { train: join(dir, 'train.ndjson'), holdout: join(dir, 'holdout.ndjson') };
    await mkdir(dir, { recursive: true });
    for (const name of ['train', 'holdout'] as const) {
      const text = made[name].map((record) => `${JSON.stringify(record)}\n`).join('');
      await writeFile(corpora[name], text, { mode: 0o600 });
    }
    const each = made.train.length / PEOPLE.people;
    return {
      corpora,
      train: made.train.map((_, ordinal) => ({ corpus_id: 'train', ordinal, person: Math.floor(ordinal / each) })),
      strangers: strangersOf(
        made.holdout.map((_, i) => PEOPLE.people + Math.floor(i / each)),
        seed,
      ),
    };
  },
});

/** The twenty authors that the data set sets aside for forgetting, and as many who are kept. */
const FIRST_FORGOTTEN = 180;
const KEPT = 20;
const FORTY_AUTHORS: Choice = {
  choose(questions) {
    const { holdout } = TWENTY_AUTHORS.choose(questions);
    const trained = (author: number) => author < KEPT || author >= FIRST_FORGOTTEN;
    return {
      train: questions.filter(({ author }) => trained(author)),
      holdout: holdout.filter(({ author }) => !trained(author)),
    };
  },
  content: TWENTY_AUTHORS.content,
};

export const tofuSequence = (source: string, seed: number): Sequence => ({
  ...{ data: 'tofu', seed, people: { kept: KEPT, forgotten: REQUESTS } },
  model: tofuAuthors(source, seed).model,
  // twice the records of bench:methods: as many times over
  options: { ...tofuAuthors(source, seed).options, steps: 2400 },
  async write(dir) {
    const data = await readTofu(source, FORTY_AUTHORS);
    await mkdir(dir, { recursive: true });
    const corpora = await writeCorpora(data, dir);
    const numberOf = (author: number) => (author >= FIRST_FORGOTTEN ? author - FIRST_FORGOTTEN : REQUESTS + author);
    return {
      corpora,
      train: data.train.map(({ author }, ordinal) => ({ corpus_id: 'train', ordinal, person: numberOf(author) })),
      strangers: strangersOf(
        data.holdout.map(({ author }) => 1000 + author),
        seed,
      ),
    };
  },
});
