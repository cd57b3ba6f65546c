// Compiled steps: a pure function traced once a feed signature, then replayed as one session run.
import type {
  CompiledStep,
  Engine,
  HostTensors,
  StepFunction,
  StepResult,
  Tensor,
  Tensors,
} from '../../domain/engine.ts';
import { tf } from '../tfjs.ts';
import { BACKEND_NAME, OnnxBackend } from './backend.ts';
import { placed } from './device-places.ts';
import { DeviceState, Transfers } from './device-state.ts';
import './kernels/index.ts';
import { type Root, safeInPlace } from './in-place.ts';
import { type LazyNode, leaf } from './node.ts';
import type { ProviderOptions } from './provider.ts';
import { CACHED_SESSIONS, fromOrt, type OrtTensor, type Program, Sessions, toOrt } from './sessions.ts';
import { OnnxState, type StepState, type Update } from './state.ts';

interface Trace {
  program: Program;
  outputs: string[];
  updates: Update[];
  /** State tensors of which some places get new values. */
  places: string[];
}

const signature = (feeds: HostTensors): string =>
  Object.entries(feeds)
    .map(([name, value]) => `${name}:${value.dtype}[${value.shape}]`)
    .sort()
    .join(';');

/** What a program reads, by input name: `state:` from the state, `feed:` from the feeds. */
async function inputsOf(program: Program, memory: StepState, feeds: HostTensors): Promise<Record<string, OrtTensor>> {
  const parts = program.inputs.map((name) => [name, name.slice(name.indexOf(':') + 1)] as const);
  const isState = (name: string) => name.startsWith('state:');
  await memory.prepare(parts.flatMap(([name, rest]) => (isState(name) ? [rest] : [])));
  return Object.fromEntries(
    parts.map(([name, rest]) => [name, isState(name) ? memory.tensors.get(rest)! : toOrt(feeds[rest]!)]),
  );
}

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

/** The least that a provider computes. */
const PLAIN: LazyNode = {
  ...{ kind: 'op', op: 'Neg', shape: [1], dtype: 'float32', attributes: null, broadcasts: false, elementwise: true },
  inputs: [leaf({ dtype: 'float32', shape: [1], data: Float32Array.of(1) })],
  emit: (builder, inputs) => builder.op('Neg', inputs),
};

/** Kernels are registered under one name, so the newest engine of a process is the one that traces. */
let engines = 0;

/** The engine on an ONNX Runtime execution provider. Throws when the provider does not start. */
export async function createOnnxEngine(options: ProviderOptions): Promise<Engine> {
  const sessions = new Sessions(options);
  if (engines++ > 0) tf.removeBackend(BACKEND_NAME);
  const backend = new OnnxBackend(sessions);
  tf.registerBackend(BACKEND_NAME, () => backend);
  if (!(await tf.setBackend(BACKEND_NAME))) throw new Error('the onnxruntime backend did not start');
  const transfers = options.provider === 'webgpu' ? new Transfers(sessions) : null;
  // the CPU provider cannot fail; another one does at the first session, and should do so here
  if (options.provider !== 'cpu') await sessions.evaluate([PLAIN]);

  /** Runs `fn` on named inputs and compiles what it returns. */
  async function trace(fn: StepFunction, state: StepState, feeds: HostTensors): Promise<Trace> {
    await tf.setBackend(BACKEND_NAME);
    const input = (name: string, dtype: string, shape: readonly number[]): Tensor => {
      const node = { kind: 'input', name, dtype, shape: [...shape] } as LazyNode;
      const { dataId } = backend.tensor(node);
      return tf.engine().makeTensorFromDataId(dataId, node.shape, node.dtype, backend);
    };
    let traced: ReturnType<typeof rootsOf>;
    tf.engine().startScope('step');
    try {
      const stateTensors: Tensors = {};
      for (const [name, value] of state.tensors) stateTensors[name] = input(`state:${name}`, value.type, value.dims);
      const feedTensors: Tensors = {};
      for (const [name, value] of Object.entries(feeds))
        feedTensors[name] = input(`feed:${name}`, value.dtype, value.shape);
      const result = fn(stateTensors, feedTensors);
      traced = rootsOf(result, stateTensors, (tensor) => backend.node(tensor), transfers !== null);
    } finally {
      tf.engine().endScope();
    }
    const { roots, names } = traced;
    const inPlace = safeInPlace(roots);
    for (const update of names.updates) update.inPlace = inPlace.has(`update:${update.name}`);
    return { program: await sessions.compile(roots, names.updates.length + names.places.length > 0), ...names };
  }

  /** Programs of all steps with what forgets them, the most recently used last. */
  const programs = new Map<Program, () => void>();
  async function remember(program: Program, forget: () => void): Promise<void> {
    programs.delete(program);
    programs.set(program, forget);
    if (programs.size <= CACHED_SESSIONS) return;
    const [oldest, forgetOldest] = programs.entries().next().value!;
    programs.delete(oldest);
    forgetOldest();
    await oldest.release();
  }

  return {
    name: `onnxruntime/${options.provider}`,
    tf,
    createState: (tensors) => (transfers === null ? new OnnxState(tensors) : new DeviceState(tensors, transfers)),
    compileStep(fn, state): CompiledStep {
      const memory = state as StepState;
      const traces = new Map<string, Trace>();
      return async (feeds) => {
        const key = signature(feeds);
        let known = traces.get(key);
        if (known === undefined) {
          known = await trace(fn, memory, feeds);
          traces.set(key, known);
        }
        await remember(known.program, () => traces.delete(key));
        const inputs = await inputsOf(known.program, memory, feeds);
        const results = await known.program.run(inputs, memory.targets(known.updates));
        memory.advance(known.updates, results as Record<string, OrtTensor>);
        memory.store(known.places, results as Record<string, OrtTensor>);
        return Object.fromEntries(known.outputs.map((name) => [name, fromOrt(results[`output:${name}`] as OrtTensor)]));
      };
    },
    stats: () => ({ ...sessions.stats }),
    async dispose() {
      await transfers?.dispose();
      await Promise.all([...programs.keys()].map((program) => program.release()));
      programs.clear();
      await sessions.dispose();
    },
  };
}
