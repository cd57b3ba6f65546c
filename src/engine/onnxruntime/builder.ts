// Turns lazy nodes into an ONNX graph: names, constants written once, inputs and outputs.
import { type Dtype, elementCount, type HostTensor } from '../../domain/engine.ts';
import { type LazyNode, topologicalOrder } from './node.ts';
import {
  type Attribute,
  ELEMENT_TYPE,
  type OnnxGraph,
  type OnnxInitializer,
  type OnnxNode,
  type OnnxValue,
} from './onnx.ts';

/** Values above this many elements are fed instead of written into the model. */
const CONSTANT_ELEMENTS = 65_536;

const rawBytes = (value: HostTensor) => new Uint8Array(value.data.buffer, value.data.byteOffset, value.data.byteLength);

/** What `emit` functions write with. */
export class GraphBuilder {
  readonly nodes: OnnxNode[] = [];
  readonly initializers: OnnxInitializer[] = [];
  readonly #constants = new Map<string, string>();
  #count = 0;

  #name(): string {
    return `v${this.#count++}`;
  }

  /** One operator with one output, whose name it returns. */
  op(opType: string, inputs: string[], attributes: Record<string, Attribute> = {}, domain = ''): string {
    return this.ops(opType, 1, inputs, attributes, domain)[0]!;
  }

  /** One operator with its first `count` outputs, whose names it returns. An input that is left out is ''. */
  ops(
    opType: string,
    count: number,
    inputs: string[],
    attributes: Record<string, Attribute> = {},
    domain = '',
  ): string[] {
    const outputs = Array.from({ length: count }, () => this.#name());
    this.nodes.push({ opType, domain, inputs, outputs, attributes });
    return outputs;
  }

  #constant(type: Dtype | 'int64', shape: number[], raw: Uint8Array): string {
    const key = raw.length <= 256 ? `${type}[${shape}]${Buffer.from(raw).toString('base64')}` : undefined;
    const known = key === undefined ? undefined : this.#constants.get(key);
    if (known !== undefined) return known;
    const name = this.#name();
    this.initializers.push({ name, type, shape, raw });
    if (key !== undefined) this.#constants.set(key, name);
    return name;
  }

  /** int64 vector, as shapes and axes want it. */
  ints(values: number[]): string {
    return this.#constant('int64', [values.length], new Uint8Array(BigInt64Array.from(values.map(BigInt)).buffer));
  }
  int64(value: number): string {
    return this.#constant('int64', [], new Uint8Array(BigInt64Array.of(BigInt(value)).buffer));
  }
  scalar(value: number, dtype: Dtype): string {
    const data =
      dtype === 'float32' ? Float32Array.of(value) : dtype === 'int32' ? Int32Array.of(value) : Uint8Array.of(value);
    return this.#constant(dtype, [], new Uint8Array(data.buffer));
  }
  floats(values: number[]): string {
    return this.#constant('float32', [values.length], new Uint8Array(Float32Array.from(values).buffer));
  }
  value(value: HostTensor): string {
    return this.#constant(value.dtype, value.shape, rawBytes(value).slice());
  }
  /** One number spread over a shape. */
  full(shape: number[], fill: number, dtype: Dtype): string {
    const one = this.scalar(fill, dtype);
    return shape.length === 0 ? one : this.op('Expand', [one, this.ints(shape)]);
  }
  cast(x: string, to: Dtype | 'int64'): string {
    return this.op('Cast', [x], { to: ELEMENT_TYPE[to] });
  }
}

export interface BuiltGraph {
  graph: OnnxGraph;
  /** Named inputs that the graph reads. */
  inputs: string[];
  /** Values too large for constants, fed at every run. */
  captured: Record<string, HostTensor>;
}

const isEmpty = (node: LazyNode) => elementCount(node.shape) === 0;

/** The graph that computes `outputs`; only what they depend on is in it. */
export function buildGraph(outputs: { name: string; node: LazyNode }[]): BuiltGraph {
  const builder = new GraphBuilder();
  const names = new Map<LazyNode, string>();
  const inputs: OnnxValue[] = [];
  const captured: Record<string, HostTensor> = {};
  const onHost: string[] = [];
  const feed = (node: LazyNode, name: string) => {
    inputs.push({ name, dtype: node.dtype, shape: node.shape });
    names.set(node, name);
  };
  // a splat becomes a tensor only where an operator really needs the whole shape
  const nameOf = (node: LazyNode, broadcasts: boolean): string => {
    if (node.kind === 'splat' && broadcasts) return builder.scalar(node.fill, node.dtype);
    if (node.kind === 'splat' && !names.has(node)) names.set(node, builder.full(node.shape, node.fill, node.dtype));
    return names.get(node)!;
  };
  for (const node of topologicalOrder(outputs.map((output) => output.node))) {
    const value = node.kind === 'leaf' ? node.value : node.kind === 'op' ? node.value : undefined;
    if (node.kind === 'input') feed(node, node.name);
    else if (value !== undefined && elementCount(value.shape) > CONSTANT_ELEMENTS) {
      const name = `captured${Object.keys(captured).length}`;
      captured[name] = value;
      feed(node, name);
    } else if (value !== undefined) names.set(node, builder.value(value));
    else if (node.kind === 'op') {
      const of = (input: LazyNode) => nameOf(input, node.broadcasts);
      const first = builder.nodes.length;
      names.set(node, node.emit(builder, node.inputs.map(of), node));
      const kernel = { name: node.op, shapes: node.inputs.map((input) => input.shape) };
      const empty = isEmpty(node) || node.inputs.some(isEmpty);
      for (const emitted of builder.nodes.slice(first)) {
        emitted.kernel = kernel;
        if (empty) onHost.push(emitted.outputs[0]!);
      }
    }
  }
  // an Identity each: an input or one value under two names may not be an output itself
  const results = outputs.map(({ name, node }): OnnxValue => {
    if (isEmpty(node)) onHost.push(name);
    builder.nodes.push({
      opType: 'Identity',
      domain: '',
      inputs: [nameOf(node, false)],
      outputs: [name],
      attributes: {},
    });
    return { name, dtype: node.dtype, shape: node.shape };
  });
  return {
    graph: { nodes: builder.nodes, initializers: builder.initializers, inputs, outputs: results, onHost },
    inputs: inputs.map((input) => input.name).filter((name) => !(name in captured)),
    captured,
  };
}
