// `expunge train --certified`: the last layer of a classifier alone, on the features that a LayersModel's weights make.
import type { ClassifierConfig } from '../architectures/layers-model/classifier.ts';
import { loadLayersModel } from '../checkpoints/layers-model/read.ts';
import { readRecipe } from '../checkpoints/recipe-file.ts';
import type { Classifier } from '../domain/architecture.ts';
import type { CertifiedOptions } from '../domain/recipe.ts';
import { createEngine } from '../engine/choice.ts';
import { ExpungeError } from '../errors.ts';
import { createClassScorer, type ExampleRow } from '../training/classification.ts';
import { type CertifiedResult, trainCertified } from './certified.ts';
import { type CertifiedModel, digestsOf } from './certified-model.ts';

export interface TrainedHead extends CertifiedResult {
  steps: number;
  /** Share of the records whose class the model gives. */
  exactMemorization: number;
}

/** Features that have seen the records keep them, whatever is removed from the last layer. Throws `validation-failed`. */
async function assertUnseen(topology: string, model: CertifiedModel, trainDigest: string): Promise<void> {
  const recipe = await readRecipe(topology);
  if (!recipe?.corpora.some(({ digest }) => digest === trainDigest)) return;
  // a certified model's corpora have trained its last layer alone
  if (recipe.certified?.features === digestsOf(model).features) return;
  throw new ExpungeError(
    'validation-failed',
    'The features were trained on the same corpus, by the recipe beside them: take features that have not seen these records.',
  );
}

/** Throws `validation-failed` as `trainCertified`, and for features of which it is known that they saw the corpus; `checkpoint-invalid`. */
export async function trainHead(
  given: { topology: string; certified: CertifiedOptions; trainDigest: string; backend: string; threads: number },
  { architecture, config }: { architecture: Classifier; config: ClassifierConfig },
  rows: readonly ExampleRow[],
): Promise<TrainedHead> {
  const model = { config, weights: (await loadLayersModel(given.topology)).weights };
  await assertUnseen(given.topology, model, given.trainDigest);
  const engine = await createEngine({ backend: given.backend, threads: given.threads });
  try {
    const trained = await trainCertified(engine, model, rows, given.certified);
    const score = createClassScorer(engine, architecture, config, engine.createState(trained.weights));
    const hits = (await score([...rows])).reduce((sum, { correct }) => sum + correct[0]!, 0);
    return { ...trained, steps: 1, exactMemorization: hits / rows.length };
  } finally {
    await engine.dispose();
  }
}
