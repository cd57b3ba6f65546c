// Unlearning from a certified last layer: one certified step, or the layer trained anew, as its recipe says.
import type { ClassifierConfig } from '../architectures/layers-model/classifier.ts';
import { writeRecipe } from '../checkpoints/layers-model/classifier-folder.ts';
import type { UnlearnJob, UnlearnResult } from '../domain/compute.ts';
import type { Engine, HostTensors } from '../domain/engine.ts';
import type { CertifiedHead, Recipe } from '../domain/recipe.ts';
import { ExpungeError } from '../errors.ts';
import type { ExampleRow } from '../training/classification.ts';
import { type PlannedWork, trainingWork } from '../training/memory-work.ts';
import { assertFeatures, removeCertified, trainCertified } from './certified.ts';
import { type AnyModel, loadAnyWeights } from './models.ts';
import type { LoadedSets } from './sets.ts';

export interface HeadWork {
  work: PlannedWork;
  run(): Promise<HostTensors>;
  /** Writes the recipe that is true of the candidate. */
  seal(): Promise<void>;
  /** What the candidate promises, once it was made. */
  promise(): NonNullable<UnlearnResult['certified']>;
}

/** Throws `recipe-missing` for a model whose last layer was not certified. */
export function openHead(
  given: {
    engine: Engine;
    model: AnyModel;
    sets: LoadedSets;
    job: Pick<UnlearnJob, 'parent_dir' | 'out_dir'>;
    signal?: AbortSignal;
  },
  recipe: Recipe,
  how: 'retrain' | 'remove',
): HeadWork {
  const { engine, model, sets, job, signal } = given;
  const { certified } = recipe;
  if (!certified)
    throw new ExpungeError(
      'recipe-missing',
      'The last layer of the model was not trained by expunge train --certified: take another method.',
    );
  const [stay, go] = [sets.retain, sets.forget] as unknown as [ExampleRow[], ExampleRow[]];
  let made: CertifiedHead = certified;
  return {
    work: trainingWork(model, recipe.options, sets.retain, false),
    async run() {
      const parent = { config: model.config as ClassifierConfig, weights: await loadAnyWeights(job.parent_dir) };
      assertFeatures(parent, certified);
      const result =
        how === 'remove'
          ? await removeCertified(engine, parent, certified, { stay, go }, signal)
          : await trainCertified(engine, parent, stay, certified, signal);
      made = result.certified;
      return result.weights;
    },
    seal: () => writeRecipe(job.out_dir, { ...recipe, certified: made }),
    promise: () => ({ epsilon: made.epsilon, delta: made.delta, budget: made.budget, spent: made.spent }),
  };
}
