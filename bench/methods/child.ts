// One task in a process of its own, so that seconds and memory are its own: the file of a task in, the file of its outcome out.
import { saveCheckpoint } from '../../src/checkpoints/layout.ts';
import { loadModel } from '../../src/compute/checkpoint.ts';
import { retrainFromRecipe } from '../../src/compute/retrain.ts';
import { loadSets } from '../../src/compute/sets.ts';
import { trainModel } from '../../src/compute/train-model.ts';
import { attempt } from '../shared/attempt.ts';
import { withEngine } from '../shared/engine.ts';
import { serveTask } from '../shared/work.ts';
import { measure } from './measure.ts';
import type { Results, Task, Trained } from './task.ts';

/** Trains without the forgotten, from other weights and in another order than the parent was. */
async function reference({ place, seed, out }: Extract<Task, { kind: 'reference' }>): Promise<Trained> {
  const model = await loadModel(place.parent);
  const { recipe } = model;
  if (recipe === null) throw new Error('the trained model has no recipe');
  const other = { ...recipe, init: { ...recipe.init, seed }, order_seed: seed + 1 };
  const { retain } = await loadSets({ sets_file: place.setsFile, corpora: place.corpora }, model, ['retain']);
  return withEngine(place, async (engine) => {
    const weights = await retrainFromRecipe(engine, { ...model, recipe: other }, retain, { baseDir: null });
    await saveCheckpoint(out, { configJson: model.configJson, weights, copyFrom: place.parent, recipe: null });
    return { steps: recipe.steps_taken, exact_memorization: null };
  });
}

function perform(task: Task): Promise<Results[keyof Results]> {
  switch (task.kind) {
    case 'train':
      return trainModel(task.options, { progress: () => undefined }).then(({ steps, exactMemorization }) => ({
        steps,
        exact_memorization: exactMemorization,
      }));
    case 'reference':
      return reference(task);
    case 'attempt':
      return attempt(task.job);
    case 'measure':
      return withEngine(task.place, (engine) => measure(engine, task.place, task.checkpoint));
  }
}

await serveTask(perform);
