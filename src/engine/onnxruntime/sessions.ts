// ONNX Runtime sessions: compiled graphs, cached by structure with a bound.
import { createRequire } from 'node:module';
import type { InferenceSession, Tensor as OrtTensor } from 'onnxruntime-node';
import type { EngineStats, HostTensor } from '../../domain/engine.ts';
import { buildGraph } from './graph.ts';
import { type LazyNode, topologicalOrder } from './node.ts';
import { encodeModel, type OnnxGraph } from './onnx.ts';
import { leavesState, type ProviderOptions, providerOptions } from './provider.ts';
import { sameShape } from './shapes.ts';
import { type Loan, SharedSessions } from './shared-sessions.ts';

type Ort = typeof import('onnxruntime-node');
const ort = createRequire(import.meta.url)('onnxruntime-node') as Ort;

/** Sessions that are kept: of reads, and of steps together. */
export const CACHED_SESSIONS = 64;

export const toOrt = (value: HostTensor): OrtTensor =>
  new ort.Tensor(value.dtype, value.data as Float32Array, value.shape) as OrtTensor;

export const fromOrt = (tensor: OrtTensor): HostTensor =>
  ({ dtype: tensor.type, shape: [...tensor.dims], data: tensor.data }) as HostTensor;

/** The same data under another shape. */
const view = ({ type, data }: OrtTensor, shape: readonly number[]): OrtTensor =>
  new ort.Tensor(type as 'float32', data as Float32Array, shape) as OrtTensor;

/** Whether the runtime takes tensors in memory that threads share: not with every release of Node. */
export async function readsSharedMemory(): Promise<boolean> {
  const tensor = (data: Float32Array) => toOrt({ dtype: 'float32', shape: [1], data });
  const node = { opType: 'Neg', domain: '', inputs: ['x'], outputs: ['y'], attributes: {} };
  const value = (name: string) => ({ name, dtype: 'float32' as const, shape: [1] });
  const graph = { nodes: [node], inputs: [value('x')], outputs: [value('y')], initializers: [], onHost: [] };
  const session: InferenceSession = await ort.InferenceSession.create(encodeModel(graph), { logSeverityLevel: 3 });
  const [x, y] = [new Float32Array(new SharedArrayBuffer(4)), new Float32Array(new SharedArrayBuffer(4))];
  x[0] = 1;
  try {
    await session.run({ x: tensor(x) }, { y: tensor(y) });
    return y[0] === -1;
  } catch {
    return false;
  } finally {
    await session.release();
  }
}

/** A graph that can be run: feeds by name in, outputs by name back. */
export interface Program {
  inputs: string[];
  /** `into`: tensors that outputs are written to; the rest is allocated. */
  run(feeds: Record<string, OrtTensor>, into?: Record<string, OrtTensor>): Promise<InferenceSession.OnnxValueMapType>;
  release(): Promise<void>;
}

/**
 * Whether the runtime's own rewriting of a graph gains anything. In one that has its derivatives every intermediate value is read again, so that
 * operators are seldom fused: steps take as long without, and compiling is much cheaper. Convolutions gain by another layout of their images.
 */
const worthRewriting = (provider: string, { nodes }: OnnxGraph, changesState: boolean): boolean =>
  provider !== 'cpu' || !changesState || nodes.some(({ opType }) => /Conv|Pool/.test(opType));

/** Structure of a graph: two evaluations with the same key may share a session. */
function structureKey(order: LazyNode[], outputs: LazyNode[]): string {
  const position = new Map(order.map((node, index) => [node, index]));
  const parts = order.map((node) => {
    if (node.kind !== 'op') return `${node.kind}${node.kind === 'splat' ? node.fill : ''}:${node.dtype}[${node.shape}]`;
    if (node.value !== undefined) return `leaf:${node.dtype}[${node.shape}]`;
    const inputs = node.inputs.map((input) => position.get(input));
    return `${node.op}(${inputs})${JSON.stringify(node.attributes ?? null)}:${node.dtype}[${node.shape}]`;
  });
  return `${parts.join(';')}>${outputs.map((node) => position.get(node))}`;
}

export class Sessions {
  readonly #options: ProviderOptions;
  readonly #cache = new Map<string, Program>();
  readonly #shared = new SharedSessions((session) => this.#close(session));
  /** Released, but state that they made may still be on the device: it can be freed only while they are there. */
  readonly #retired: InferenceSession[] = [];
  #last: Promise<unknown> = Promise.resolve();
  readonly stats: EngineStats = { compileMs: 0, runMs: 0, runs: 0, sessions: 0 };

  constructor(options: ProviderOptions) {
    this.#options = options;
  }

