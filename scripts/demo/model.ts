// The demo's model: trained once on fictitious people and kept under the data folder.
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makePeople, type People } from '../../examples/people.ts';
import { duration, progressBar } from '../../src/cli/terminal.ts';
import { TRAINER_VERSION, trainModel } from '../../src/compute/train-model.ts';
import type { Config } from '../../src/config.ts';
import type { UploadedAnswer } from '../../src/domain/record.ts';
import { chooseBackend } from '../../src/engine/choice.ts';

const PEOPLE = { seed: 2026, people: 100, holdout: 160 };
const MODEL = { architecture: 'gpt2', width: 128, layers: 2, heads: 4, vocabSize: 2048, seed: 1 };
const OPTIONS = {
  learning_rate: 2e-3,
  batch_size: 64,
  steps: 1500,
  stop_when: { exact_memorization: 0.998, check_every: 50 },
};

export interface DemoModel {
  people: People;
  files: { train: string; holdout: string };
  /** Root of folders that may be registered, and the model's folder relative to it. */
  importDir: string;
  folder: string;
  /** Null when the model of an earlier demo was used. */
  seconds: number | null;
}

const ndjson = (records: UploadedAnswer[]) => records.map((record) => `${JSON.stringify(record)}\n`).join('');

/** Writes the corpus and trains, or finds what an earlier demo with the same settings left. */
export async function demoModel(dir: string, compute: Config['compute']): Promise<DemoModel> {
  const people = makePeople(PEOPLE);
  const train = ndjson(people.train);
  const key = createHash('sha256')
    .update(JSON.stringify({ MODEL, OPTIONS, TRAINER_VERSION }))
    .update(train)
    .digest('hex');
  const importDir = join(dir, 'models');
  const folder = `people-${key.slice(0, 12)}`;
  const files = { train: join(dir, 'train.ndjson'), holdout: join(dir, 'holdout.ndjson') };
  await mkdir(importDir, { recursive: true });
  await writeFile(files.train, train, { mode: 0o600 });
  await writeFile(files.holdout, ndjson(people.holdout), { mode: 0o600 });
  if (existsSync(join(importDir, folder))) return { people, files, importDir, folder, seconds: null };

  // a folder that appears under its name is complete
  const unfinished = join(importDir, `${folder}.unfinished`);
  await rm(unfinished, { recursive: true, force: true });
  const bar = progressBar(process.stdout, 'training');
  const { backend } = await chooseBackend(compute);
  const result = await trainModel(
    { ...MODEL, ...files, out: unfinished, options: OPTIONS, backend, threads: compute.threads },
    {
      progress({ step, loss, exactMemorization }) {
        known = exactMemorization ?? known;
        bar.update(known / OPTIONS.stop_when.exact_memorization, `step ${step}, loss ${loss.toFixed(3)}`);
      },
    },
  );
  await rename(unfinished, join(importDir, folder));
  const share = (100 * result.exactMemorization).toFixed(1);
  bar.done(`trained: ${result.steps} steps in ${duration(result.seconds)}, ${share} % of the answer tokens memorised`);
  return { people, files, importDir, folder, seconds: result.seconds };
}

/** Share of answer tokens memorised at the last check: what the bar shows. */
let known = 0;
