// Points and directions in the space of a model's weights: named float32 arrays, with sums in float64.
import { float32, type HostTensors } from './engine.ts';

/** Numbers by the name of the weight; weights that are not named are zero. */
export type Vector = Record<string, Float32Array>;

export function dot(a: Vector, b: Vector): number {
  let sum = 0;
  for (const [name, x] of Object.entries(a)) {
    const y = b[name];
    for (let i = 0; y !== undefined && i < x.length; i++) sum += x[i]! * y[i]!;
  }
  return sum;
}

export const norm = (v: Vector): number => Math.sqrt(dot(v, v));

/** a x + b y, where both name the same weights. */
export function combine(a: number, x: Vector, b: number, y: Vector): Vector {
  const sum = (name: string, own: Float32Array) => {
    const other = y[name]!;
    return own.map((value, i) => a * value + b * other[i]!);
  };
  return Object.fromEntries(Object.entries(x).map(([name, own]) => [name, sum(name, own)]));
}

export const scaled = (factor: number, v: Vector): Vector =>
  Object.fromEntries(Object.entries(v).map(([name, own]) => [name, own.map((value) => factor * value)]));

/** The numbers of some tensors. */
export const vectorOf = (tensors: HostTensors, names: readonly string[]): Vector =>
  Object.fromEntries(names.map((name) => [name, tensors[name]!.data as Float32Array]));

/** Weights moved along `direction`; those that it does not name are the objects that were given. */
export function moved(weights: HostTensors, direction: Vector, step: number): HostTensors {
  const change = Object.entries(direction).map(([name, along]) => {
    const { data, shape } = weights[name]!;
    return [
      name,
      float32(
        Float32Array.from(along, (value, i) => data[i]! + step * value),
        shape,
      ),
    ] as const;
  });
  return { ...weights, ...Object.fromEntries(change) };
}
