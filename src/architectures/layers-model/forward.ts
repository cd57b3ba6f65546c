// A LayersModel as a pure function of its weights. TensorFlow.js' own keeps them in variables of its objects, which a step that is
// traced once and replayed cannot have.
import type { Tensor, Tensors, Tf } from '../../domain/engine.ts';
import type { LayerGraph } from '../../domain/layer-graph.ts';
import { tapOf } from '../../domain/taps.ts';
import { LAYERS } from './layers.ts';

/**
 * What `model.predict` computes. `weights` by the names that the graph has for them, `inputs` in the order of the graph's;
 * answers in the order of its outputs.
 */
export function applyGraph(tf: Tf, graph: LayerGraph, weights: Tensors, inputs: readonly Tensor[]): Tensor[] {
  const values = new Map(graph.inputs.map((name, i) => [name, inputs[i]!]));
  for (const node of graph.nodes) {
    if (values.has(node.name)) continue;
    const weight = (name: string): Tensor | undefined => {
      const own = node.weights[name];
      return own && weights[own.name];
    };
    const tap = (name: string) => tapOf(weights, node.weights[name]!.name);
    const given = node.from.map((name) => values.get(name)!);
    values.set(node.name, LAYERS.get(node.className)!({ tf, config: node.config, inputs: given, weight, tap }));
  }
  return graph.outputs.map((name) => values.get(name)!);
}
