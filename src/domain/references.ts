// Models that verification trains for itself: by the recorded recipe, without the forgotten, to hold a candidate against.
import Type, { type Static } from 'typebox';
import { Nullable } from './common.ts';
import { seedFrom } from './random.ts';
import type { Recipe } from './recipe.ts';

/** What a policy asks for. */
export const ReferencesPolicy = Type.Object(
  {
    retrained: Type.Integer({
      ...{ minimum: 0, maximum: 32, default: 0 },
      description:
        'Models that are trained by the recorded recipe without the forgotten, of different seeds, to hold the candidate against; each costs a whole training, once',
    }),
    shadow: Type.Integer({
      ...{ minimum: 0, maximum: 256, multipleOf: 2, default: 0 },
      description:
        'Shadow models for the attack u-lira, which learn half of the people who are compared and have them unlearned by the run’s method; each costs a training and an unlearning. Published with 64; fewer than 4 show nothing',
    }),
  },
  { additionalProperties: false, default: {} },
);
export type ReferencesPolicy = Static<typeof ReferencesPolicy>;

/** What became of what was asked for. */
const used = {
  asked: Type.Integer({ description: 'Models that the policy asks for' }),
  compared: Type.Integer({ description: 'Those that the candidate was held against' }),
  note: Nullable(Type.String({ description: 'Why there are fewer' })),
};
export const ReferencesUsed = Type.Object({
  ...used,
  shadow: Type.Optional(
    Type.Object(used, { description: 'The same of shadow models; absent where none are asked for' }),
  ),
});
export type ReferencesUsed = Static<typeof ReferencesUsed>;

/** Of a verification that trains none itself and was given so many retrained models; undefined: none were given, and its policy asks for none. */
export function asGiven({ retrained, shadow }: ReferencesPolicy, given: number): ReferencesUsed | undefined {
  if (retrained === 0 && shadow === 0 && given === 0) return undefined;
  const note = `${given === 0 ? 'none was' : `${given} was`} given to this verification, which trains none`;
  return {
    ...{ asked: retrained, compared: given, note: given < retrained ? note : null },
    ...(shadow > 0 ? { shadow: { asked: shadow, compared: 0, note: 'this verification makes none' } } : {}),
  };
}

/** Why none is trained by a recipe, as a sentence; null where it can be. Such a training has an exact method of its own, whose candidates need none. */
export function whyNoReference({ sisa, certified }: Pick<Recipe, 'sisa' | 'certified'>): string | null {
  const how = sisa ? 'in shards' : certified ? 'of a certified last layer' : null;
  if (how === null) return null;
  return `The recipe tells of a training ${how}; references are trained in one piece alone. Its exact method needs none.`;
}

/**
 * The recipe by which reference number `index` is trained: the first as it is written down, and so what `retrain` gives; later ones
 * start from other weights and see the records in another order. From a base, the order (and the start of adapters) alone differs.
 */
export function reseeded(recipe: Recipe, index: number, what: 'reference' | 'candidate' = 'reference'): Recipe {
  if (index === 0) return recipe;
  const other = (part: string, seed: number) => seedFrom(`${what}/${index}/${part}/${seed}`);
  return {
    ...recipe,
    init: { ...recipe.init, seed: other('init', recipe.init.seed) },
    order_seed: other('order', recipe.order_seed),
  };
}
