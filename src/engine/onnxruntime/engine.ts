// Compiled steps: a pure function traced once a feed signature, then replayed as one session run.
import type { CompiledStep, Engine, HostTensors, StepFunction, Tensor, Tensors } from '../../domain/engine.ts';
import { tf } from '../tfjs.ts';
import { BACKEND_NAME, OnnxBackend } from './backend.ts';
import './kernels/index.ts';
import type { LazyNode } from './node.ts';
import { fromOrt, type OrtTensor, type Program, type SessionOptions, Sessions, toOrt } from './sessions.ts';
import { OnnxState, type Update } from './state.ts';

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

function inputsOf(program: Program, state: OnnxState, feeds: HostTensors): Record<string, OrtTensor> {
  const inputs: Record<string, OrtTensor> = {};
  for (const name of program.inputs) {
    const [kind, rest] = [name.slice(0, name.indexOf(':')), name.slice(name.indexOf(':') + 1)];
    inputs[name] = kind === 'state' ? state.tensors.get(rest)! : toOrt(feeds[rest]!);
  }
  return inputs;
}

/** Kernels are registered under one name, so the newest engine of a process is the one that traces. */
let engines = 0;

/** The engine on an ONNX Runtime execution provider. */
export async function createOnnxEngine(options: SessionOptions): Promise<Engine> {
  const sessions = new Sessions(options);
  if (engines++ > 0) tf.removeBackend(BACKEND_NAME);
  const backend = new OnnxBackend(sessions);
  tf.registerBackend(BACKEND_NAME, () => backend);
  if (!(await tf.setBackend(BACKEND_NAME))) throw new Error('the onnxruntime backend did not start');

  /** Runs `fn` on named inputs and compiles what it returns. */
  async function trace(fn: StepFunction, state: OnnxState, feeds: HostTensors): Promise<Trace> {
    await tf.setBackend(BACKEND_NAME);
    const input = (name: string, dtype: string, shape: readonly number[]): Tensor => {
      const node = { kind: 'input', name, dtype, shape: [...shape] } as LazyNode;
      const { dataId } = backend.tensor(node);
      return tf.engine().makeTensorFromDataId(dataId, node.shape, node.dtype, backend);
    };
    const roots: { name: string; node: LazyNode }[] = [];
    const names = { outputs: [] as string[], updates: [] as Trace['updates'], places: [] as string[] };
    tf.engine().startScope('step');
    try {
      const stateTensors: Tensors = {};
      for (const [name, value] of state.tensors) stateTensors[name] = input(`state:${name}`, value.type, value.dims);
      const feedTensors: Tensors = {};
      for (const [name, value] of Object.entries(feeds))
        feedTensors[name] = input(`feed:${name}`, value.dtype, value.shape);
      const result = fn(stateTensors, feedTensors);
      for (const [name, tensor] of Object.entries(result.outputs)) {
        roots.push({ name: `output:${name}`, node: backend.node(tensor) });
        names.outputs.push(name);
      }
      for (const [name, tensor] of Object.entries(result.state ?? {})) {
        roots.push({ name: `update:${name}`, node: backend.node(tensor) });
        names.updates.push({ name, shape: tensor.shape, dtype: tensor.dtype });
      }
      if (result.places) roots.push({ name: 'places', node: backend.node(result.places.at) });
      for (const [name, tensor] of Object.entries(result.places?.values ?? {})) {
        roots.push({ name: `places:${name}`, node: backend.node(tensor) });
        names.places.push(name);
      }
    } finally {
      tf.engine().endScope();
    }
    return { program: await sessions.compile(roots, names.updates.length + names.places.length > 0), ...names };
  }

  const programs = new Set<Program>();
  return {
    name: `onnxruntime/${options.provider}`,
    tf,
    createState: (tensors) => new OnnxState(tensors),
    compileStep(fn, state): CompiledStep {
      const memory = state as OnnxState;
      const traces = new Map<string, Trace>();
      return async (feeds) => {
        const key = signature(feeds);
        let known = traces.get(key);
        if (known === undefined) {
          known = await trace(fn, memory, feeds);
          traces.set(key, known);
          programs.add(known.program);
        }
        const inputs = inputsOf(known.program, memory, feeds);
        const results = await known.program.run(inputs, memory.spares(known.updates));
        memory.advance(known.updates, results as Record<string, OrtTensor>);
        memory.store(known.places, results as Record<string, OrtTensor>);
        return Object.fromEntries(known.outputs.map((name) => [name, fromOrt(results[`output:${name}`] as OrtTensor)]));
      };
    },
    stats: () => ({ ...sessions.stats }),
    async dispose() {
      await Promise.all([...programs].map((program) => program.release()));
      programs.clear();
      await sessions.dispose();
    },
  };
}
