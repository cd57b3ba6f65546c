// Models that the attacks of a policy hold a candidate against: retrained without the person, and shadow models of either kind.
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { runComputeJob } from '../../src/compute/job.ts';
import { addReferences, scoreReferences } from '../../src/compute/retrained.ts';
import type { SetScores, VerificationSets } from '../../src/compute/score-sets.ts';
import { addShadows, readShadows } from '../../src/compute/shadow-scores.ts';
import type { ShadowJob } from '../../src/domain/compute.ts';
import type { Engine } from '../../src/domain/engine.ts';
import { SHADOWS_NEEDED } from '../../src/domain/shadows.ts';
import type { RowScore, VerificationPolicy } from '../../src/domain/verification.ts';
import { UNLEARNING } from './candidates.ts';
import type { Scene } from './scene.ts';

/** Folders and files. */
export interface Companions {
  references: string[];
  shadows: string[];
}

/** The fewest that show anything, by the method that candidates are unlearned by; returns the files of their scores. */
export async function shadowsFor(scene: Scene, parent: string, sets_file: string, name: string): Promise<string[]> {
  const { backend, threads, corpora } = scene;
  const files: string[] = [];
  for (let index = 0; index < SHADOWS_NEEDED; index++) {
    const work_dir = join(scene.dir, `${name}-${index}`);
    await mkdir(work_dir, { recursive: true });
    const scores_file = join(work_dir, 'scores.json');
    const job: ShadowJob = {
      ...{ stage: 'shadow', run_id: 'bench', corpora, sets_file, parent_dir: parent, base_dir: null },
      ...{ method: UNLEARNING, seed: 1, index, work_dir, scores_file, weight_types: 'float32' },
      ...{ backend, threads, time_limit_seconds: 3600, memory_budget_bytes: null },
    };
    await runComputeJob(job, { progress: () => undefined, signal: new AbortController().signal });
    files.push(scores_file);
  }
  return files;
}

/** Puts what the companions make of the rows beside what checkpoints make of them; they are scored once. */
export async function openCompanions(
  engine: Engine,
  sets: VerificationSets,
  { references, shadows }: Companions,
): Promise<(checkpoints: readonly SetScores[]) => void> {
  const retrained = await scoreReferences(references, sets, [], { engine, signal: new AbortController().signal });
  const read = await readShadows(shadows);
  return (checkpoints) => {
    addReferences(checkpoints, retrained);
    addShadows(checkpoints, read);
  };
}

/** Without what a policy does not ask for: no attack of its own may decide by that. */
export function askedOf({ gradient_records = 0, references }: VerificationPolicy, scores: SetScores): SetScores {
  const row = ({ gradNorm, referenceNlls, referenceSpread, shadows, ...plain }: RowScore): RowScore => ({
    ...plain,
    ...(gradient_records > 0 && gradNorm !== undefined ? { gradNorm } : {}),
    ...(references?.retrained && referenceNlls !== undefined ? { referenceNlls } : {}),
    ...(references?.retrained && referenceSpread !== undefined ? { referenceSpread } : {}),
    ...(references?.shadow && shadows !== undefined ? { shadows } : {}),
  });
  return { ...scores, forget: scores.forget.map(row), holdout: scores.holdout.map(row) };
}
