// Which methods a run tries, in which order. Pure.
import type { MethodChoice } from '../domain/resources.ts';
import { ExpungeError } from '../errors.ts';
import { fillParams, getMethod } from '../methods/index.ts';
import { type Base, baseMissing, NO_BASE } from './base.ts';

/**
 * Cheapest first. Its push does not fade while a word grows dear, as wga's and npo's do, and strangers' dearest words are
 * dearer than blind guessing.
 */
const FIRST = { name: 'grad-diff', params: {} };
/** Exact, for the price of a training. */
const EXACT = { name: 'retrain', params: {} };
/** Exact removal takes its place where it can go no further. */
const CERTIFIED = 'certified-removal';
/** Only where nothing exact is possible: where the first did not pass, npo rarely did, and it cost as much as a training. */
const SECOND = { name: 'npo', params: { max_steps: 200 } };

/**
 * The method that the requests name, alone, or else the default order, all with their parameters filled in. `base`: what the
 * recipe starts from. Throws `validation-failed` (unknown method, parameter out of range) or `recipe-missing`.
 */
export function planRun(
  requested: MethodChoice | null,
  model: { has_recipe: boolean },
  base: Base = NO_BASE,
): MethodChoice[] {
  const fromRecipe = (name: string) =>
    getMethod(name)
      .needs(fillParams(name) as never)
      .includes('recipe');
  if (requested === null) {
    const exact = (model.has_recipe && base.status !== 'missing') || !fromRecipe(EXACT.name);
    const order = [FIRST, exact ? EXACT : SECOND];
    return order.map(({ name, params }) => ({ name, params: fillParams(name, params) }));
  }
  const params = fillParams(requested.name, requested.params);
  if (fromRecipe(requested.name)) {
    if (!model.has_recipe)
      throw new ExpungeError(
        'recipe-missing',
        `Method ${requested.name} trains again from a recipe, and the model was registered without recipe.json`,
      );
    if (base.status === 'missing') throw baseMissing(base.digest);
  }
  const chosen = { name: requested.name, params };
  // its budget is spent one day
  if (requested.name === CERTIFIED) return [chosen, { name: EXACT.name, params: fillParams(EXACT.name) }];
  return [chosen];
}
