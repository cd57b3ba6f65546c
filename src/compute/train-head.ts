// `expunge train --certified`: the last layer of a classifier alone, on the features that a LayersModel's weights make.
import type { ClassifierConfig } from '../architectures/layers-model/classifier.ts';
import { loadLayersModel } from '../checkpoints/layers-model/read.ts';
import type { Classifier } from '../domain/architecture.ts';
import type { CertifiedOptions } from '../domain/recipe.ts';
import { createEngine } from '../engine/choice.ts';
import { createClassScorer, type ExampleRow } from '../training/classification.ts';
import { type CertifiedResult, trainCertified } from './certified.ts';

export interface TrainedHead extends CertifiedResult {
  steps: number;
  /** Share of the records whose class the model gives. */
  exactMemorization: number;
}

/** Throws `validation-failed` as `trainCertified`, `checkpoint-invalid`. */
export async function trainHead(
  given: { topology: string; certified: CertifiedOptions; backend: string; threads: number },
  { architecture, config }: { architecture: Classifier; config: ClassifierConfig },
  rows: readonly ExampleRow[],
): Promise<TrainedHead> {
  const engine = await createEngine({ backend: given.backend, threads: given.threads });
  try {
    const { weights: features } = await loadLayersModel(given.topology);
    const trained = await trainCertified(engine, { config, weights: features }, rows, given.certified);
    const score = createClassScorer(engine, architecture, config, engine.createState(trained.weights));
    const hits = (await score([...rows])).reduce((sum, { correct }) => sum + correct[0]!, 0);
    return { ...trained, steps: 1, exactMemorization: hits / rows.length };
  } finally {
    await engine.dispose();
  }
}
