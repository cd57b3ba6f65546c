// What every method of a setting is held against: the trained model, and models trained without the forgotten.
import { createHash } from 'node:crypto';
import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { WEIGHTS } from '../../src/checkpoints/weight-files.ts';
import { TRAINER_VERSION } from '../../src/compute/train-model.ts';
import type { Config } from '../../src/config.ts';
import { createRunner, type Runner } from '../shared/work.ts';
import { revive } from './revive.ts';
import type { Setting } from './settings.ts';
import type { Measured, Place, Results, Task, Trained } from './task.ts';

const CHILD = fileURLToPath(new URL('./child.ts', import.meta.url));

/** Seeds of weights and order of the models trained without the forgotten: none is the parent’s. */
const REFERENCE_SEEDS = [101, 102, 103];

export interface Prepared {
  setting: Setting;
  place: Place;
  runner: Runner<Task, Results>;
  training: Trained;
  /** Digest of the trained weights: processors round differently, and the same seed trains another model on another machine. */
  trained: string;
  parent: Measured;
  references: Measured[];
}

/** Folder of a setting: other settings, other folder. */
const folderOf = ({ data, seed, model, options, people }: Setting): string => {
  const key = createHash('sha256').update(JSON.stringify({ model, options, people, TRAINER_VERSION })).digest('hex');
  return `${data}-${seed}-${key.slice(0, 8)}`;
};

export async function prepare(
  setting: Setting,
  work: string,
  compute: Config['compute'] & { backend: string },
  say: (text: string) => void,
): Promise<Prepared> {
  const dir = join(work, folderOf(setting));
  await mkdir(dir, { recursive: true });
  const { backend, threads } = compute;
  const place: Place = {
    ...{ dir, ...(await setting.write(dir)), parent: join(dir, 'parent') },
    ...{ backend, threads, seed: setting.seed },
  };
  const runner = createRunner<Task, Results>({ dir, child: CHILD, environment: compute.environment, say });
  const { train, holdout } = place.corpora;
  const training = await runner.result('training', {
    kind: 'train',
    // the log is for amnesiac alone; the weights are the same with and without it
    options: {
      ...setting.model,
      train,
      holdout,
      out: place.parent,
      options: setting.options,
      backend,
      threads,
      logUpdates: true,
    },
  });
  const weights = await readFile(join(place.parent, WEIGHTS));
  const trained = createHash('sha256').update(weights).digest('hex').slice(0, 12);
  const measured = async (name: string, checkpoint: string) =>
    revive(await runner.result(`measured/${name}`, { kind: 'measure', place, checkpoint }));
  const parent = await measured('parent', place.parent);
  const references: Measured[] = [];
  for (const seed of REFERENCE_SEEDS) {
    const out = join(dir, `reference-${seed}`);
    await runner.result(`reference/${seed}`, { kind: 'reference', place, seed, out });
    references.push(await measured(`reference-${seed}`, out));
    await rm(out, { recursive: true, force: true });
  }
  return { setting, place, runner, training, trained, parent, references };
}
