// Adapters as numbers: their shapes, their start, and the weights that they amount to.
import type { Learner, Projections } from '../domain/architecture.ts';
import { elementCount, float32, type HostTensor, type HostTensors, scalar } from '../domain/engine.ts';
import { ADAPTER_SCALE, adapterA, adapterB } from '../domain/lora.ts';
import { createRandom, seedFrom } from '../domain/random.ts';
import type { TrainableOptions } from '../domain/trainable.ts';
import type { ExpungeError } from '../errors.ts';

export type Shapes = Record<string, number[]>;

/** Input and output width of a projection whose weight has this shape. */
export const widthsOf = ([rows, columns]: number[], { outFirst }: Pick<Projections, 'outFirst'>): [number, number] =>
  outFirst ? [columns!, rows!] : [rows!, columns!];

/** A target names every module that is called so or ends in it, at a dot: as PEFT reads `target_modules`. */
const isTarget = (module: string, target: string): boolean => module === target || module.endsWith(`.${target}`);

/** Modules that the targets name, in the model's order; no targets: every projection. Throws what `refuse` makes. */
export function targetedModules(
  architecture: Learner,
  config: unknown,
  targets: readonly string[],
  refuse: (what: string) => ExpungeError,
): string[] {
  const { modules } = architecture.projections(config);
  if (targets.length === 0) return modules;
  const unknown = targets.find((target) => !modules.some((module) => isTarget(module, target)));
  if (unknown === undefined) return modules.filter((module) => targets.some((target) => isTarget(module, target)));
  const ends = [...new Set(modules.map((module) => module.slice(module.lastIndexOf('.') + 1)))];
  throw refuse(
    `${JSON.stringify(unknown.slice(0, 200))} names no projection of this ${architecture.name}, ` +
      `whose projections end in ${ends.join(', ')}; the first is ${modules[0]}`,
  );
}

/** Name and shape of the adapters of some modules. */
export function adapterShapes(architecture: Learner, config: unknown, modules: string[], rank: number): Shapes {
  const projections = architecture.projections(config);
  const shapes = architecture.shapes(config);
  const found: Shapes = {};
  for (const module of modules) {
    const [input, output] = widthsOf(shapes[`${module}.weight`]!, projections);
    found[adapterA(module)] = [input, rank];
    found[adapterB(module)] = [rank, output];
  }
  return found;
}

/**
 * Adapters that change nothing yet: A uniform within 1 / sqrt(in), as PEFT draws it, and B zero. What a module gets
 * hangs on seed and name alone.
 */
export function initialAdapters(shapes: Shapes, seed: number): HostTensors {
  const adapters: HostTensors = {};
  for (const [name, shape] of Object.entries(shapes)) {
    const data = new Float32Array(elementCount(shape));
    if (name.endsWith('.lora_A')) {
      const random = createRandom(seed ^ seedFrom(name));
      const bound = 1 / Math.sqrt(shape[0]!);
      for (let i = 0; i < data.length; i++) data[i] = (2 * random.next() - 1) * bound;
    }
    adapters[name] = float32(data, shape);
  }
  return adapters;
}

export const scaleOf = ({ lora_alpha, lora_rank }: Pick<TrainableOptions, 'lora_alpha' | 'lora_rank'>): number =>
  lora_alpha / lora_rank;
export const adapterScale = (scale: number): HostTensors => ({ [ADAPTER_SCALE]: scalar(scale) });

/** weight + scale A B, one row of A B after the other, summed in float64. */
function merged(weight: HostTensor, a: HostTensor, b: HostTensor, scale: number, outFirst: boolean): HostTensor {
  const [input, rank] = a.shape as [number, number];
  const output = b.shape[1]!;
  const data = Float32Array.from(weight.data);
  const row = new Float64Array(output);
  for (let i = 0; i < input; i++) {
    row.fill(0);
    for (let r = 0; r < rank; r++) {
      const factor = a.data[i * rank + r]! * scale;
      for (let o = 0, at = r * output; o < output; o++, at++) row[o] = row[o]! + factor * b.data[at]!;
    }
    for (let o = 0; o < output; o++) {
      const at = outFirst ? o * input + i : i * output + o;
      data[at] = data[at]! + row[o]!;
    }
  }
  return float32(data, weight.shape);
}

/** The weights with the adapters added in, in the order in which they were; weights without an adapter are the same objects. */
export function mergeAdapters(
  weights: HostTensors,
  adapters: HostTensors,
  scale: number,
  { modules, outFirst }: Projections,
): HostTensors {
  const result = { ...weights };
  for (const module of modules) {
    const [a, b] = [adapters[adapterA(module)], adapters[adapterB(module)]];
    const name = `${module}.weight`;
    if (a !== undefined && b !== undefined) result[name] = merged(weights[name]!, a, b, scale, outFirst);
  }
  return result;
}
