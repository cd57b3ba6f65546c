// Steps on a backend that computes at once: the oracle of the tests, and any backend that others bring.
import {
  type CompiledStep,
  type Engine,
  type HostTensor,
  type HostTensors,
  PASS_TOKENS,
  type State,
  type Tensor,
  type Tensors,
  threadTokens,
} from '../domain/engine.ts';
import { toHost } from './onnxruntime/node.ts';
import { storePlaces } from './places.ts';
import { tf, useBackend } from './tfjs.ts';

class EagerState implements State {
  readonly tensors = new Map<string, Tensor>();
  constructor(initial: HostTensors) {
    this.write(initial);
  }
  async read(names = [...this.tensors.keys()]): Promise<HostTensors> {
    const read = async (name: string): Promise<[string, HostTensor]> => {
      const tensor = this.tensors.get(name);
      if (tensor === undefined) throw new Error(`the state has no tensor ${name}`);
      return [name, await toValue(tensor)];
    };
    return Object.fromEntries(await Promise.all(names.map(read)));
  }
  write(tensors: HostTensors): void {
    for (const [name, value] of Object.entries(tensors)) this.set(name, tf.keep(toTensor(value)));
  }
  remove(names: string[]): void {
    for (const name of names) {
      this.tensors.get(name)?.dispose();
      this.tensors.delete(name);
    }
  }
  set(name: string, tensor: Tensor): void {
    this.tensors.get(name)?.dispose();
    this.tensors.set(name, tensor);
  }
  dispose(): void {
    for (const tensor of this.tensors.values()) tensor.dispose();
    this.tensors.clear();
  }
}

// tfjs keeps and hands out the very array on `cpu`: copies, so that no caller shares memory with a tensor
const toTensor = (value: HostTensor): Tensor => tf.tensor(value.data.slice(), value.shape, value.dtype);
async function toValue(tensor: Tensor): Promise<HostTensor> {
  const data = (await tensor.data()) as ArrayLike<number>;
  const value = toHost(data, tensor.shape, tensor.dtype as HostTensor['dtype']);
  return { ...value, data: value.data.slice() };
}

/** Values of tensors, which are disposed of. */
async function take(tensors: Tensors): Promise<HostTensors> {
  const values = Object.entries(tensors).map(async ([key, tensor]): Promise<[string, HostTensor]> => {
    const value = await toValue(tensor);
    tensor.dispose();
    return [key, value];
  });
  return Object.fromEntries(await Promise.all(values));
}

/** The engine on a TensorFlow.js backend by its registered name, for example `cpu`. */
export async function createEagerEngine(name: string, backendName: string): Promise<Engine> {
  if (!(await tf.setBackend(backendName))) throw new Error(`TensorFlow.js has no backend ${backendName} here`);
  await tf.ready();
  const stats = { compileMs: 0, runMs: 0, runs: 0, sessions: 0 };
  return {
    name,
    tf,
    passTokens: backendName === 'cpu' ? threadTokens(1) : PASS_TOKENS,
    createState: (tensors) => new EagerState(tensors),
    compileStep(fn, state): CompiledStep {
      const memory = state as EagerState;
      return async (feeds) => {
        await useBackend(backendName);
        const started = performance.now();
        const result = tf.tidy(() => {
          const inputs: Tensors = Object.fromEntries(
            Object.entries(feeds).map(([key, value]) => [key, toTensor(value)]),
          );
          const { outputs, state: updates, places } = fn(Object.fromEntries(memory.tensors), inputs);
          // a clone each, so that replacing the state never frees a tensor that is also an output
          const clone = (tensors: Tensors) =>
            Object.fromEntries(Object.entries(tensors).map(([key, tensor]) => [key, tf.keep(tf.clone(tensor))]));
          const stored = places && { at: clone({ at: places.at }), values: clone(places.values) };
          return { outputs: clone(outputs), updates: clone(updates ?? {}), stored };
        });
        for (const [key, tensor] of Object.entries(result.updates)) memory.set(key, tensor);
        if (result.stored) {
          const [{ at }, values] = [await take(result.stored.at), await take(result.stored.values)];
          const targets = await memory.read(Object.keys(values));
          storePlaces(targets, { at: at!, values });
          memory.write(targets);
        }
        const values = await take(result.outputs);
        stats.runMs += performance.now() - started;
        stats.runs++;
        return values;
      };
    },
    stats: () => ({ ...stats }),
    async dispose() {},
  };
}
