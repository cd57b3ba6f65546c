// What a model that was retrained without the forgotten makes of them and of people never seen: read from disk, and scored.
import { kindOf } from '../training/kinds.ts';
import { meanNll } from '../training/scoring.ts';
import type { StageContext } from './context.ts';
import { loadAnyWeights, openAnyModel } from './models.ts';
import { type Probes, probeOthers } from './probes.ts';
import type { SetScores, VerificationSets } from './score-sets.ts';

type Compared = Pick<SetScores, 'forget' | 'holdout'>;

/** Scores alone, with the costs of other answers; nothing is generated. Throws `checkpoint-invalid` naming the file. */
export async function scoreRetrained(
  dir: string,
  sets: VerificationSets,
  probes: Probes,
  { engine, signal }: Pick<StageContext, 'engine' | 'signal'>,
): Promise<Compared> {
  const { architecture, config } = await openAnyModel(dir);
  const state = engine.createState(await loadAnyWeights(dir));
  try {
    const score = kindOf(architecture).scorer(engine, architecture, config, state);
    const scored = async (set: keyof Compared) => {
      signal.throwIfAborted();
      const found = await score(sets[set]);
      return found.map((one, index) => ({ ...one, index, person: sets[set][index]!.person }));
    };
    const scores = { forget: await scored('forget'), holdout: await scored('holdout') };
    await probeOthers(probes, sets, scores, score);
    return scores;
  } finally {
    state.dispose();
  }
}

/** Writes into the rows of a checkpoint what they cost the retrained model. */
export function addReference(scores: Compared, retrained: Compared): void {
  for (const set of ['forget', 'holdout'] as const)
    scores[set].forEach((row, i) => {
      row.referenceNll = meanNll(retrained[set][i]!);
    });
}
