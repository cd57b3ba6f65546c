// What a training or an unlearning run asks of the memory, from its options and the lengths of its rows.
import type { Architecture, Classifier } from '../domain/architecture.ts';
import { PASS_ROWS } from '../domain/edit.ts';
import { type EditMethod, type LossMethod, otherAnswersOf } from '../domain/method.ts';
import type { TrainingOptions } from '../domain/recipe.ts';
import { TRAIN_ALL } from '../domain/trainable.ts';
import type { EditOptions, StepOptions } from '../methods/options.ts';
import { withBatch } from './batch-size.ts';
import { longestOf, paddedWidth, type TokenRow } from './batches.ts';
import { guardedRows } from './earlier-guard.ts';
import type { MemoryWork } from './memory-plan.ts';
import { partsOf } from './micro-batches.ts';
import { type Goal, repairOf } from './repair.ts';
import { answerLength, steeredLayer } from './unlearning-references.ts';

/** The same work for any number of rows of the larger half in memory at a time; 0: all of them. */
export interface PlannedWork {
  at(microBatch: number): MemoryWork;
  /** As the options have it. */
  microBatch: number;
  /** Rows of the larger half of a batch. */
  rows: number;
  /** Whether adapters would do in place of the weights. */
  mayAdapt: boolean;
}

interface Model {
  architecture: Architecture | Classifier;
  config: unknown;
}

/** The widest batch that rows can make. */
const widthOf = ({ architecture, config }: Model, longest: number): number =>
  paddedWidth(longest, architecture.contextLength(config));

export const trainingWork = (model: Model, options: TrainingOptions, rows: TokenRow[], mayAdapt = true): PlannedWork =>
  trainingWorkOf(model, options, { rows: rows.length, longest: longestOf(rows) }, mayAdapt);

/** How many rows there are, and tokens of the longest. */
export interface RowSizes {
  rows: number;
  longest: number;
}

/** The same before there are rows. */
export function trainingWorkOf(model: Model, options: TrainingOptions, sizes: RowSizes, mayAdapt = true): PlannedWork {
  // a plan is asked for where nothing is retained too, and a run of it is refused
  const batch = Math.max(1, Math.min(options.batch_size, sizes.rows));
  const time = widthOf(model, sizes.longest);
  return {
    ...{ microBatch: options.micro_batch ?? 0, rows: batch, mayAdapt },
    at(microBatch) {
      const parts = partsOf(batch, microBatch);
      return {
        ...{ architecture: model.architecture, config: model.config, trains: options.trains ?? TRAIN_ALL },
        ...{ rows: Math.ceil(batch / parts), time, split: parts > 1, referenceRows: 0, scoredRows: sizes.rows },
      };
    },
  };
}

type UnlearningParams = StepOptions & Record<string, unknown>;

/**
 * `longestOther`: tokens of the longest row with another answer, for a method that teaches such. Throws `validation-failed` for a method
 * that cannot run on the model.
 */
export const unlearningWork = (
  model: Model,
  method: LossMethod,
  params: UnlearningParams,
  {
    forget,
    retain,
    calibration,
    earlier = [],
  }: Record<'forget' | 'retain' | 'calibration', TokenRow[]> & {
    earlier?: TokenRow[];
  },
  longestOther = 0,
): PlannedWork =>
  unlearningWorkOf(model, method, withBatch(params, method, forget), {
    ...{ forget: forget.length, retain: retain.length, calibration: calibration.length, earlier: earlier.length },
    longest: Math.max(longestOf(forget, retain, calibration, earlier), longestOther),
    answers: forget.reduce((sum, row) => sum + answerLength(row), 0),
  });

interface Sizes {
  forget: number;
  retain: number;
  calibration: number;
  earlier?: number;
  longest: number;
  /** Answer tokens of the forget set; by default as many as its rows can have. */
  answers?: number;
}

/** The same before there are rows, by batches that are named: how many of each set there will be, and tokens of the longest. */
export function unlearningWorkOf(
  model: Model,
  method: LossMethod,
  params: UnlearningParams,
  sizes: Sizes,
): PlannedWork {
  const own = stepWorkOf(model, { method, params }, sizes);
  const goal = repairOf(method, params);
  if (goal === null) return own;
  // what has no retain half is repaired by a loss that has one
  const repair = stepWorkOf(model, goal, sizes);
  return {
    ...own,
    at(microBatch) {
      const work = own.at(microBatch);
      return { ...work, rows: Math.max(work.rows, repair.at(microBatch).rows) };
    },
  };
}

