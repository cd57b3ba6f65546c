// A run that forgets one person of a small model, as files, and the jobs of its stages.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { Value } from 'typebox/value';
import { toLine } from '../../src/corpora/records.ts';
import type { SetsFile, UnlearnJob } from '../../src/domain/compute.ts';
import { VerificationPolicy } from '../../src/domain/verification.ts';
import { temporaryFolder } from '../checkpoints/temporary.ts';
import type { QuickModel } from '../helpers/quick-model.ts';

export const RECORDS_EACH = 3;
const PERSON = 6;

/** Files of a run that forgets one person, and the jobs of its stages. */
export async function openRun(t: TestContext, of: QuickModel) {
  const dir = await temporaryFolder(t);
  const corpora = { train: join(dir, 'train.ndjson'), holdout: join(dir, 'holdout.ndjson') };
  await writeFile(corpora.train, of.train.map(toLine).join(''));
  await writeFile(corpora.holdout, of.holdout.map(toLine).join(''));
  const rows = (corpus_id: string, count: number, person: (i: number) => number) =>
    Array.from({ length: count }, (_, ordinal) => ({ corpus_id, ordinal, person: person(ordinal) }));
  const owner = (ordinal: number) => Math.floor(ordinal / RECORDS_EACH);
  const train = rows('train', of.train.length, (i) => (owner(i) === PERSON ? 0 : -1));
  const holdout = rows('holdout', of.holdout.length, owner);
  const sets: SetsFile = {
    forget: train.filter(({ person }) => person === 0),
    retain: train.filter(({ person }) => person < 0),
    calibration: holdout.filter(({ person }) => person % 2 === 0),
    holdout: holdout.filter(({ person }) => person % 2 === 1),
  };
  const sets_file = join(dir, 'sets.json');
  const save = (more: Partial<SetsFile> = {}) => writeFile(sets_file, JSON.stringify({ ...sets, ...more }));
  await save();
  const base = {
    ...{ run_id: 'run', corpora, sets_file, parent_dir: of.dir, seed: 5, threads: 1 },
    ...{ backend: 'onnxruntime/cpu', time_limit_seconds: 60 },
  };
  const unlearn = (name: string, params: Record<string, unknown> = {}): UnlearnJob => ({
    ...base,
    ...{ stage: 'unlearn', method: { name, params }, out_dir: join(dir, name), weight_types: 'float32' },
    ...{ memory_budget_bytes: null, base_dir: null },
  });
  // attacks on the weights train and judge nothing: one verification of this file tries them, and test/training/robustness each
  const policyOf = (given: object) => Value.Default(VerificationPolicy, given) as VerificationPolicy;
  return {
    ...{ dir, save, unlearn },
    verify: (candidate_dir: string, given: object = { robustness: [] }) => ({
      ...base,
      ...{ stage: 'verify' as const, candidate_dir, policy: policyOf(given), exact: false, baseline: null },
    }),
    ask: (checkpoint_dir: string, prompts: string[]) => ({
      ...{ stage: 'complete' as const, checkpoint_dir, prompts, max_new_tokens: 16, threads: 1 },
      backend: 'onnxruntime/cpu',
    }),
  };
}

export const quiet = { progress: () => undefined, signal: new AbortController().signal };
/** Records of whom the run forgets. */
export const forgottenOf = ({ train }: QuickModel) => train.slice(PERSON * RECORDS_EACH, (PERSON + 1) * RECORDS_EACH);
