// Weights of a LayersModel that has not learned anything yet, as Keras' layers start by default.
import { elementCount, float32, type HostTensors } from '../../domain/engine.ts';
import type { LayerGraph } from '../../domain/layer-graph.ts';
import { createRandom, seedFrom } from '../../domain/random.ts';

const ONES = ['gamma', 'moving_variance'];
const EMBEDDINGS = 0.05;

/** Largest absolute value of a uniform weight; 0: it starts at zero. Understanding the difficulty of training…, Glorot 2010. */
function boundOf(own: string, shape: readonly number[]): number {
  if (own === 'embeddings') return EMBEDDINGS;
  if (!own.endsWith('kernel')) return 0;
  const [from, to] = shape.slice(-2) as [number, number];
  return Math.sqrt(6 / (elementCount(shape.slice(0, -2)) * (from + to)));
}

/** What a tensor gets hangs on seed and name alone. */
export function freshWeights({ nodes }: LayerGraph, seed: number): HostTensors {
  const weights: HostTensors = {};
  for (const [own, { name, shape }] of nodes.flatMap((node) => Object.entries(node.weights))) {
    const data = new Float32Array(elementCount(shape)).fill(ONES.includes(own) ? 1 : 0);
    const bound = boundOf(own, shape);
    const random = createRandom(seed ^ seedFrom(name));
    if (bound > 0) for (let i = 0; i < data.length; i++) data[i] = (2 * random.next() - 1) * bound;
    weights[name] = float32(data, shape);
  }
  return weights;
}
