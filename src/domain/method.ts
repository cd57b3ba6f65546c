// What an unlearning method is. A method is one file of pure functions and one line in methods/registry.ts.
import type { Static, TObject } from 'typebox';
import type { EditGiven, EditMemory, EditSet, EditWork } from './edit.ts';
import type { HostTensors, Tensor, Tf } from './engine.ts';
import type { Guarantee } from './verification.ts';

export type Family = 'example-based' | 'gradient-based' | 'optimization-based';

/**
 * What a part of a batch has to know of the whole half, so that the losses and gradients of the parts add up to its own:
 * a mean is a sum over the part, divided by the count of the whole.
 */
export interface BatchPart {
  /** Scalar: answer tokens of the whole half. */
  tokens: Tensor;
  /** Scalar: its rows. */
  rows: Tensor;
  /** Scalar: those of them that have more than one answer token. */
  longer: Tensor;
  /** Scalar: its positions up to the last label of each row. */
  positions: Tensor;
  /** (B) 1 for its rows, 0 for rows that only make the part complete; these have no labels. */
  real: Tensor;
}

/** One half of a training batch as a loss sees it. B rows, T positions, V vocabulary. */
export interface LossBatch {
  /** (B, T, V); position t predicts label t + 1. */
  logits: Tensor;
  /** (B, T) int32; -100 where the loss does not look. */
  labels: Tensor;
  /**
   * (B, T - 1) 1 where the token still counts, 0 where the hinge released it: then it is a constant to the gradient.
   * Absent: every token counts.
   */
  active?: Tensor;
  /** (B, T, V) of the parent checkpoint; present when `needs` names `reference-logits`, of the forget half when it names `forget-reference-logits`. */
  referenceLogits?: Tensor;
  /**
   * (B) summed answer log-probability under the parent, of the forget and the alternative half; present when `needs` names
   * `reference-log-probability`.
   */
  referenceLogProb?: Tensor;
  /**
   * (B, T, V) of a model that has learned nothing, where an answer's token is predicted; of the forget half when `needs` names
   * `forget-teacher-logits`.
   */
  teacherLogits?: Tensor;
  /**
   * (B, T, V) of the parent where a stranger who stands in is asked the same, and (B, T - 1) 1 where that is worth imitating; of the forget
   * half when `needs` names `stand-in-logits` and somebody is known to be a stranger.
   */
  standInLogits?: Tensor;
  imitated?: Tensor;
  /** (B, T, D) hidden states after the layer that the parameter `layer` names; present when `needs` names `hidden-states`. */
  states?: Tensor;
  /** (B, T, D) the parent's; of the retain half when `needs` names `reference-states`. */
  referenceStates?: Tensor;
  /** (D) of length 1, drawn by the run's seed; of the forget half when `needs` names `hidden-states`. */
  direction?: Tensor;
  /** Scalar: mean length of the parent's hidden states of the forget set; of the forget half when `needs` names `state-length`. */
  stateLength?: Tensor;
  /** Absent: this is the whole half. */
  part?: BatchPart;
}

/** Forgetting, until the forgotten are strangers; then bringing back what that took from the rest. */
export type StepPhase = 'unlearning' | 'repairing';

/** Where a run stands when its dial is turned. */
export interface DialPosition {
  phase: StepPhase;
  /** Counts from 1. */
  step: number;
  /** Steps in which every forget record is seen once. */
  epoch: number;
  /** Of the step before: the dial, and the mean retain loss that the step began with; null before the first step. */
  before: { dial: number; retainLoss: number } | null;
  /** Mean retain loss of the parent, nats a token; present when `needs` names `retain-loss`. */
  parentLoss?: number;
}

/**
 * Other answers to the forgotten prompts: refusals of our own wording, the parent's own answers at temperature 1, or labels of others
 * (another class, the answer of a retain record that asks nearly the same).
 */
export const OTHER_ANSWERS = ['refusals', 'alternatives', 'other-labels'] as const;
export type OtherAnswers = (typeof OTHER_ANSWERS)[number];

export type Need =
  | 'retain'
  | 'reference-logits'
  | 'forget-reference-logits'
  | 'reference-log-probability'
  | 'forget-teacher-logits'
  | 'stand-in-logits'
  | 'hidden-states'
  | 'reference-states'
  | 'state-length'
  /** Only the share `mask_share` of the weights trains that the forget loss is steepest by. */
  | 'saliency-mask'
  | 'retain-loss'
  | OtherAnswers
  | 'recipe'
  | 'slices'
  | 'updates';

