// Parameters that every step-by-step method shares, and the retain term most of them add.
import Type, { type Static } from 'typebox';
import { StringEnum } from '../domain/common.ts';
import type { Tensor, Tf } from '../domain/engine.ts';
import type { LossBatch, Need } from '../domain/method.ts';
import { trainableOptions } from '../domain/trainable.ts';
import { klToReference, meanOverTokens, tokenLoss } from './losses.ts';

export const stepOptions = {
  learning_rate: Type.Number({
    ...{ minimum: 0, maximum: 1, default: 0 },
    description: 'AdamW step size. 0: chosen by the size of the model and by what trains; the plan of a run says which',
  }),
  forget_batch: Type.Integer({
    ...{ minimum: 0, maximum: 4096, default: 0 },
    description: 'Forget records a step. 0: chosen by how long they are; the plan of a run says how many',
  }),
  retain_batch: Type.Integer({
    ...{ minimum: 0, maximum: 4096, default: 0 },
    description: 'Retain records a step. 0: half as many as forget records',
  }),
  micro_batch: Type.Integer({
    ...{ minimum: 0, maximum: 4096, default: 0 },
    description:
      'Rows of the larger half in memory at a time; a batch of more is taken in parts, with the same result. 0: all',
  }),
  max_steps: Type.Integer({ minimum: 1, maximum: 1_000_000, default: 600, description: 'Upper bound of steps' }),
  max_seconds: Type.Number({
    ...{ minimum: 0, maximum: 1_000_000, default: 0 },
    description:
      'Seconds after which forgetting ends with the step that is under way, as at the bound of steps; a run that starts again counts anew. 0: as long as the run may take',
  }),
  utility_floor: Type.Number({
    ...{ minimum: 0, maximum: 1, default: 0 },
    description:
      'Share of what the parent recalls of a sample of the retain records, below which forgetting ends and repair begins. 0: however little is left',
  }),
  repair_steps: Type.Integer({
    minimum: 0,
    maximum: 1_000_000,
    default: 30,
    description:
      'Retain steps after forgetting ended, with the forget hinge kept on; of a method without a retain term by the loss of grad-diff. 0: none',
  }),
  hinge: Type.Boolean({
    default: true,
    description:
      'Release a forget token once it costs what it costs for never-seen people, so that it is not pushed beyond',
  }),
  clip_norm: Type.Number({ exclusiveMinimum: 0, default: 1, description: 'Global gradient norm' }),
  ...trainableOptions,
};
export const StepOptions = Type.Object(stepOptions);
export type StepOptions = Static<typeof StepOptions>;

const { learning_rate, forget_batch, retain_batch, micro_batch, repair_steps, clip_norm, trainable } = stepOptions;

/** Of methods that edit weights: what may change, and the repair that follows. Adapters are no part of the weights. */
export const editOptions = {
  learning_rate: Type.Number({ ...learning_rate, description: 'AdamW step size of repair' }),
  ...{ forget_batch, retain_batch },
  micro_batch: Type.Integer({ ...micro_batch, description: 'Rows in memory at a time, with the same result. 0: all' }),
  repair_steps: Type.Integer({
    ...repair_steps,
    description:
      'Retain steps after the edit, under the forget hinge: what is still known too well is pushed on. 0: none',
  }),
  clip_norm,
  trainable: Type.Array(trainable.items, {
    ...{ maxItems: 100, default: [] },
    description: 'Names of weights that may change, `*` for any text (`transformer.h.*.mlp.*`); none: all',
  }),
};
export const EditOptions = Type.Object(editOptions);
export type EditOptions = Static<typeof EditOptions>;

export const retainOptions = {
  gamma: Type.Number({ minimum: 0, maximum: 1000, default: 1, description: 'Weight of the forget term' }),
  alpha: Type.Number({ minimum: 0, maximum: 1000, default: 1, description: 'Weight of the retain term' }),
  retain_loss: StringEnum(
    ['nll', 'kl'] as const,
    'nll: answer likelihood; kl: stay near the parent’s distribution',
    'nll',
  ),
  kl_positions: StringEnum(
    ['answer', 'all'] as const,
    'Positions of the KL term: those of answers, or all of a record without its padding',
    'answer',
  ),
};
const RetainOptions = Type.Object(retainOptions);
export type RetainOptions = Static<typeof RetainOptions>;

export const temperature = (fallback: number) =>
  Type.Number({
    ...{ exclusiveMinimum: 0, maximum: 100, default: fallback },
    description: 'Logits of both sides are divided by it before they are compared; above 1 rare tokens count more',
  });

/** Of methods that need hidden states; the step reads it by this name. */
export const layerOptions = {
  layer: Type.Integer({
    ...{ minimum: 0, maximum: 1000, default: 0 },
    description: 'Layer whose hidden states are steered, counted from 1. 0: the middle one',
  }),
};

/** Of methods that need a saliency mask; the step reads it by this name. */
export const maskOptions = {
  mask_share: Type.Number({
    ...{ exclusiveMinimum: 0, maximum: 1, default: 0.5 },
    description: 'Share of the weights that train: those by which the loss of the forget set is steepest in the parent',
  }),
};

/** Of methods that teach other answers. */
export const otherAnswers = (count: number) =>
  Type.Integer({
    ...{ minimum: 1, maximum: 100, default: count },
    description: 'Other answers to choose from for each forget record, one at a time; drawn by the seed of the run',
  });

/** Of methods that teach other answers and push no true one. */
export const withinOption = Type.Boolean({
  default: true,
  description:
    'Other answers also begin within the true one; otherwise whoever is given its first words is told the rest as before',
});

/** The half with other answers. */
export function alternativeOf(alternative: LossBatch | undefined, method: string): LossBatch {
  if (alternative === undefined) throw new Error(`${method} needs other answers`);
  return alternative;
}

export function retainNeeds(params: { alpha: number; retain_loss: 'nll' | 'kl' }): Need[] {
  if (params.alpha === 0) return [];
  return params.retain_loss === 'kl' ? ['retain', 'reference-logits'] : ['retain'];
}

/** gamma * forget + alpha * retain; the retain half is absent when no retain set is given. */
export function withRetain(tf: Tf, params: RetainOptions, forget: Tensor, retain: LossBatch | null): Tensor {
  const weighted = tf.mul(forget, params.gamma);
  if (retain === null || params.alpha === 0) return weighted;
  const term =
    params.retain_loss === 'kl'
      ? klToReference(tf, retain, params.kl_positions)
      : meanOverTokens(tf, tokenLoss(tf, retain));
  return tf.add(weighted, tf.mul(term, params.alpha));
}
