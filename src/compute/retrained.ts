// What models that were retrained without the forgotten make of them and of people never seen: read from disk, and scored.
import { outSignal, spreadOf } from '../metrics/interpolation.ts';
import { kindOf } from '../training/kinds.ts';
import { meanNll, type Scorer } from '../training/scoring.ts';
import type { StageContext } from './context.ts';
import { loadAnyWeights, openAnyModel } from './models.ts';
import { type Probes, probeOthers } from './probes.ts';
import type { SetScores, VerificationSets } from './score-sets.ts';

type Compared = Pick<SetScores, 'forget' | 'holdout'>;

/** Scores rows under the weights of a folder until it is disposed of. Throws `checkpoint-invalid` naming the file. */
export async function openScorer(
  dir: string,
  { engine }: Pick<StageContext, 'engine'>,
): Promise<{ score: Scorer; dispose(): void }> {
  const { architecture, config } = await openAnyModel(dir);
  const state = engine.createState(await loadAnyWeights(dir));
  return { score: kindOf(architecture).scorer(engine, architecture, config, state), dispose: () => state.dispose() };
}

/** Scores alone, with the costs of other answers; nothing is generated. */
async function scoreRetrained(
  dir: string,
  sets: VerificationSets,
  probes: Probes,
  { engine, signal }: Pick<StageContext, 'engine' | 'signal'>,
): Promise<Compared> {
  const { score, dispose } = await openScorer(dir, { engine });
  try {
    const scored = async (set: keyof Compared) => {
      signal.throwIfAborted();
      const found = await score(sets[set]);
      return found.map((one, index) => ({ ...one, index, person: sets[set][index]!.person }));
    };
    const scores = { forget: await scored('forget'), holdout: await scored('holdout') };
    await probeOthers(probes, sets, scores, score);
    return scores;
  } finally {
    dispose();
  }
}

/** Of each folder, in their order; one model at a time is in memory. */
export async function scoreReferences(
  dirs: readonly string[],
  sets: VerificationSets,
  probes: Probes,
  context: Pick<StageContext, 'engine' | 'signal'>,
): Promise<Compared[]> {
  const scored: Compared[] = [];
  for (const dir of dirs) scored.push(await scoreRetrained(dir, sets, probes, context));
  return scored;
}

/** Writes into the rows of every checkpoint what they cost the retrained models, and how far such costs are spread; without any nothing. */
export function addReferences(checkpoints: readonly Compared[], retrained: readonly Compared[]): void {
  if (retrained.length === 0) return;
  const nlls = (set: keyof Compared) =>
    retrained[0]![set].map((_, i) => retrained.map((model) => meanNll(model[set][i]!)));
  const found = { forget: nlls('forget'), holdout: nlls('holdout') };
  const referenceSpread = spreadOf([...found.forget, ...found.holdout].map(outSignal));
  for (const scores of checkpoints)
    for (const set of ['forget', 'holdout'] as const)
      scores[set].forEach((row, i) => {
        Object.assign(row, { referenceNlls: found[set][i]!, referenceSpread });
      });
}