  /**
   * Compiles the graph of `outputs`; the caller keeps and releases it. An arena keeps the peak memory of a run for the
   * next one: a third faster for a step that is run thousands of times, gigabytes for one of many shapes. Where the
   * process' own heap does that, all sessions share one.
   */
  async compile(outputs: { name: string; node: LazyNode }[], changesState = false): Promise<Program> {
    const started = performance.now();
    const { provider, sharedHeap, threads } = this.#options;
    const { graph, inputs, captured } = buildGraph(outputs, provider === 'cpu' ? threads : 0);
    const constants = Object.fromEntries(Object.entries(captured).map(([name, value]) => [name, toOrt(value)]));
    const options: InferenceSession.SessionOptions = {
      ...providerOptions(provider, graph),
      intraOpNumThreads: threads,
      interOpNumThreads: 1,
      graphOptimizationLevel: worthRewriting(provider, graph, changesState) ? 'all' : 'disabled',
      logSeverityLevel: 3,
      enableCpuMemArena: changesState && !sharedHeap,
      // one block for the whole run, beside what the first run took piece by piece: half as much again for no gain
      enableMemPattern: false,
      // a thread that waits for the next operator spins for as long as one lasts, then sleeps: sleeping at once costs a
      // tenth of a step, spinning on takes the core from the other one as soon as anything else runs here
      extra: { session: { intra_op: { allow_spinning: '1', spin_duration_us: '200' } } },
      ...(this.#options.profile ? { enableProfiling: true, profileFilePrefix: this.#options.profile } : {}),
    };
    const { session, release } = await this.#open(encodeModel(graph), options, leavesState(provider, graph));
    const allocate = Object.fromEntries(outputs.map(({ name }) => [name, null]));
    this.stats.compileMs += performance.now() - started;
    const { stats } = this;
    // what a loop computes comes out in blocks
    const shapes = new Map(outputs.map(({ name, node }) => [name, node.shape]));
    const blocks = graph.outputs.filter(({ name, shape }) => !sameShape(shape, shapes.get(name)!));
    return {
      inputs,
      async run(feeds, into = {}) {
        const start = performance.now();
        const targets: Record<string, OrtTensor> = { ...into };
        for (const { name, shape } of blocks) if (into[name]) targets[name] = view(into[name], shape);
        const results = await session.run({ ...constants, ...feeds }, { ...allocate, ...targets });
        stats.runMs += performance.now() - start;
        stats.runs++;
        const whole = blocks.map(({ name }) => [name, view(results[name] as OrtTensor, shapes.get(name)!)]);
        return { ...results, ...into, ...Object.fromEntries(whole) };
      },
      release,
    };
  }

  /** On a device sessions are not shared: what is queued there, and state that stays there, belongs to one alone. */
  async #open(model: Uint8Array, options: InferenceSession.SessionOptions, leavesState: boolean): Promise<Loan> {
    const create = async () => {
      const session: InferenceSession = await ort.InferenceSession.create(model, options);
      this.stats.sessions++;
      return session;
    };
    if (this.#options.provider === 'cpu') return this.#shared.borrow(model, options, create);
    const session = await create();
    return { session, release: () => this.#close(session, leavesState) };
  }

  async #close(session: InferenceSession, leavesState = false): Promise<void> {
    this.stats.sessions--;
    if (leavesState) this.#retired.push(session);
    else await session.release();
  }

  /**
   * Values of nodes outside a compiled step. One evaluation at a time: two of one structure share a session, and none
   * runs in a session that another one's coming has pushed out of the cache.
   */
  evaluate(nodes: LazyNode[]): Promise<HostTensor[]> {
    const result = this.#last.then(() => this.#evaluate(nodes));
    this.#last = result.catch(() => undefined);
    return result;
  }

  /** Leaves become inputs, so that the structure can be used again. */
  async #evaluate(nodes: LazyNode[]): Promise<HostTensor[]> {
    const order = topologicalOrder(nodes);
    const key = structureKey(order, nodes);
    const leaves = order.filter((node) => node.kind === 'leaf' || (node.kind === 'op' && node.value !== undefined));
    const program = this.#cache.get(key) ?? (await this.compile(this.#asProgram(order, nodes, leaves)));
    await this.#remember(key, program);
    const feeds = Object.fromEntries(
      leaves.map((node, index) => [`leaf${index}`, toOrt((node as { value: HostTensor }).value)]),
    );
    const used = Object.fromEntries(program.inputs.map((name) => [name, feeds[name]!]));
    const results = await program.run(used);
    return nodes.map((_, index) => fromOrt(results[`out${index}`] as OrtTensor));
  }

  /** The same graph with its leaves replaced by named inputs. */
  #asProgram(order: LazyNode[], nodes: LazyNode[], leaves: LazyNode[]): { name: string; node: LazyNode }[] {
    const copy = new Map<LazyNode, LazyNode>();
    for (const node of order) {
      const index = leaves.indexOf(node);
      if (index >= 0) copy.set(node, { kind: 'input', name: `leaf${index}`, shape: node.shape, dtype: node.dtype });
      else if (node.kind === 'op') copy.set(node, { ...node, inputs: node.inputs.map((input) => copy.get(input)!) });
      else copy.set(node, node);
    }
    return nodes.map((node, index) => ({ name: `out${index}`, node: copy.get(node)! }));
  }

  /** Most recently used last; the oldest leaves when there are too many. */
  async #remember(key: string, program: Program): Promise<void> {
    this.#cache.delete(key);
    this.#cache.set(key, program);
    if (this.#cache.size <= CACHED_SESSIONS) return;
    const [oldest, stale] = this.#cache.entries().next().value!;
    this.#cache.delete(oldest);
    await stale.release();
  }

  /** Releases everything. State on the device must be freed before. */
  async dispose(): Promise<void> {
    await Promise.all([...this.#cache.values()].map((program) => program.release()));
    this.#cache.clear();
    await Promise.all(this.#retired.splice(0).map((session) => session.release()));
  }
}

export type { OrtTensor };
