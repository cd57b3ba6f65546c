// An ONNX model as plain data, and its bytes.
import type { Dtype } from '../../domain/engine.ts';
import { type Bytes, ProtoWriter } from './protobuf.ts';

/** Operator set of the default domain; reductions take their axes as an input from 18 on. */
const OPSET = 18;
const IR_VERSION = 8;

export const ELEMENT_TYPE: Record<Dtype | 'int64', number> = { float32: 1, int32: 6, int64: 7, bool: 9 };

export type Attribute = number | string | number[] | { float: number } | { graph: OnnxSubgraph };

export interface OnnxNode {
  opType: string;
  domain: string;
  inputs: string[];
  outputs: string[];
  attributes: Record<string, Attribute>;
  /** The TensorFlow.js kernel that it belongs to, and the shapes that this was given; not written. */
  kernel?: { name: string; shapes: number[][] };
}
export interface OnnxValue {
  name: string;
  dtype: Dtype;
  shape: number[];
}
export interface OnnxInitializer {
  name: string;
  type: Dtype | 'int64';
  shape: number[];
  /** Little-endian, row-major. */
  raw: Bytes;
}
/** The body of a loop; it may read values of the graph around it by their names. */
export interface OnnxSubgraph {
  nodes: OnnxNode[];
  inputs: OnnxValue[];
  outputs: OnnxValue[];
}
export interface OnnxGraph extends OnnxSubgraph {
  initializers: OnnxInitializer[];
  /** Nodes (by the name of their first output) that only the CPU computes: they touch an empty tensor. */
  onHost: string[];
}

function writeAttribute(writer: ProtoWriter, name: string, value: Attribute): void {
  writer.string(1, name);
  if (typeof value === 'number') writer.int(3, value).int(20, 2);
  else if (typeof value === 'string') writer.string(4, value).int(20, 3);
  else if (Array.isArray(value)) {
    for (const item of value) writer.int(8, item);
    writer.int(20, 7);
  } else if ('graph' in value) writer.message(6, (inner) => writeGraph(inner, value.graph)).int(20, 5);
  else writer.float(2, value.float).int(20, 1);
}

function writeNode(writer: ProtoWriter, node: OnnxNode): void {
  for (const input of node.inputs) writer.string(1, input);
  for (const output of node.outputs) writer.string(2, output);
  writer.string(3, node.outputs[0] ?? '');
  writer.string(4, node.opType);
  for (const [name, value] of Object.entries(node.attributes)) {
    writer.message(5, (inner) => writeAttribute(inner, name, value));
  }
  if (node.domain !== '') writer.string(7, node.domain);
}

function writeValue(writer: ProtoWriter, value: OnnxValue): void {
  writer.string(1, value.name).message(2, (type) => {
    type.message(1, (tensor) => {
      tensor.int(1, ELEMENT_TYPE[value.dtype]).message(2, (shape) => {
        for (const size of value.shape) shape.message(1, (dimension) => dimension.int(1, size));
      });
    });
  });
}

function writeInitializer(writer: ProtoWriter, tensor: OnnxInitializer): void {
  for (const size of tensor.shape) writer.int(1, size);
  writer.int(2, ELEMENT_TYPE[tensor.type]).string(8, tensor.name).bytes(9, tensor.raw);
}

function writeGraph(writer: ProtoWriter, { nodes, inputs, outputs }: OnnxSubgraph, name = 'block'): void {
  for (const node of nodes) writer.message(1, (inner) => writeNode(inner, node));
  writer.string(2, name);
  for (const value of inputs) writer.message(11, (inner) => writeValue(inner, value));
  for (const value of outputs) writer.message(12, (inner) => writeValue(inner, value));
}

/** The bytes that ONNX Runtime loads. */
export function encodeModel(graph: OnnxGraph): Bytes {
  const model = new ProtoWriter();
  model.int(1, IR_VERSION).message(7, (writer) => {
    writeGraph(writer, graph, 'step');
    for (const tensor of graph.initializers) writer.message(5, (inner) => writeInitializer(inner, tensor));
  });
  model.message(8, (opset) => opset.string(1, '').int(2, OPSET));
  model.message(8, (opset) => opset.string(1, 'com.microsoft').int(2, 1));
  return model.finish();
}
