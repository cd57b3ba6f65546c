// What a method computes on a model, counted before anything runs: floating-point operations, and memory.
import type { LossMethod, Method } from '../../domain/method.ts';
import type { Recipe } from '../../domain/recipe.ts';
import type { MethodChoice } from '../../domain/resources.ts';
import { TRAIN_ALL } from '../../domain/trainable.ts';
import { fillParams, getMethod } from '../../methods/index.ts';
import type { StepOptions } from '../../methods/options.ts';
import { checkEvery } from '../../training/forget-watch.ts';
import { countParameters } from '../../training/memory-plan.ts';
import { type PlannedWork, trainingWorkOf, unlearningWorkOf } from '../../training/memory-work.ts';
import { batchedShare } from '../../training/sisa/cost.ts';
import { type KnownFacts, rowCounts, type SetCounts, sizesOf } from './facts.ts';

export interface MethodWork {
  /** Operations of a step: of its passes, and of its share of what is scored between steps. */
  perStep: number;
  /** Steps as a rule; what was measured on this model goes before it. */
  steps: number;
  /** Steps that follow and cost the same. */
  more: number;
  memory: PlannedWork;
}

/** Steps after which the forgotten look like strangers, as a rule: `docs/benchmarks.md` and the demo need 40 to 90. */
const USUAL_STEPS = 75;
/** Times repair_steps that repair takes: it ends where nobody stands out, after twice as many at the latest. */
const USUAL_REPAIR = 1.5;
/** Operations of a pass over one token, for each weight: forward; and back, to what came before and to the weight. */
const PASS = { forward: 2, back: 2, weight: 2 };

type Counter = (method: Method, params: Record<string, unknown>, facts: KnownFacts, counts: SetCounts) => MethodWork;

function lossWork(method: LossMethod, params: StepOptions, facts: KnownFacts, counts: SetCounts): MethodWork {
  const sizes = sizesOf(facts);
  const sets = rowCounts(counts, sizes);
  const { total, trained } = countParameters({ ...facts.model, trains: params });
  const memory = unlearningWorkOf(facts.model, method, params, { ...sets, longest: sizes.longest });
  const { rows, referenceRows } = memory.at(0);
  const scored = sets.forget / checkEvery(sets.forget);
  const passes = rows * ((PASS.forward + PASS.back) * total + PASS.weight * trained);
  return {
    perStep: sizes.mean * (passes + (referenceRows + scored) * PASS.forward * total),
    steps: Math.min(params.max_steps, USUAL_STEPS),
    more: Math.ceil(params.repair_steps * USUAL_REPAIR),
    memory,
  };
}

/** Steps of training again: of one that was in shards and slices, and goes on from these, those that are expected. */
function trainingSteps(method: Method, { sisa, steps_taken }: Recipe, counts: SetCounts): number {
  if (sisa === undefined) return steps_taken;
  const all = sisa.shards.flatMap(({ slices }) => slices).reduce((sum, { steps }) => sum + steps, 0);
  if (!method.needs({} as never).includes('slices')) return all;
  const records = counts.forget + counts.retain;
  const size = { records, shards: sisa.shards.length, slices: sisa.shards[0]!.slices.length };
  return Math.ceil(all * Math.min(1, Math.max(0, batchedShare(size, counts.forget))));
}

/** By kind of method; kinds that are not here are not estimated. */
const COUNTERS: Partial<Record<Method['kind'], Counter>> = {
  loss: (method, params, facts, counts) => lossWork(method as LossMethod, params as StepOptions, facts, counts),
  retrain(method, params, facts, counts) {
    const { recipe } = facts.model;
    if (recipe === null) throw new Error('a model without a recipe cannot be trained again');
    const sizes = sizesOf(facts);
    const { retain } = rowCounts(counts, sizes);
    const { total, trained } = countParameters({ ...facts.model, trains: recipe.options.trains ?? TRAIN_ALL });
    const micro_batch = (params.micro_batch as number) || recipe.options.micro_batch;
    const options = { ...recipe.options, ...(micro_batch === undefined ? {} : { micro_batch }) };
    const batch = Math.min(options.batch_size, retain);
    return {
      perStep: batch * sizes.mean * ((PASS.forward + PASS.back) * total + PASS.weight * trained),
      steps: trainingSteps(method, recipe, counts),
      more: 0,
      memory: trainingWorkOf(facts.model, options, { rows: retain, longest: sizes.longest }, false),
    };
  },
};

/**
 * Null where it cannot be counted: for a kind of method that nobody wrote down, or for retraining without a recipe. Throws
 * `validation-failed` for trainable weights or adapters that the model does not have.
 */
export function workOf({ name, params }: MethodChoice, facts: KnownFacts, counts = facts.counts): MethodWork | null {
  const method = getMethod(name);
  const count = COUNTERS[method.kind];
  if (count === undefined || (method.kind === 'retrain' && facts.model.recipe === null)) return null;
  return count(method, fillParams(name, params), facts, counts);
}

/** Retained rows that verification scores, and rows of each set that it has answered, at most; as the stage has them. */
const SCORED = 1000;
const ANSWERED = 100;
/** An answer is written token by token, so that a token costs many times what it costs in a batch. */
const WRITING = 5;

/** Rows that verification scores, and operations for them: under two checkpoints. */
export function verificationWork(facts: KnownFacts): { rows: number; operations: number } {
  const sizes = sizesOf(facts);
  const { forget, retain, holdout } = rowCounts(facts.counts, sizes);
  const sets = [forget, Math.min(retain, SCORED), holdout];
  const rows = 2 * sets.reduce((a, b) => a + b, 0);
  const answered = facts.model.architecture.task === 'classification' ? 0 : 2;
  const written = answered * sets.reduce((sum, set) => sum + Math.min(set, ANSWERED), 0);
  const { total } = countParameters({ ...facts.model, trains: TRAIN_ALL });
  return { rows, operations: (rows + written * WRITING) * sizes.mean * PASS.forward * total };
}
