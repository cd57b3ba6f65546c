// What kernels write ONNX nodes with: names, constants written once, loops over blocks.
import type { Dtype, HostTensor } from '../../domain/engine.ts';
import { type Attribute, ELEMENT_TYPE, type OnnxInitializer, type OnnxNode, type OnnxValue } from './onnx.ts';

const rawBytes = (value: HostTensor) => new Uint8Array(value.data.buffer, value.data.byteOffset, value.data.byteLength);

/** What `emit` functions write with. */
export class GraphBuilder {
  /** The graph is for the CPU provider: operators are chosen for how it computes them. */
  readonly forCpu: boolean;
  nodes: OnnxNode[] = [];
  readonly initializers: OnnxInitializer[] = [];
  readonly #constants = new Map<string, string>();
  /** Values that operators compute, and those of them that are outputs of the graph, by their name there. */
  readonly #computed = new Set<string>();
  readonly #outputs = new Map<string, string>();
  #count = 0;

  constructor(forCpu = false) {
    this.forCpu = forCpu;
  }

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
    for (const output of outputs) this.#computed.add(output);
    this.nodes.push({ opType, domain, inputs, outputs, attributes });
    return outputs;
  }

  /**
   * A loop over the blocks of some values, all of `blocks` blocks of `size`; each is [blocks, size] inside, and so are the
   * results, whose names it returns. `emit` writes the body: it gets one block of each value, and may use other values
   * of the graph as they are.
   */
  scan(
    values: { name: string; dtype: Dtype }[],
    [blocks, size]: [blocks: number, size: number],
    emit: (blocks: string[]) => { name: string; dtype: Dtype }[],
  ): string[] {
    const shaped = values.map(({ name }) => this.op('Reshape', [name, this.ints([blocks, size])]));
    const outer = this.nodes;
    this.nodes = [];
    const inputs = values.map(({ dtype }): OnnxValue => ({ name: this.#name(), dtype, shape: [size] }));
    const outputs = emit(inputs.map(({ name }) => name)).map(
      ({ name, dtype }): OnnxValue => ({ name, dtype, shape: [size] }),
    );
    const body = { nodes: this.nodes, inputs, outputs };
    this.nodes = outer;
    return this.ops('Scan', outputs.length, shaped, { body: { graph: body }, num_scan_inputs: values.length });
  }

  /**
   * Makes a value an output of the graph. What an operator computes is written there at once; an input, a constant or a
   * value that is an output already is copied.
   */
  output(name: string, value: string): void {
    if (this.#computed.has(value) && !this.#outputs.has(value)) this.#outputs.set(value, name);
    else this.nodes.push({ opType: 'Identity', domain: '', inputs: [value], outputs: [name], attributes: {} });
  }

  /** What a value is called in the finished graph. */
  readonly finalName = (value: string): string => this.#outputs.get(value) ?? value;

  /** The operators, under their final names; bodies of loops read values around them by these too. */
  finish(nodes = this.nodes): OnnxNode[] {
    const renamed = (names: string[]) => names.map(this.finalName);
    const attribute = (value: Attribute): Attribute =>
      typeof value === 'object' && 'graph' in value
        ? { graph: { ...value.graph, nodes: this.finish(value.graph.nodes) } }
        : value;
    return nodes.map((node) => ({
      ...node,
      inputs: renamed(node.inputs),
      outputs: renamed(node.outputs),
      attributes: Object.fromEntries(Object.entries(node.attributes).map(([key, value]) => [key, attribute(value)])),
    }));
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
