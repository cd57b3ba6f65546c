// What a model has for methods that need it, and the exact methods that can therefore run.
import type { Method, Need } from '../../domain/method.ts';
import type { MethodChoice } from '../../domain/resources.ts';
import { fillParams, methods, trainsAnew } from '../../methods/index.ts';
import { estimate } from './estimate.ts';
import type { PlanFacts } from './facts.ts';
import { fitted } from './fit.ts';

const always = () => true;

/** By need. A need that is not here is none that the service may count on when it chooses by itself. */
const OFFERS: Partial<Record<Need, (facts: PlanFacts) => boolean>> = {
  retain: ({ counts }) => counts.retain > 0,
  'reference-logits': always,
  'forget-reference-logits': always,
  'reference-log-probability': always,
  recipe: ({ has_recipe, base }) => has_recipe && base.status !== 'missing',
  slices: ({ has_slices }) => has_slices,
};

export const canRun = (method: Method, params: Record<string, unknown>, facts: PlanFacts): boolean =>
  method.needs(params as never).every((need) => OFFERS[need]?.(facts) ?? false);

export interface ExactChoice {
  choice: MethodChoice;
  note: string;
  /** Null: not estimated. */
  seconds: number | null;
}

/** Every exact method that can run on this model and fits its memory, the cheapest first; none where it would bring back somebody forgotten. */
export function exactChoices(facts: PlanFacts): ExactChoice[] {
  if (facts.base_saw_forgotten) return [];
  return Object.values(methods)
    .filter(({ name }) => trainsAnew(name))
    .flatMap((method): ExactChoice[] => {
      const choice = { name: method.name, params: fillParams(method.name) };
      if (!canRun(method, choice.params, facts)) return [];
      const fits = fitted(choice, facts);
      return fits === null ? [] : [{ ...fits, seconds: estimate(fits.choice, facts).seconds }];
    })
    .sort((a, b) => (a.seconds ?? Number.POSITIVE_INFINITY) - (b.seconds ?? Number.POSITIVE_INFINITY));
}
