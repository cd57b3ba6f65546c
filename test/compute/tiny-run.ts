// A tiny trained model with the sets of a run, for stages that train others beside it.
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { trainModel } from '../../src/compute/train-model.ts';
import { toLine } from '../../src/corpora/records.ts';
import type { ReferenceJob, SetsFile } from '../../src/domain/compute.ts';
import { quickPeople } from '../helpers/quick-model.ts';

const { train, holdout } = quickPeople(4, 4);
const EACH = 3;
const PLACE = { backend: 'onnxruntime/cpu', threads: 1 };
export const quiet = { progress: () => undefined, signal: new AbortController().signal };

/** Files under `dir`, and jobs on them. */
export async function setUp(dir: string) {
  const path = (name: string) => join(dir, name);
  await writeFile(path('train.ndjson'), train.map((record) => `${JSON.stringify(record)}\n`).join(''));
  await trainModel(
    {
      ...{ architecture: 'gpt2', width: 16, layers: 1, heads: 2, vocabSize: 260, seed: 3, ...PLACE },
      ...{ train: path('train.ndjson'), holdout: null, out: path('model'), options: { steps: 30, batch_size: 4 } },
    },
    quiet,
  );
  const corpora = { t: path('t.ndjson'), h: path('h.ndjson') };
  await writeFile(corpora.t, train.map(toLine).join(''));
  await writeFile(corpora.h, holdout.map(toLine).join(''));
  const rows = (corpus_id: string, count: number, first: number) =>
    Array.from({ length: count }, (_, i) => ({ corpus_id, ordinal: i, person: first + Math.floor(i / EACH) }));
  const all = rows('t', train.length, 0);
  const sets: SetsFile = {
    ...{ forget: all.slice(-EACH), retain: all.slice(0, -EACH) },
    ...{ calibration: [], holdout: rows('h', holdout.length, 10) },
  };
  await writeFile(path('sets.json'), JSON.stringify(sets));
  const base = {
    ...{ run_id: 'run', corpora, sets_file: path('sets.json'), parent_dir: path('model'), seed: 5, ...PLACE },
    time_limit_seconds: 60,
  };
  const written = { weight_types: 'original' as const, memory_budget_bytes: null, base_dir: null };
  const reference = async (index: number): Promise<ReferenceJob> => {
    const out_dir = path(`reference-${index}`);
    await mkdir(out_dir);
    return { ...base, ...written, stage: 'reference', index, out_dir };
  };
  return { path, base, written, reference };
}
