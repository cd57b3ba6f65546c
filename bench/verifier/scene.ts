// Whom the verifier is asked about: invented people, a model of all of them, and files as a run has them.
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makePeople } from '../../examples/people.ts';
import { toLine } from '../../src/corpora/records.ts';
import type { SetsFile } from '../../src/domain/compute.ts';
import type { UploadedAnswer } from '../../src/domain/record.ts';

/** Trained people, and people never seen: half of these calibrate an unlearning, the others are the verifier's. */
const PEOPLE = 40;
const STRANGERS = 84;
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
  const { train, holdout } = makePeople({ seed: 11, people: PEOPLE, holdout: STRANGERS });
  const [known, others] = [train.filter(asked), holdout.filter(asked)];
  await mkdir(place.dir, { recursive: true });
  const path = (name: string) => join(place.dir, `${name}.ndjson`);
  await writeFile(path('train'), known.map(toLine).join(''));
  await writeFile(path('holdout'), others.map(toLine).join(''));
  return { ...place, train: known, holdout: others, corpora: { train: path('train'), holdout: path('holdout') } };
}

/** A corpus file as it would be uploaded, without one person; null: with everybody. */
export async function writeUpload({ dir, train }: Scene, name: string, without: number | null): Promise<string> {
  const gone = without === null ? null : nameOf({ train }, without);
  const path = join(dir, `${name}.upload`);
  const kept = train.filter((record) => emailOf(record) !== gone);
  await writeFile(path, kept.map((record) => `${JSON.stringify(record)}\n`).join(''));
  return path;
}

const nameOf = ({ train }: Pick<Scene, 'train'>, person: number): string => [...new Set(train.map(emailOf))][person]!;

/** The sets of a run that forgets one person, in a file. */
export async function writeSets(scene: Scene, person: number): Promise<string> {
  const gone = nameOf(scene, person);
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
  const path = join(scene.dir, `sets-${person}.json`);
  await writeFile(path, JSON.stringify(sets));
  return path;
}
