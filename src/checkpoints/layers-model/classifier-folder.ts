// A LayersModel folder that holds a classifier: model.json, its shards, and our recipe.json.
import { join } from 'node:path';
import { type ClassifierConfig, classifierOf, layersClassifier } from '../../architectures/layers-model/classifier.ts';
import type { Classifier } from '../../domain/architecture.ts';
import type { Recipe } from '../../domain/recipe.ts';
import { sync, writeSynced } from '../disk.ts';
import { invalid } from '../invalid.ts';
import { RECIPE, readRecipe } from '../recipe-file.ts';
import { MODEL_JSON } from './files.ts';
import { type LayersModel, openLayersModel } from './read.ts';

export interface ClassifierLayout {
  architecture: Classifier<ClassifierConfig>;
  config: ClassifierConfig;
  recipe: Recipe | null;
  model: LayersModel;
}

/** Reads and matches everything but the weights. Throws `checkpoint-invalid` for a model that is no classifier, too. */
export async function readClassifier(dir: string): Promise<ClassifierLayout> {
  const model = await openLayersModel(dir);
  const { userDefinedMetadata: metadata } = model.json;
  const recipe = await readRecipe(dir);
  try {
    return { architecture: layersClassifier, config: classifierOf(model.graph, metadata), recipe, model };
  } catch (error) {
    throw invalid(
      MODEL_JSON,
      (error as Error).message.replace(/\.$/, ''),
      'Only classifiers are unlearned from.',
      error,
    );
  }
}

/** Puts a recipe beside a model that has been written. */
export async function writeRecipe(dir: string, recipe: Recipe): Promise<void> {
  await writeSynced(join(dir, RECIPE), `${JSON.stringify(recipe, null, 2)}\n`);
  await sync(dir);
}
