// Weights of a model that has not learned anything yet.
import { elementCount, float32, type HostTensors } from '../domain/engine.ts';
import { createRandom, seedFrom } from '../domain/random.ts';

export interface InitialWeights {
  /** Of the normal weights. */
  deviation: number;
  /** Names of gains, which start as ones. */
  gains: RegExp;
  /** What a weight is divided by. */
  shrink?(name: string): number;
}

/** Normal weights, zero biases, unit gains; what a tensor gets hangs on seed and name alone. */
export function normalWeights(
  shapes: Record<string, number[]>,
  seed: number,
  { deviation, gains, shrink = () => 1 }: InitialWeights,
): HostTensors {
  const weights: HostTensors = {};
  for (const [name, shape] of Object.entries(shapes)) {
    const data = new Float32Array(elementCount(shape));
    if (gains.test(name)) data.fill(1);
    else if (name.endsWith('.weight')) {
      const divisor = shrink(name);
      const random = createRandom(seed ^ seedFrom(name));
      for (let i = 0; i < data.length; i++) data[i] = (random.normal() * deviation) / divisor;
    }
    weights[name] = float32(data, shape);
  }
  return weights;
}
