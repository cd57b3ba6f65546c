// Whom the verifier is asked about: invented people, a model of all of them, and files as a run has them.
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makePeople } from '../../examples/people.ts';
import { toLine } from '../../src/corpora/records.ts';
import type { SetsFile } from '../../src/domain/compute.ts';
import type { UploadedAnswer } from '../../src/domain/record.ts';

/**
 * Trained people. Those who may be forgotten, the first, draw the values of their attributes as people never seen do, each independent of all
 * others: else a model trained without one of them had a reason to find just that one unlikely.
 */
export const PEOPLE = 50;
const FORGETTABLE = 20;
/** Values of each attribute, of which three of the others have each. */
const VALUES = 10;
/** Never seen: half of these calibrate an unlearning, the others are the verifier's. */
const STRANGERS = 168;
export const COMPARED = STRANGERS / 2;
/** Of the five templates: one record a fact, so that a model of a second's training knows them all. */
const TEMPLATES = 1;

export interface Place {
  dir: string;
  backend: string;
  threads: number;
}
export interface Scene extends Place {
  train: UploadedAnswer[];
  holdout: UploadedAnswer[];
  /** Corpora as they are stored. */
  corpora: Record<'train' | 'holdout', string>;
}

const emailOf = ({ subjects }: UploadedAnswer): string => subjects![0]!.value!;
const asked = ({ id }: UploadedAnswer): boolean => Number(id!.slice(-1)) < TEMPLATES;

export async function openScene(place: Place): Promise<Scene> {
  const { train, holdout } = makePeople({
    ...{ seed: 12, people: PEOPLE, holdout: STRANGERS, values: VALUES, drawn: FORGETTABLE },
  });
  const [known, others] = [train.filter(asked), holdout.filter(asked)];
  await mkdir(place.dir, { recursive: true });
  const path = (name: string) => join(place.dir, `${name}.ndjson`);
  await writeFile(path('train'), known.map(toLine).join(''));
  await writeFile(path('holdout'), others.map(toLine).join(''));
  return { ...place, train: known, holdout: others, corpora: { train: path('train'), holdout: path('holdout') } };
}

/** The training corpus as it would be uploaded. */
export async function writeUpload({ dir, train }: Scene, name: string): Promise<string> {
  const path = join(dir, `${name}.upload`);
  await writeFile(path, train.map((record) => `${JSON.stringify(record)}\n`).join(''));
  return path;
}

const nameOf = ({ train }: Pick<Scene, 'train'>, person: number): string => [...new Set(train.map(emailOf))][person]!;

/** The sets of a run that forgets one person, in a file; null: nobody, so that everybody is retained. */
export async function writeSets(scene: Scene, person: number | null): Promise<string> {
  const gone = person === null ? null : nameOf(scene, person);
  const strangers = [...new Set(scene.holdout.map(emailOf))];
  const train = scene.train.map((record, ordinal) => ({
    ...{ corpus_id: 'train', ordinal, person: emailOf(record) === gone ? 0 : -1 },
  }));
  const holdout = scene.holdout.map((record, ordinal) => ({
    ...{ corpus_id: 'holdout', ordinal, person: strangers.indexOf(emailOf(record)) },
  }));
  const sets: SetsFile = {
    forget: train.filter((row) => row.person === 0),
    retain: train.filter((row) => row.person < 0),
    calibration: holdout.filter((row) => row.person % 2 === 0),
    holdout: holdout.filter((row) => row.person % 2 === 1),
  };
  const path = join(scene.dir, `sets-${person ?? 'everybody'}.json`);
  await writeFile(path, JSON.stringify(sets));
  return path;
}
