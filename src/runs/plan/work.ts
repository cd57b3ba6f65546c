// What a method computes on a model, counted before anything runs: floating-point operations, and memory.
import type { LayerGraph } from '../../domain/layer-graph.ts';
import type { EditMethod, LossMethod, Method } from '../../domain/method.ts';
import type { Recipe } from '../../domain/recipe.ts';
import type { MethodChoice } from '../../domain/resources.ts';
import { TRAIN_ALL } from '../../domain/trainable.ts';
import { fillParams, getMethod } from '../../methods/index.ts';
import type { EditOptions } from '../../methods/options.ts';
import { withBatch } from '../../training/batch-size.ts';
import { repairParams, TRACED_ROWS } from '../../training/edit.ts';
import { checkEvery } from '../../training/forget-watch.ts';
import { countParameters, planMemory } from '../../training/memory-plan.ts';
import {
  besideParent,
  editWorkOf,
  type PlannedWork,
  stepWorkOf,
  trainingWorkOf,
  unlearningWorkOf,
} from '../../training/memory-work.ts';
import { recalledRows } from '../../training/rehearsal.ts';
import { type Goal, REPAIR, repairOf } from '../../training/repair.ts';
import { batchedShare } from '../../training/sisa/cost.ts';
import { shardModelOf } from '../../training/sisa/shard-kinds.ts';
import { type KnownFacts, rowCounts, type SetCounts, sizesOf } from './facts.ts';

export interface MethodWork {
  /** Operations of a step (of an edit: of a pass), and of its share of what is scored between steps. */
  perStep: number;
  /** Steps as a rule; what was measured on this model goes before it, as far as `most`. */
  steps: number;
  /** That it may take, where it ends by itself. */
  most?: number;
  /** Seconds after which the clock ends these steps; absent: it does not. */
  most_seconds?: number;
  /** Steps that follow. */
  repair: { perStep: number; steps: number };
  memory: PlannedWork;
}

/** Steps after which the forgotten look like strangers, as a rule: `docs/benchmarks.md` and the demo need 40 to 90. */
const USUAL_STEPS = 75;
/** Times repair_steps that repair takes: it ends where nobody stands out, after twice as many at the latest. */
const USUAL_REPAIR = 1.5;
/** Operations of a pass over one token, for each weight: forward; and back, to what came before and to the weight. */
const PASS = { forward: 2, back: 2, weight: 2 };

type Counter = (method: Method, params: Record<string, unknown>, facts: KnownFacts, counts: SetCounts) => MethodWork;

function lossWork(method: LossMethod, given: Goal['params'], facts: KnownFacts, counts: SetCounts): MethodWork {
  const sizes = sizesOf(facts);
  const params = withBatch(given, method, sizes.mean);
  const sets = rowCounts(counts, sizes);
  const { total, trained } = countParameters({ ...facts.model, trains: params });
  const all = { ...sets, longest: sizes.longest };
  const every = checkEvery(sets.forget, params.forget_batch);
  const scored = sets.forget / every;
  const watched = params.utility_floor > 0 ? recalledRows(sets.retain, every) : 0;
  function perStepOf(goal: Goal, looked = 0): number {
    const { rows, referenceRows } = stepWorkOf(facts.model, goal, all).at(0);
    const passes = rows * ((PASS.forward + PASS.back) * total + PASS.weight * trained);
    return sizes.mean * (passes + (referenceRows + scored + looked) * PASS.forward * total);
  }
  const own: Goal = { method, params };
  return {
    ...{ perStep: perStepOf(own, watched), steps: Math.min(params.max_steps, USUAL_STEPS), most: params.max_steps },
    ...(params.max_seconds > 0 ? { most_seconds: params.max_seconds } : {}),
    repair: {
      perStep: perStepOf(repairOf(method, params) ?? own),
      steps: Math.ceil(params.repair_steps * USUAL_REPAIR),
    },
    memory: unlearningWorkOf(facts.model, method, params, { ...all, earlier: facts.earlier_rows }),
  };
}

/** Of the edit and of its repair, the one that takes more memory. */
function larger(one: PlannedWork, other: PlannedWork): PlannedWork {
  const need = (work: PlannedWork) => planMemory(work.at(work.microBatch)).total;
  return need(one) >= need(other) ? one : other;
}

type EditParams = EditOptions & Record<string, unknown>;

function editedWork(method: EditMethod, given: EditParams, facts: KnownFacts, counts: SetCounts): MethodWork {
  const { model } = facts;
  const sizes = sizesOf(facts);
  const params = withBatch(given, {}, sizes.mean);
  const sets = rowCounts(counts, sizes);
  const { gradients, passes, scored } = method.work(params as never, sets);
  const { total, trained } = countParameters({ ...model, trains: { ...TRAIN_ALL, trainable: params.trainable } });
  // what was edited is scored once more, and a log is subtracted step by step
  const all = scored + sets.forget + Math.min(sets.retain, TRACED_ROWS);
  const rows = gradients * ((PASS.forward + PASS.back) * total + PASS.weight * trained) + all * PASS.forward * total;
  const logged = method.needs(params as never).includes('updates') ? (model.recipe?.steps_taken ?? 0) : 0;
  const steps = Math.max(1, passes);
  const repair = lossWork(REPAIR, repairParams(REPAIR, params), facts, counts);
  return {
    ...{ perStep: (sizes.mean * rows + logged * 2 * trained) / steps, steps, repair: repair.repair },
    memory: larger(editWorkOf(model, method, params, { ...sets, longest: sizes.longest }), besideParent(repair.memory)),
  };
}

