// What a step's function is traced with, and what it returned as outputs of a graph.
import type { HostTensors, StepFunction, StepResult, Tensor, Tensors } from '../../domain/engine.ts';
import { tf, useBackend } from '../tfjs.ts';
import { BACKEND_NAME, type OnnxBackend } from './backend.ts';
import { placed } from './device-places.ts';
import type { Root } from './in-place.ts';
import type { LazyNode } from './node.ts';
import type { StepState, Update } from './state.ts';

/** Two calls of a step with the same signature share a trace. */
export const signature = (feeds: HostTensors): string =>
  Object.entries(feeds)
    .map(([name, value]) => `${name}:${value.dtype}[${value.shape}]`)
    .sort()
    .join(';');

/** What a step returned, as outputs of a graph. State on a device takes new places as new values. */
function rootsOf(result: StepResult, state: Tensors, nodeOf: (tensor: Tensor) => LazyNode, onDevice: boolean) {
  const roots: Root[] = [];
  const names = { outputs: [] as string[], updates: [] as Update[], places: [] as string[] };
  const update = (name: string, tensor: Tensor) => {
    roots.push({ name: `update:${name}`, node: nodeOf(tensor) });
    names.updates.push({ name, shape: tensor.shape, dtype: tensor.dtype, inPlace: false });
  };
  for (const [name, tensor] of Object.entries(result.outputs)) {
    roots.push({ name: `output:${name}`, node: nodeOf(tensor) });
    names.outputs.push(name);
  }
  for (const [name, tensor] of Object.entries(result.state ?? {})) update(name, tensor);
  if (result.places === undefined) return { roots, names };
  const { at, values } = result.places;
  if (!onDevice) roots.push({ name: 'places', node: nodeOf(at) });
  for (const [name, tensor] of Object.entries(values)) {
    if (onDevice) update(name, placed(tf, state[name]!, at, tensor));
    else {
      roots.push({ name: `places:${name}`, node: nodeOf(tensor) });
      names.places.push(name);
    }
  }
  return { roots, names };
}

/** Runs `fn` on named inputs: `state:` and `feed:`. */
export async function traceStep(
  backend: OnnxBackend,
  fn: StepFunction,
  [state, feeds]: [StepState, HostTensors],
  onDevice: boolean,
): Promise<ReturnType<typeof rootsOf>> {
  await useBackend(BACKEND_NAME);
  const input = (name: string, dtype: string, shape: readonly number[]): Tensor => {
    const node = { kind: 'input', name, dtype, shape: [...shape] } as LazyNode;
    const { dataId } = backend.tensor(node);
    return tf.engine().makeTensorFromDataId(dataId, node.shape, node.dtype, backend);
  };
  tf.engine().startScope('step');
  try {
    const stateTensors: Tensors = {};
    for (const [name, value] of state.tensors) stateTensors[name] = input(`state:${name}`, value.type, value.dims);
    const feedTensors: Tensors = {};
    for (const [name, value] of Object.entries(feeds))
      feedTensors[name] = input(`feed:${name}`, value.dtype, value.shape);
    return rootsOf(fn(stateTensors, feedTensors), stateTensors, (tensor) => backend.node(tensor), onDevice);
  } finally {
    tf.engine().endScope();
  }
}
