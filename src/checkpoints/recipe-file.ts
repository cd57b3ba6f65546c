// recipe.json beside the weights, whatever their layout.
import { join } from 'node:path';
import { Value } from 'typebox/value';
import { Recipe } from '../domain/recipe.ts';
import { writeSynced } from './disk.ts';
import { invalid } from './invalid.ts';
import { readJson } from './json-file.ts';

export const RECIPE = 'recipe.json';

/** Null where there is none. Throws `checkpoint-invalid`. */
export async function readRecipe(dir: string): Promise<Recipe | null> {
  const json = await readJson(dir, RECIPE);
  if (json === undefined) return null;
  if (Value.Check(Recipe, json)) return json;
  const [first] = Value.Errors(Recipe, json);
  throw invalid(RECIPE, `${first?.instancePath || '/'} ${first?.message}`, 'Correct it, or leave the file out.');
}

/** Puts another one in its place, or the first. */
export const replaceRecipe = (dir: string, recipe: Recipe): Promise<void> =>
  writeSynced(join(dir, RECIPE), JSON.stringify(recipe));