/** Steps of one goal alone. */
export function stepWorkOf(model: Model, { method, params }: Goal, sizes: Sizes): PlannedWork {
  const needs = method.needs(params as never);
  if (needs.includes('hidden-states')) steeredLayer(model.architecture, model.config, params.layer as number);
  const asksStrangers = sizes.calibration > 0 && model.architecture.task !== 'classification';
  const standIns = needs.includes('stand-in-logits') && asksStrangers;
  const taught = needs.includes('forget-teacher-logits') || standIns;
  const kept = (sizes.answers ?? sizes.forget * sizes.longest) * model.architecture.vocabSize(model.config);
  const forget = Math.min(params.forget_batch, sizes.forget);
  const retain = Math.min(params.retain_batch, sizes.retain);
  const { earlier = 0 } = sizes;
  const held = guardedRows(params.forget_batch, earlier);
  const time = widthOf(model, sizes.longest);
  const larger = Math.max(forget, retain);
  return {
    ...{ microBatch: params.micro_batch, rows: larger, mayAdapt: model.architecture.task !== 'classification' },
    at(microBatch) {
      const parts = partsOf(larger, microBatch);
      const each = (rows: number, need: boolean) => (need ? Math.ceil(rows / parts) : 0);
      const retained = each(retain, needs.includes('retain'));
      const answered = needs.includes('reference-logits') ? retained : 0;
      return {
        ...{ architecture: model.architecture, config: model.config, trains: params },
        ...{
          rows: each(forget, true) + retained + each(forget, otherAnswersOf(needs) !== null) + each(held, held > 0),
          time,
          split: parts > 1,
        },
        referenceRows: answered + each(forget, needs.includes('forget-reference-logits')),
        ...(needs.includes('reference-states') ? { stateRows: retained } : {}),
        ...(taught ? { taught: { rows: each(forget, true), kept } } : {}),
        masked: needs.includes('saliency-mask'),
        scoredRows: Math.max(sizes.forget, sizes.calibration, earlier),
      };
    },
  };
}

/** The edit itself; its repair is an unlearning of its own. */
export const editWork = (
  model: Model,
  method: EditMethod,
  params: EditOptions & Record<string, unknown>,
  { forget, retain }: { forget: TokenRow[]; retain: TokenRow[] },
): PlannedWork =>
  editWorkOf(model, method, withBatch(params, {}, forget), {
    ...{ forget: forget.length, retain: retain.length, longest: longestOf(forget, retain) },
  });

/** The same before there are rows, by batches that are named. */
export function editWorkOf(
  model: Model,
  method: EditMethod,
  params: EditOptions & Record<string, unknown>,
  sizes: { forget: number; retain: number; longest: number },
): PlannedWork {
  const { vectors, group, descends } = method.memory(params as never);
  const most = Math.max(sizes.forget, sizes.retain);
  const rows = Math.min(descends ? Math.max(params.forget_batch, PASS_ROWS) : PASS_ROWS, most);
  const { architecture, config } = model;
  return {
    ...{ microBatch: params.micro_batch, rows, mayAdapt: false },
    at: (microBatch) => ({
      ...{ architecture, config, trains: { ...TRAIN_ALL, trainable: params.trainable } },
      // a group is never taken in parts: its gradient is raised to a power
      rows: Math.max(group, Math.ceil(rows / partsOf(rows, microBatch))),
      ...{ time: widthOf(model, sizes.longest), split: true, referenceRows: 0, scoredRows: most },
      ...{ vectors, moments: descends },
    }),
  };
}

/** Of an edit: the parent is still there beside what was made of it. */
export const besideParent = (work: PlannedWork): PlannedWork => ({
  ...work,
  mayAdapt: false,
  at: (microBatch) => ({ ...work.at(microBatch), vectors: 1 }),
});

export const repairWork = (...given: Parameters<typeof unlearningWork>): PlannedWork =>
  besideParent(unlearningWork(...given));
