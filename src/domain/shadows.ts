// Shadow models: each learns one half of the people who are compared beside what is retained, and has them unlearned again.
import type { Need } from './method.ts';
import { createRandom, seedFrom } from './random.ts';
import type { Recipe } from './recipe.ts';

/** What one shadow model makes of the rows that are compared, in their order: mean costs, nats. */
export interface ShadowScores {
  /** People whom it learned and unlearned; the others it never saw. */
  members: number[];
  forget: number[];
  holdout: number[];
}

/** Log-odds that a record has under shadow models of either kind, and how they are spread about the mean of a record. */
export interface RowShadows {
  unlearned: { scores: number[]; spread: number };
  unseen: { scores: number[]; spread: number };
}

/** So many give a record two scores of either kind, and those a spread. */
export const SHADOWS_NEEDED = 4;

/** Why none can be had by a method of these needs, and what to do about it; null: they can. */
export const whyNoShadow = (needs: readonly Need[]): { reason: string; remedy: string } | null =>
  needs.includes('updates')
    ? {
        reason:
          'The method goes by the log of a training, and shadow models are trained without one: none could be unlearned.',
        remedy: 'Ask for none (references.shadow 0), or choose another method.',
      }
    : null;

/** Whom shadow number `index` learns: models 2k and 2k + 1 share everybody between them, by chance and whichever group they are of. */
export function membersOf(people: readonly number[], index: number, seed: number): number[] {
  const order = createRandom(seedFrom(`${seed}/shadows/${index >> 1}`)).shuffle([...people].sort((a, b) => a - b));
  const half = Math.ceil(order.length / 2);
  return (index % 2 === 0 ? order.slice(0, half) : order.slice(half)).sort((a, b) => a - b);
}

/** The recipe by which it is trained: as the recorded one, from seeds that no reference has. */
export const shadowRecipe = (recipe: Recipe, index: number): Recipe => ({
  ...recipe,
  init: { ...recipe.init, seed: seedFrom(`shadow/${index}/init/${recipe.init.seed}`) },
  order_seed: seedFrom(`shadow/${index}/order/${recipe.order_seed}`),
});