/** Which other answers a method teaches; null: none. */
export const otherAnswersOf = (needs: readonly Need[]): OtherAnswers | null =>
  OTHER_ANSWERS.find((one) => needs.includes(one)) ?? null;

interface MethodBase<Name extends string, Params extends TObject> {
  name: Name;
  family: Family;
  summary: string;
  paper: { title: string; arxiv: string } | null;
  /** What it computes, in plain text: one line a formula. For a person who reads; nothing is derived from it. */
  formula: string;
  /** Work and memory, in passes: F forward, B backward over one half of a batch. */
  cost: string;
  /** When to take it, and when not. */
  when: string;
  params: Params;
  /** The highest class its evidence can reach. */
  guarantee: Guarantee;
}

/** A method that minimises a loss over forget and retain batches, step by step, under the stop rule. */
export interface LossMethod<Name extends string = string, Params extends TObject = TObject>
  extends MethodBase<Name, Params> {
  kind: 'loss';
  /** Retain records a step for each forget record, where `retain_batch` is 0; left out: a half. */
  retainShare?: number;
  needs(params: Static<Params>): Need[];
  /**
   * Scalar to minimise. `alternative`: the forget rows' prompts, row by row, with other answers, all of which count; present when
   * `needs` names other answers. `dial`: a scalar, present where the method turns one.
   */
  loss(
    tf: Tf,
    params: Static<Params>,
    batch: { forget: LossBatch; retain: LossBatch | null; alternative?: LossBatch; dial?: Tensor },
  ): Tensor;
  /**
   * Whether its loss leaves true answers alone in repair, as one that teaches others or returns to the retained does: then repair pushes beside
   * it, or the forgotten come back. Left out: it pushes them itself. The contract of all methods holds this against the gradient.
   */
  restsInRepair?(params: Static<Params>): boolean;
  /** A number that the loss is fed with at every step: a phase, or a weight that hangs on what the steps before came to. */
  dial?(params: Static<Params>, at: DialPosition): number;
}

/** A method that trains again from the recorded recipe, all of it or a part, without the forgotten. */
export interface RetrainMethod<Name extends string = string, Params extends TObject = TObject>
  extends MethodBase<Name, Params> {
  kind: 'retrain';
  needs(params: Static<Params>): Need[];
}

/** A method that works out new weights from the parent's by passes over the sets. A repair under the hinge follows. */
export interface EditMethod<Name extends string = string, Params extends TObject = TObject>
  extends MethodBase<Name, Params> {
  kind: 'edit';
  needs(params: Static<Params>): Need[];
  /** For the plan of the memory, which is made before a weight is read. */
  memory(params: Static<Params>): EditMemory;
  /** For the estimate of the plan, by the rows of the sets. */
  work(params: Static<Params>, rows: Record<EditSet, number>): EditWork;
  /** New values of trainable weights; those left out keep the parent's. */
  edit(given: EditGiven, params: Static<Params>): Promise<HostTensors>;
}

/** A method that is proven for models whose recipe says that their last layer was trained for it. */
export interface CertifiedMethod<Name extends string = string, Params extends TObject = TObject>
  extends MethodBase<Name, Params> {
  kind: 'certified';
  needs(params: Static<Params>): Need[];
}

export type Method<Name extends string = string, Params extends TObject = TObject> =
  | LossMethod<Name, Params>
  | RetrainMethod<Name, Params>
  | EditMethod<Name, Params>
  | CertifiedMethod<Name, Params>;

/** Keeps the literal name and the parameter type. */
export const defineLossMethod = <const Name extends string, Params extends TObject>(
  method: Omit<LossMethod<Name, Params>, 'kind'>,
): LossMethod<Name, Params> => ({ kind: 'loss', ...method });

export const defineRetrainMethod = <const Name extends string, Params extends TObject>(
  method: Omit<RetrainMethod<Name, Params>, 'kind'>,
): RetrainMethod<Name, Params> => ({ kind: 'retrain', ...method });

export const defineEditMethod = <const Name extends string, Params extends TObject>(
  method: Omit<EditMethod<Name, Params>, 'kind'>,
): EditMethod<Name, Params> => ({ kind: 'edit', ...method });

export const defineCertifiedMethod = <const Name extends string, Params extends TObject>(
  method: Omit<CertifiedMethod<Name, Params>, 'kind'>,
): CertifiedMethod<Name, Params> => ({ kind: 'certified', ...method });