/** Steps of training again: of one that was in shards and slices, and goes on from these, those that are expected. */
function trainingSteps(method: Method, { sisa, steps_taken }: Recipe, counts: SetCounts): number {
  if (sisa === undefined) return steps_taken;
  const all = sisa.shards.flatMap(({ slices }) => slices).reduce((sum, { steps }) => sum + steps, 0);
  if (!method.needs({} as never).includes('slices')) return all;
  const records = counts.forget + counts.retain;
  const size = { records, shards: sisa.shards.length, slices: sisa.shards[0]!.slices.length };
  // all records of a person stand in one shard and slice: people hit these, not records; and steps do not grow fewer with what is removed
  const share = batchedShare(size, counts.people || counts.forget, 0);
  return Math.ceil(all * Math.min(1, share));
}

/** Directions of a conjugate-gradient solution of a last layer as a rule, and solutions until a training of it has ended. */
const [DIRECTIONS, SOLUTIONS] = [50, 12];
/** Times that an operation in plain float64 loops takes as long as one of the backend. */
const PLAIN = 40;

/** A certified last layer: features of all rows in a pass forward, the norm of these, and systems of its own weights. */
function headWork(facts: KnownFacts, counts: SetCounts, { options }: Recipe, solutions: number): MethodWork {
  const { retain, forget } = rowCounts(counts, sizesOf(facts));
  const { total } = countParameters({ ...facts.model, trains: TRAIN_ALL });
  const { graph } = facts.model.config as { graph: LayerGraph };
  const { kernel } = graph.nodes.find(({ name }) => name === graph.outputs[0])!.weights;
  const [width = 0, outputs = 0] = kernel?.shape ?? [];
  const seen = (retain + forget) * PASS.forward * total;
  const norm = retain * width ** 2 + 12 * width ** 3;
  const solved = solutions * DIRECTIONS * retain * 4 * width * outputs;
  return {
    ...{ perStep: seen + PLAIN * (norm + solved), steps: 1, repair: { perStep: 0, steps: 0 } },
    memory: trainingWorkOf(facts.model, options, { rows: retain, longest: sizesOf(facts).longest }, false),
  };
}

const COUNTERS: Record<Method['kind'], Counter> = {
  loss: (method, params, facts, counts) => lossWork(method as LossMethod, params as Goal['params'], facts, counts),
  edit: (method, params, facts, counts) => editedWork(method as EditMethod, params as EditParams, facts, counts),
  certified: (_, __, facts, counts) => headWork(facts, counts, facts.model.recipe!, 1),
  retrain(method, params, facts, counts) {
    const { recipe } = facts.model;
    if (recipe === null) throw new Error('a model without a recipe cannot be trained again');
    if (recipe.certified) return headWork(facts, counts, recipe, SOLUTIONS);
    const sizes = sizesOf(facts);
    const { retain } = rowCounts(counts, sizes);
    const model = recipe.sisa ? shardModelOf(facts.model) : facts.model;
    const { total, trained } = countParameters({ ...model, trains: recipe.options.trains ?? TRAIN_ALL });
    const micro_batch = (params.micro_batch as number) || recipe.options.micro_batch;
    const options = { ...recipe.options, ...(micro_batch === undefined ? {} : { micro_batch }) };
    const batch = Math.min(options.batch_size, retain);
    return {
      perStep: batch * sizes.mean * ((PASS.forward + PASS.back) * total + PASS.weight * trained),
      steps: trainingSteps(method, recipe, counts),
      repair: { perStep: 0, steps: 0 },
      memory: trainingWorkOf(model, options, { rows: retain, longest: sizes.longest }, false),
    };
  },
};

/**
 * Null where it cannot be counted: where it goes by a recipe, or by a log of the training, and there is none. Throws
 * `validation-failed` for trainable weights or adapters that the model does not have.
 */
export function workOf({ name, params }: MethodChoice, facts: KnownFacts, counts = facts.counts): MethodWork | null {
  const method = getMethod(name);
  const count = COUNTERS[method.kind];
  const { recipe } = facts.model;
  if (method.kind === 'retrain' && recipe === null) return null;
  // a certified layer is one of a classifier, and a log is as long as the training was
  if (method.kind === 'certified' && !recipe?.certified) return null;
  const filled = fillParams(name, params);
  if (recipe === null && method.needs(filled as never).includes('updates')) return null;
  return count(method, filled, facts, counts);
}
