// The tensors of a training: what trains has a gradient and moments, the rest is read by every step and written by none.
import type { Learner } from '../domain/architecture.ts';
import type { HostTensors, State, Tensors } from '../domain/engine.ts';
import { ADAPTER_SCALE } from '../domain/lora.ts';
import type { TrainableOptions } from '../domain/trainable.ts';
import { initialMoments } from './adamw.ts';
import { adapterScale, initialAdapters, mergeAdapters, scaleOf } from './lora.ts';
import { planTrainable } from './trainable.ts';

const PARENT = 'parent:';

export interface TrainedStateInputs {
  architecture: Learner;
  config: unknown;
  weights: HostTensors;
  options: TrainableOptions;
  /** Of the adapters' start. */
  seed: number;
  /** The adapters' start itself, in place of one by the seed. */
  adapters?: HostTensors;
  /** Whether steps look at the weights as they were at the start. */
  withParent?: boolean;
}

export interface TrainedState {
  /** What a state starts from. */
  initial: HostTensors;
  /** Of what gradients are taken by. */
  shapes: Record<string, number[]>;
  /** What gradients are taken by. */
  trained(tensors: Tensors): Tensors;
  /** What a forward pass is given: `trained` in place of what the state holds. */
  model(tensors: Tensors, trained: Tensors): Tensors;
  /** The weights at the start: frozen ones are not held twice, and without its adapters a model is its own parent. */
  parent(tensors: Tensors): Tensors;
  /** Weights in the layout of the checkpoint, adapters merged; those that did not train are the objects that were given. */
  weights(state: State): Promise<HostTensors>;
  /** Adapters as they are in the state; none without them. */
  adapters(state: State): Promise<HostTensors>;
}

const pick = <T>(record: Record<string, T>, names: readonly string[], prefix = ''): Record<string, T> =>
  Object.fromEntries(names.map((name) => [name, record[prefix + name]!]));

const renamed = <T>(record: Record<string, T>, prefix: string): Record<string, T> =>
  Object.fromEntries(Object.entries(record).map(([name, value]) => [prefix + name, value]));

const shapesOf = (tensors: HostTensors): Record<string, number[]> =>
  Object.fromEntries(Object.entries(tensors).map(([name, { shape }]) => [name, shape]));

/** Throws `validation-failed` for options that do not fit the model. */
export function createTrainedState(inputs: TrainedStateInputs): TrainedState {
  const { architecture, config, weights, options } = inputs;
  const plan = planTrainable(architecture, config, options);
  const training = new Set(plan.weights);
  const all = Object.keys(weights);
  const changing = all.filter((name) => training.has(name));
  const adapterNames = Object.keys(plan.adapters);
  const withAdapters = adapterNames.length > 0;
  // in the plan's order, wherever they come from: the norm of the gradient is a sum over them in turn
  const start = inputs.adapters ? pick(inputs.adapters, adapterNames) : initialAdapters(plan.adapters, inputs.seed);
  const trains = { ...pick(weights, changing), ...start };
  const readOnly = [...all, ...(withAdapters ? [ADAPTER_SCALE] : [])];
  const copies = inputs.withParent ? changing : [];
  // what trains is in the state from the start: kept here as well, it would be held twice for as long as the training lasts
  // (functions below share one scope: none of them, nor any in this one, may use `weights` or `trains`)
  const frozenNames = all.filter((name) => !training.has(name));
  const frozen = pick(weights, frozenNames);
  const trainedNames = Object.keys(trains);

  return {
    initial: {
      ...weights,
      ...trains,
      ...(withAdapters ? adapterScale(scaleOf(options)) : {}),
      ...initialMoments(trains),
      ...renamed(pick(weights, copies), PARENT),
    },
    shapes: shapesOf(trains),
    trained: (tensors) => pick(tensors, trainedNames),
    model: (tensors, trained) => ({ ...pick(tensors, readOnly), ...trained }),
    parent: (tensors) => ({ ...pick(tensors, all), ...pick(tensors, copies, PARENT) }),
    async weights(state) {
      const trained = await state.read(changing);
      const now = Object.fromEntries(all.map((name) => [name, trained[name] ?? frozen[name]!]));
      const adapters = await state.read(adapterNames);
      return withAdapters ? mergeAdapters(now, adapters, scaleOf(options), architecture.projections(config)) : now;
    },
    adapters: (state) => state.read(adapterNames),
  };
}
