// Which methods a run tries, in which order, with their parameters, why, and what each is thought to cost. Pure.
import type { MethodChoice, PlanStep } from '../../domain/resources.ts';
import { TRAIN_ALL, type TrainableOptions } from '../../domain/trainable.ts';
import { ExpungeError } from '../../errors.ts';
import { fillParams, getMethod } from '../../methods/index.ts';
import { withBatch } from '../../training/batch-size.ts';
import { withRate } from '../../training/learning-rate.ts';
import { planTrainable } from '../../training/trainable.ts';
import { baseMissing } from '../base.ts';
import { autoPlan, type Reasoned } from './auto.ts';
import { estimate } from './estimate.ts';
import { EXACT, exactPlan, refuseForgotten } from './exact.ts';
import { type PlanFacts, sizesOf } from './facts.ts';
import { exactChoices } from './offers.ts';
import { assertSuits } from './suits.ts';

/** What a request names to say that the service chooses; it is no method. */
export const AUTO = 'auto';

/** Exact removal takes the place of a proven one where that can go no further. */
const CERTIFIED: Reasoned = {
  choice: { name: 'certified-removal', params: {} },
  reason: 'The last layer is certified, and one step with a proven bound costs next to nothing.',
};
const ANEW: Reasoned = {
  choice: { name: 'retrain', params: fillParams('retrain') },
  reason: 'Where the budget of certified removal is spent, the last layer is trained anew.',
};

/** What the requests come to before it is fitted to the model. */
function chosenFor(requested: MethodChoice | null, facts: PlanFacts): Reasoned[] {
  if (requested?.name === EXACT) return exactPlan(facts);
  if (requested?.name === CERTIFIED.choice.name) return [named(requested, facts), ANEW];
  if (requested !== null && requested.name !== AUTO) return [named(requested, facts)];
  // a method of steps would end what is certified
  return facts.model?.recipe?.certified ? [CERTIFIED, ANEW] : autoPlan(facts);
}

/** Of any method: which of its parameters say what trains, where it has any. */
function trainsOf(params: Record<string, unknown>): TrainableOptions | null {
  return 'trainable' in params ? { ...TRAIN_ALL, ...(params as Partial<TrainableOptions>) } : null;
}

/**
 * With the learning rate that the model asks for, and batches that its records do, where none is named. Throws `validation-failed` for weights or adapters
 * that it does not have.
 */
function fittedTo({ name, params }: MethodChoice, facts: PlanFacts): MethodChoice {
  const { model } = facts;
  if (model === null) return { name, params };
  const trains = trainsOf(params);
  if (trains !== null) planTrainable(model.architecture, model.config, trains);
  return { name, params: withBatch(withRate(params, model), getMethod(name), sizesOf({ ...facts, model }).mean) };
}

/** A consolidation tries nothing that is not exact. Throws `recipe-missing` where nothing exact can run, and `method-not-applicable` where that would not be exact. */
export function planConsolidation(facts: PlanFacts): PlanStep[] {
  const exact = exactChoices(facts);
  const alone = exact.find(({ choice }) => choice.name === ANEW.choice.name) ?? exact[0];
  if (alone === undefined) {
    if (facts.base.status === 'missing') throw baseMissing(facts.base.digest);
    refuseForgotten(facts);
    const why = facts.has_recipe ? 'Training again does not fit the memory' : 'The checkpoint has no recipe';
    throw new ExpungeError('recipe-missing', `${why}: nothing exact can take the place of what it has forgotten.`);
  }
  const step = fittedTo(alone.choice, facts);
  const reason = 'Everything retained is trained on again, so that the line is exact.';
  return [{ ...step, reason, estimate: estimate(step, facts) }];
}

function named(requested: MethodChoice, facts: PlanFacts): Reasoned {
  const params = fillParams(requested.name, requested.params);
  assertSuits(getMethod(requested.name), params, facts);
  return { choice: { name: requested.name, params }, reason: 'The request names it.' };
}

/** The same steps in the same order, with what each is thought to take. Throws `validation-failed` as `estimate` does. */
export function withEstimates(steps: readonly PlanStep[], facts: PlanFacts): PlanStep[] {
  // retrained models are made once a run: what the first step has trained is there for the others
  let kept = facts.references_kept ?? 0;
  return steps.map((step) => {
    const expected = estimate(step, { ...facts, references_kept: kept });
    kept += expected.verification?.references?.retrained ?? 0;
    return { ...step, estimate: expected };
  });
}

/**
 * The method that the requests name, alone or with what takes over from it, or else the service's own order. Throws `validation-failed`
 * (unknown method, or one that is not for such a model; parameter out of range, weights or adapters that the model does not have),
 * `recipe-missing`, or `method-not-applicable`: a request takes exact methods alone and none is, or what it names would bring back somebody forgotten.
 */
export function planRun(requested: MethodChoice | null, facts: PlanFacts): PlanStep[] {
  const steps = chosenFor(requested, facts).map(({ choice, reason }) => ({ ...fittedTo(choice, facts), reason }));
  return withEstimates(steps, facts);
}
