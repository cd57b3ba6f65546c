// What a training or an unlearning run asks of the memory, from its options and the lengths of its rows.
import type { Architecture, Classifier } from '../domain/architecture.ts';
import type { EditMethod, LossMethod } from '../domain/method.ts';
import type { TrainingOptions } from '../domain/recipe.ts';
import { TRAIN_ALL } from '../domain/trainable.ts';
import type { EditOptions, StepOptions } from '../methods/options.ts';
import { paddedWidth, type TokenRow } from './batches.ts';
import { PASS_ROWS } from './edit-passes.ts';
import type { MemoryWork } from './memory-plan.ts';
import { partsOf } from './micro-batches.ts';

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
function widthOf({ architecture, config }: Model, ...sets: readonly TokenRow[][]): number {
  const longest = sets.flat().reduce((most, { ids }) => Math.max(most, ids.length), 1);
  return paddedWidth(longest, architecture.contextLength(config));
}

export function trainingWork(model: Model, options: TrainingOptions, rows: TokenRow[], mayAdapt = true): PlannedWork {
  const batch = Math.min(options.batch_size, rows.length);
  const time = widthOf(model, rows);
  return {
    ...{ microBatch: options.micro_batch ?? 0, rows: batch, mayAdapt },
    at(microBatch) {
      const parts = partsOf(batch, microBatch);
      return {
        ...{ architecture: model.architecture, config: model.config, trains: options.trains ?? TRAIN_ALL },
        ...{ rows: Math.ceil(batch / parts), time, split: parts > 1, referenceRows: 0, scoredRows: rows.length },
      };
    },
  };
}

export function unlearningWork(
  model: Model,
  method: LossMethod,
  params: StepOptions & Record<string, unknown>,
  sets: { forget: TokenRow[]; retain: TokenRow[]; calibration: TokenRow[] },
): PlannedWork {
  const needs = method.needs(params as never);
  const forget = Math.min(params.forget_batch, sets.forget.length);
  const retain = Math.min(params.retain_batch, sets.retain.length);
  const time = widthOf(model, sets.forget, sets.retain, sets.calibration);
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
        ...{ rows: each(forget, true) + retained, time, split: parts > 1 },
        referenceRows: answered + each(forget, needs.includes('forget-reference-logits')),
        scoredRows: Math.max(sets.forget.length, sets.calibration.length),
      };
    },
  };
}

/** The edit itself; its repair is an unlearning of its own. */
export function editWork(
  model: Model,
  method: EditMethod,
  params: EditOptions & Record<string, unknown>,
  sets: { forget: TokenRow[]; retain: TokenRow[] },
): PlannedWork {
  const { vectors, group, descends } = method.memory(params as never);
  const most = Math.max(sets.forget.length, sets.retain.length);
  const rows = Math.min(descends ? Math.max(params.forget_batch, PASS_ROWS) : PASS_ROWS, most);
  const { architecture, config } = model;
  return {
    ...{ microBatch: params.micro_batch, rows, mayAdapt: false },
    at: (microBatch) => ({
      ...{ architecture, config, trains: { ...TRAIN_ALL, trainable: params.trainable } },
      // a group is never taken in parts: its gradient is raised to a power
      rows: Math.max(group, Math.ceil(rows / partsOf(rows, microBatch))),
      ...{ time: widthOf(model, sets.forget, sets.retain), split: true, referenceRows: 0, scoredRows: most },
      ...{ vectors, moments: descends },
    }),
  };
}

/** Of an edit: the parent is still there beside what was made of it. */
export function repairWork(...[model, method, params, sets]: Parameters<typeof unlearningWork>): PlannedWork {
  const work = unlearningWork(model, method, params, sets);
  return { ...work, mayAdapt: false, at: (microBatch) => ({ ...work.at(microBatch), vectors: 1 }) };
}
