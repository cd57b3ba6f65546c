// Turns lazy nodes into an ONNX graph: what is fed, what is computed in which order, and what comes out.
import { elementCount, type HostTensor } from '../../domain/engine.ts';
import { type Cluster, clustersOf, externalInputs, largeFor } from './blockwise.ts';
import { GraphBuilder } from './builder.ts';
import { inOrder, inputsOf, knownValue, type LazyNode, topologicalOrder } from './node.ts';
import type { OnnxGraph, OnnxValue } from './onnx.ts';

/** Values above this many elements are fed instead of written into the model. */
const CONSTANT_ELEMENTS = 65_536;

export interface BuiltGraph {
  /** An output may have another shape than its node, of as many elements. */
  graph: OnnxGraph;
  /** Named inputs that the graph reads. */
  inputs: string[];
  /** Values too large for constants, fed at every run. */
  captured: Record<string, HostTensor>;
}
interface Output {
  name: string;
  node: LazyNode;
}
type OpNode = Extract<LazyNode, { kind: 'op' }>;

const isEmpty = (node: LazyNode) => elementCount(node.shape) === 0;

class Assembly {
  readonly builder: GraphBuilder;
  readonly inputs: OnnxValue[] = [];
  readonly captured: Record<string, HostTensor> = {};
  readonly onHost: string[] = [];
  readonly #names = new Map<LazyNode, string>();
  /** Results of loops, as [blocks, size]. */
  readonly #blocks = new Map<LazyNode, { name: string; shape: number[] }>();

  constructor(forCpu: boolean) {
    this.builder = new GraphBuilder(forCpu);
  }

  #feed(node: LazyNode, name: string): void {
    this.inputs.push({ name, dtype: node.dtype, shape: node.shape });
    this.#names.set(node, name);
  }

  /** Name of a node's value in its own shape; a splat becomes a tensor only where an operator needs the whole shape. */
  name(node: LazyNode, broadcasts = false): string {
    const { builder } = this;
    if (node.kind === 'splat' && broadcasts) return builder.scalar(node.fill, node.dtype);
    const known = this.#names.get(node);
    if (known !== undefined) return known;
    const block = this.#blocks.get(node);
    const name =
      node.kind === 'splat'
        ? builder.full(node.shape, node.fill, node.dtype)
        : builder.op('Reshape', [block!.name, builder.ints(node.shape)]);
    this.#names.set(node, name);
    return name;
  }

  /** Writes what computes a node, with `of` for the names of its inputs. */
  #emit(node: OpNode, of: (input: LazyNode) => string): string {
    const { builder } = this;
    const inputs = node.inputs.map(of);
    const first = builder.nodes.length;
    const name = node.emit(builder, inputs, node);
    const kernel = { name: node.op, shapes: node.inputs.map((input) => input.shape) };
    const empty = isEmpty(node) || node.inputs.some(isEmpty);
    for (const emitted of builder.nodes.slice(first)) {
      emitted.kernel = kernel;
      if (empty) this.onHost.push(emitted.outputs[0]!);
    }
    return name;
  }

  single(node: LazyNode): void {
    const value = node.kind === 'splat' ? undefined : knownValue(node);
    if (node.kind === 'input') this.#feed(node, node.name);
    else if (value !== undefined && elementCount(value.shape) > CONSTANT_ELEMENTS) {
      const name = `captured${Object.keys(this.captured).length}`;
      this.captured[name] = value;
      this.#feed(node, name);
    } else if (value !== undefined) this.#names.set(node, this.builder.value(value));
    else if (node.kind === 'op')
      this.#names.set(
        node,
        this.#emit(node, (input) => this.name(input, node.broadcasts)),
      );
  }

  /** A cluster as one loop; `wanted` are its members that others read. */
  loop(cluster: Cluster, wanted: LazyNode[]): void {
    const members = topologicalOrder(wanted).filter((node): node is OpNode => cluster.members.has(node));
    const count = elementCount(members[0]!.shape);
    // numbers are read from around the loop, tensors block by block
    const large = externalInputs(cluster).filter((input) => elementCount(input.shape) === count);
    const streamed = large.filter(
      (input) => input.kind !== 'splat' || members.some((node) => node.inputs.includes(input) && !node.broadcasts),
    );
    const names = streamed.map((input) => ({ name: this.name(input), dtype: input.dtype }));
    const shape: [number, number] = [count / cluster.block, cluster.block];
    const numbers = externalInputs(cluster).filter((input) => elementCount(input.shape) === 1);
    for (const input of numbers) this.name(input);
    const results = this.builder.scan(names, shape, (blocks) => {
      const local = new Map<LazyNode, string>(streamed.map((input, index) => [input, blocks[index]!]));
      for (const node of members) {
        local.set(
          node,
          this.#emit(node, (input) => local.get(input) ?? this.name(input, node.broadcasts)),
        );
      }
      return wanted.map((node) => ({ name: local.get(node)!, dtype: node.dtype }));
    });
    wanted.forEach((node, index) => {
      this.#blocks.set(node, { name: results[index]!, shape });
    });
  }

  output({ name, node }: Output): OnnxValue {
    if (isEmpty(node)) this.onHost.push(name);
    const block = this.#blocks.get(node);
    this.builder.output(name, block?.name ?? this.name(node));
    return { name, dtype: node.dtype, shape: block?.shape ?? node.shape };
  }
}

/** Members of clusters that something outside their cluster reads, by cluster. */
function readOutside(order: readonly LazyNode[], clusters: ReadonlyMap<LazyNode, Cluster>, outputs: readonly Output[]) {
  const wanted = new Map<Cluster, Set<LazyNode>>();
  const read = (node: LazyNode, reader?: Cluster) => {
    const cluster = clusters.get(node);
    if (cluster === undefined || cluster === reader) return;
    wanted.set(cluster, (wanted.get(cluster) ?? new Set()).add(node));
  };
  for (const node of order) for (const input of inputsOf(node)) read(input, clusters.get(node));
  for (const { node } of outputs) read(node);
  return wanted;
}

/** The graph that computes `outputs`; only what they depend on is in it. On threads of the CPU large chains become loops. */
export function buildGraph(outputs: readonly Output[], cpuThreads = 0): BuiltGraph {
  const forCpu = cpuThreads > 0;
  const roots = outputs.map((output) => output.node);
  const order = topologicalOrder(roots);
  const clusters = forCpu ? clustersOf(order, largeFor(cpuThreads)) : new Map<LazyNode, Cluster>();
  const wanted = readOutside(order, clusters, outputs);
  const unitOf = (node: LazyNode): LazyNode | Cluster => clusters.get(node) ?? node;
  const units = inOrder(roots.map(unitOf), (unit) =>
    ('members' in unit ? externalInputs(unit) : inputsOf(unit)).map(unitOf),
  );
  const assembly = new Assembly(forCpu);
  for (const unit of units) {
    if ('members' in unit) assembly.loop(unit, [...wanted.get(unit)!]);
    else assembly.single(unit);
  }
  const results = outputs.map((output) => assembly.output(output));
  const { builder, inputs, captured, onHost } = assembly;
  return {
    graph: {
      nodes: builder.finish(),
      initializers: builder.initializers,
      inputs,
      outputs: results,
      onHost: onHost.map(builder.finalName),
    },
    inputs: inputs.map((input) => input.name).filter((name) => !(name in captured)),
    captured,
  };
}
