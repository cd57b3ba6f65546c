// Whether a method can run on a model at all, by what is known before a weight is read.
import { type Method, otherAnswersOf } from '../../domain/method.ts';
import { ExpungeError } from '../../errors.ts';
import { trainsAnew } from '../../methods/index.ts';
import { baseMissing, slicesMissing } from '../base.ts';
import { refuseForgotten } from './exact.ts';
import type { PlanFacts } from './facts.ts';

/** Other answers that are words. */
const IN_WORDS = ['refusals', 'alternatives'];

function needRecipe({ name }: Method, { has_recipe, base }: PlanFacts): void {
  if (!has_recipe)
    throw new ExpungeError(
      'recipe-missing',
      `Method ${name} trains again from a recipe, and the checkpoint has no recipe.json that can be followed`,
    );
  if (base.status === 'missing') throw baseMissing(base.digest);
}

/** What the model is not, and what to name in the method's place; null where nothing is known against it. */
function unsuited({ name, kind }: Method, needs: readonly string[], { model, has_updates }: PlanFacts): string | null {
  if (needs.includes('updates') && !has_updates)
    return `${name} takes back the steps of a log of the training, and the active checkpoint has no updates.json: train with --log-updates, or name another method.`;
  if (model === null) return null;
  if (kind === 'certified' && !model.recipe?.certified)
    return `${name} is for a classifier whose last layer was trained by expunge train --certified, and whose features no method has changed since: train one, or name another method.`;
  if (model.architecture.task !== 'classification') return null;
  if (IN_WORDS.includes(otherAnswersOf(needs as never) ?? ''))
    return `${name} teaches other answers in words, and the model is a classifier: name random-label, or another method.`;
  if (needs.includes('hidden-states'))
    return `${name} steers hidden states of one width, which a classifier does not have: name grad-diff, or another method.`;
  return null;
}

/** Throws `recipe-missing`, or `validation-failed` or `method-not-applicable` with a message that begins with `method:`. */
export function assertSuits(method: Method, params: Record<string, unknown>, facts: PlanFacts): void {
  const needs = method.needs(params as never);
  const why = unsuited(method, needs, facts);
  if (why !== null) throw new ExpungeError('validation-failed', `method: ${why}`);
  if (needs.includes('recipe')) needRecipe(method, facts);
  if (trainsAnew(method.name)) refuseForgotten(facts);
  if (needs.includes('slices') && !facts.has_slices) throw slicesMissing();
}
