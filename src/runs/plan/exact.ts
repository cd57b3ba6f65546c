// The plan of a request that takes nothing but exact removal: every exact method that can run, the cheapest first, and no other.
import { ExpungeError } from '../../errors.ts';
import { baseMissing } from '../base.ts';
import type { Reasoned } from './auto.ts';
import type { PlanFacts } from './facts.ts';
import { exactChoices } from './offers.ts';

/** What a request names for it; it is no method. */
export const EXACT = 'exact';

/** Throws `method-not-applicable` where no training from the base that there is would be exact. */
export function refuseSeen(base_saw: boolean): void {
  if (base_saw)
    throw new ExpungeError(
      'method-not-applicable',
      'method: the base that the recipe starts from was trained on the person too, so that no training from it is exact. Forget them in the base first, by an exact method, and register a model that was trained from what the base has become; or name another method.',
    );
}

/** Throws `method-not-applicable` where a training from the base that there is would bring somebody back, whoever asks for it. */
export function refuseForgotten({ base_saw_forgotten }: Pick<PlanFacts, 'base_saw_forgotten'>): void {
  if (base_saw_forgotten)
    throw new ExpungeError(
      'method-not-applicable',
      'method: the base that the recipe starts from was trained on somebody whom the model has forgotten before, so that training again from it would bring them back. Forget them in the base first, by an exact method, and register a model that was trained from what the base has become; or name a method that does not train again.',
    );
}

/** Throws what stands in the way of any: `recipe-missing`, or `method-not-applicable` with a message that begins with `method:`. */
export function exactPlan(facts: PlanFacts): Reasoned[] {
  const { model, has_recipe, base } = facts;
  if (!has_recipe)
    throw new ExpungeError(
      'recipe-missing',
      'Exact removal trains again from a recipe, and the checkpoint has no recipe.json that can be followed',
    );
  if (base.status === 'missing') throw baseMissing(base.digest);
  refuseSeen(facts.base_saw);
  refuseForgotten(facts);
  if (model?.recipe?.certified)
    throw new ExpungeError(
      'method-not-applicable',
      'method: the last layer alone is trained, on features that are taken as they are: what it forgets is certified and never exact.',
    );
  const [first, ...others] = exactChoices(facts);
  if (first === undefined)
    throw new ExpungeError(
      'method-not-applicable',
      'method: no exact method fits what is retained and the memory that there is: name another method, or raise MEMORY_BUDGET_BYTES.',
    );
  const noted = (reason: string, note: string) => `${reason}${note === '' ? '' : `; ${note}`}.`;
  return [
    { choice: first.choice, reason: noted('The request takes exact removal alone: the cheapest first', first.note) },
    ...others.map(({ choice, note }) => ({
      choice,
      reason: noted('Exact too, should the one before it not run', note),
    })),
  ];
}
