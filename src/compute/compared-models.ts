// What other models make of the compared rows, put beside what parent and candidate make of them.
import type { VerifyJob } from '../domain/compute.ts';
import { asGiven, type ReferencesUsed } from '../domain/references.ts';
import type { StageContext } from './context.ts';
import type { Probes } from './probes.ts';
import { addReferences, scoreReferences } from './retrained.ts';
import type { SetScores, VerificationSets } from './score-sets.ts';
import { addShadows, readShadows } from './shadow-scores.ts';

/** Scores under the retrained models of the job, and what became of those that the policy asks for, as a report takes them. */
export async function compareWith(
  { reference_dirs = [], shadow_files = [], references, policy }: VerifyJob,
  checkpoints: readonly SetScores[],
  { sets, probes }: { sets: VerificationSets; probes: Probes },
  context: StageContext,
): Promise<{ retrained: Awaited<ReturnType<typeof scoreReferences>>; references?: ReferencesUsed }> {
  const retrained = await scoreReferences(reference_dirs, sets, probes, context);
  addReferences(checkpoints, retrained);
  addShadows(checkpoints, await readShadows(shadow_files));
  const used = references ?? asGiven(policy.references ?? { retrained: 0, shadow: 0 }, retrained.length);
  return { retrained, ...(used ? { references: used } : {}) };
}
