// Runs a method that edits weights: its passes, and then the repair that methods of steps have too, with the hinge kept on.
import type { UpdateLog } from '../domain/edit.ts';
import { elementCount, type HostTensors } from '../domain/engine.ts';
import type { EditMethod } from '../domain/method.ts';
import { TRAIN_ALL } from '../domain/trainable.ts';
import { ExpungeError } from '../errors.ts';
import { fillParams } from '../methods/index.ts';
import type { EditOptions, StepOptions } from '../methods/options.ts';
import { withBatch } from './batch-size.ts';
import { createEditPasses } from './edit-passes.ts';
import { notFinite } from './edit-state.ts';
import { type Recall, recallOf } from './rehearsal.ts';
import { planTrainable } from './trainable.ts';
import { type UnlearnInputs, type UnlearnOutcome, unlearn } from './unlearn.ts';

/** Retain rows that the trace's losses before and after the edit are measured on. */
export const TRACED_ROWS = 256;

export type EditInputs = Omit<UnlearnInputs, 'method' | 'params' | 'edited'> & {
  method: EditMethod;
  params: EditOptions & Record<string, unknown>;
  /** Whose loss repair goes on with: it keeps the rest, and pushes what the hinge has not released. */
  repair: UnlearnInputs['method'];
  /** Of the training that made the model, where the method needs it. */
  updates?: UpdateLog;
};

/** The options of the repair that follows an edit with these. */
export function repairParams(
  repair: EditInputs['repair'],
  { learning_rate, forget_batch, retain_batch, micro_batch, repair_steps, clip_norm, trainable }: EditOptions,
): StepOptions & Record<string, unknown> {
  const given = { learning_rate, forget_batch, retain_batch, micro_batch, repair_steps, clip_norm, trainable };
  return fillParams(repair.name, given) as StepOptions & Record<string, unknown>;
}

/** Throws where a method hands back what is no new value of a weight that may change. */
function assertEdit(method: string, parent: HostTensors, names: readonly string[], edited: HostTensors): void {
  for (const [name, { data }] of Object.entries(edited)) {
    const size = parent[name] && elementCount(parent[name].shape);
    if (!names.includes(name) || data.length !== size)
      throw new Error(`${method} gave back ${name}, which is not its own`);
  }
  const broken = notFinite(edited);
  if (broken) throw new ExpungeError('compute-failed', `${broken} is not finite after ${method}: make it gentler.`);
}

/** The edited weights, and what the parent recalled of the retained before: repair is to bring that back. */
async function editOnly(inputs: EditInputs): Promise<{ weights: HostTensors; edited: Recall }> {
  const { architecture, config, method, params, weights, seed, signal, updates } = inputs;
  const trainable = planTrainable(architecture, config, { ...TRAIN_ALL, trainable: params.trainable }).weights;
  const count = { done: 0, known: 0 };
  const passes = createEditPasses({
    ...{ engine: inputs.engine, architecture, config, weights, trainable, sets: inputs.sets, seed },
    microBatch: params.micro_batch,
    ...(signal ? { signal } : {}),
    onPass(done, known) {
      Object.assign(count, { done, known });
      report(null, null);
    },
  });
  const report = (forgetLoss: number | null, retainLoss: number | null) =>
    inputs.onProgress?.({
      ...{ phase: 'unlearning', step: count.done, steps: count.known },
      ...{ forgetLoss, retainLoss, forgetTarget: null },
    });
  try {
    const recalled = await recallOf(inputs, passes.scorer(weights));
    const edited = await method.edit(
      { weights, trainable, passes, seed, ...(updates ? { updates } : {}), ...(signal ? { signal } : {}) },
      params as never,
    );
    assertEdit(method.name, weights, trainable, edited);
    report(await passes.loss(edited, 'forget'), await passes.loss(edited, 'retain', { rows: TRACED_ROWS }));
    return { weights: { ...weights, ...edited }, edited: recalled };
  } finally {
    passes.release();
  }
}

/** Edits and repairs; `steps` are those of repair. Throws as the method does, and as `unlearn`. */
export async function editWeights(inputs: EditInputs): Promise<UnlearnOutcome> {
  const { method: _, updates: __, repair, params: asked, ...rest } = inputs;
  const params = withBatch(asked, {}, inputs.sets.forget);
  const edited = await editOnly({ ...inputs, params });
  return unlearn({ ...rest, ...edited, method: repair, params: repairParams(repair, params) });
}
