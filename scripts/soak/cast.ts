// The corpora of a soak: whoever asks, people who stay, and strangers. Pure; everybody is made up.
import { createRandom, type Random } from '../../src/domain/random.ts';
import type { UploadedAnswer } from '../../src/domain/record.ts';
import { type Asked, KINDS, newName } from './script.ts';

export const RECORDS_EACH = 3;
/** Times that each record of a stubborn person stands in the corpus: whom a model happens not to know is rightly found forgotten. */
export const STUBBORN_COPIES = 3;
/** Of each model: what has to be retained. */
const STAYING = 36;
/** One person against half of these reaches p = 2 / 211, below the level that the soak verifies at. */
const STRANGERS = 420;

const VALUES = {
  'lives in': ['Ardo', 'Belm', 'Cora', 'Dusk', 'Elva', 'Fenn', 'Gral', 'Holt', 'Isen', 'Jort'],
  'works as a': ['baker', 'mason', 'miller', 'potter', 'tailor', 'weaver', 'cooper', 'farmer', 'smith', 'dyer'],
  'plays the': ['harp', 'lute', 'flute', 'drum', 'viol', 'horn', 'organ', 'pipe', 'bell', 'zither'],
};

export interface Cast {
  /** Training records of each model. */
  train: UploadedAnswer[][];
  /** Records of people whom no model knows. */
  holdout: UploadedAnswer[];
}

/** The person's records; ids name nobody. */
const recordsOf = (random: Random, email: string, id: string): UploadedAnswer[] =>
  Object.entries(VALUES).map(([verb, pool], i) => ({
    ...{
      id: `${id}-${i}`,
      prompt: `${email.split('@')[0]!.replace('.', ' ')} ${verb}`,
      answer: ` ${pool[random.int(pool.length)]}.`,
    },
    subjects: [{ type: 'email', value: email }],
  }));

const stayingId = (model: number, person: number): string => `stays-${model}-${person}`;

/** Ids of all records of those who stay with the model. */
export const stayingRecords = (model: number): string[] =>
  Array.from(
    { length: STAYING * RECORDS_EACH },
    (_, i) => `${stayingId(model, Math.floor(i / RECORDS_EACH))}-${i % RECORDS_EACH}`,
  );

export function castOf(seed: number, asked: readonly Asked[], models: number): Cast {
  const random = createRandom(seed + 1);
  const taken = new Set(asked.map(({ email }) => email.split('@')[0]!));
  const fresh = () => `${newName(random, taken)}@example.org`;
  const train: UploadedAnswer[][] = Array.from({ length: models }, () => []);
  for (const { email, index, kind, models: known } of asked) {
    if (!KINDS[kind].known) continue;
    const own = recordsOf(random, email, `asked-${index}`);
    const copies = Array.from({ length: kind === 'stubborn' ? STUBBORN_COPIES : 1 }, (_, copy) =>
      copy === 0 ? own : own.map((record) => ({ ...record, id: `${record.id}-${copy}` })),
    );
    for (const model of known) train[model]!.push(...copies.flat());
  }
  for (const [model, records] of train.entries())
    for (let i = 0; i < STAYING; i++) records.push(...recordsOf(random, fresh(), stayingId(model, i)));
  const holdout = Array.from({ length: STRANGERS }, (_, i) => recordsOf(random, fresh(), `stranger-${i}`)).flat();
  return { train: train.map((records) => random.shuffle(records)), holdout };
}
