// Compiled steps: a pure function traced once a feed signature, then replayed as one session run.
import {
  type CompiledStep,
  type Engine,
  type HostTensors,
  PASS_TOKENS,
  type StepFunction,
  threadTokens,
} from '../../domain/engine.ts';
import { tf } from '../tfjs.ts';
import { BACKEND_NAME, OnnxBackend } from './backend.ts';
import { DeviceState, Transfers } from './device-state.ts';
import { type PreparedUpdate, prepareHostUpdates, takeHostUpdates } from './host-updates.ts';
import './kernels/index.ts';
import { safeInPlace } from './in-place.ts';
import { type LazyNode, leaf } from './node.ts';
import { ProgramCache } from './program-cache.ts';
import type { ProviderOptions } from './provider.ts';
import {
  CACHED_SESSIONS,
  fromOrt,
  type OrtTensor,
  type Program,
  readsSharedMemory,
  Sessions,
  toOrt,
} from './sessions.ts';
import { OnnxState, type StepState, type Update } from './state.ts';
import { signature, traceStep } from './trace.ts';
import { UpdateThreads } from './update-threads.ts';

interface Trace {
  program: Program;
  outputs: string[];
  updates: Update[];
  /** State tensors of which some places get new values. */
  places: string[];
  /** Updates that are computed after the program, from what it gave. */
  host: PreparedUpdate[];
}

/** What a program reads, by input name: `state:` from the state, `feed:` from the feeds. */
async function inputsOf(program: Program, memory: StepState, feeds: HostTensors): Promise<Record<string, OrtTensor>> {
  const parts = program.inputs.map((name) => [name, name.slice(name.indexOf(':') + 1)] as const);
  const isState = (name: string) => name.startsWith('state:');
  await memory.prepare(parts.flatMap(([name, rest]) => (isState(name) ? [rest] : [])));
  return Object.fromEntries(
    parts.map(([name, rest]) => [name, isState(name) ? memory.tensors.get(rest)! : toOrt(feeds[rest]!)]),
  );
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

  async function trace(fn: StepFunction, state: StepState, feeds: HostTensors): Promise<Trace> {
    const traced = await traceStep(backend, fn, [state, feeds], transfers !== null);
    // a provider with a memory of its own keeps the whole step there
    const onHost = options.provider === 'cpu' ? takeHostUpdates(traced.roots) : { updates: [], rest: traced.roots };
    const inPlace = safeInPlace(onHost.rest);
    const taken = new Set(onHost.updates.flatMap((update) => update.states));
    const inGraph = traced.names.updates
      .filter(({ name }) => !taken.has(name))
      .map((update) => ({ ...update, inPlace: inPlace.has(`update:${update.name}`) }));
    const changesState = inGraph.length + traced.names.places.length + onHost.updates.length > 0;
    const program = await sessions.compile(onHost.rest, changesState);
    return { program, ...traced.names, updates: inGraph, host: prepareHostUpdates(onHost.updates) };
  }

  const programs = new ProgramCache(CACHED_SESSIONS);
  const updates = new UpdateThreads(options.threads);
  const shared = options.provider === 'cpu' && options.threads > 1 && (await readsSharedMemory());
  return {
    name: `onnxruntime/${options.provider}`,
    tf,
    passTokens: options.provider === 'cpu' ? threadTokens(options.threads) : PASS_TOKENS,
    createState: (tensors) =>
      transfers === null ? new OnnxState(tensors, shared) : new DeviceState(tensors, transfers),
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
        await programs.remember(known.program, () => traces.delete(key));
        const inputs = await inputsOf(known.program, memory, feeds);
        const results = await known.program.run(inputs, memory.targets(known.updates));
        memory.advance(known.updates, results as Record<string, OrtTensor>);
        memory.store(known.places, results as Record<string, OrtTensor>);
        await updates.run(known.host.map((update) => update(memory.tensors, results as Record<string, OrtTensor>)));
        return Object.fromEntries(known.outputs.map((name) => [name, fromOrt(results[`output:${name}`] as OrtTensor)]));
      };
    },
    stats: () => ({ ...sessions.stats }),
    async dispose() {
      await updates.dispose();
      await transfers?.dispose();
      await programs.dispose();
      await sessions.dispose();
    },
  };
}
