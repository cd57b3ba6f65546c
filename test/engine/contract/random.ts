// Cases of random shapes, the same at every run.
import type { Dtype, HostTensor } from '../../../src/domain/engine.ts';
import { createRandom, type Random, seedFrom } from '../../../src/domain/random.ts';
import { values32 } from '../both.ts';
import type { Case } from './operands.ts';

const drawn = new WeakSet<Case>();
/** Whether the shapes were drawn: one way of computing is enough for these. */
export const isRandom = (one: Case): boolean => drawn.has(one);

/** `count` cases, seeded by the label. */
export function randomly(
  label: string,
  count: number,
  draw: (random: Random, i: number) => Omit<Case, 'name'>,
): Case[] {
  const random = createRandom(seedFrom(label));
  return Array.from({ length: count }, (_, i) => {
    const { operands, ...rest } = draw(random, i);
    const shapes = operands.map((x) => `${x.dtype}[${x.shape}]`).join(' ');
    const one: Case = { name: `${label} ${i}: ${shapes}`, operands, ...rest };
    drawn.add(one);
    return one;
  });
}

export const pick = <T>(random: Random, items: readonly T[]): T => items[random.int(items.length)]!;
/** Between both, both included. */
export const between = (random: Random, low: number, high: number): number => low + random.int(high - low + 1);
/** Sizes of 1 to 4, one in ten of them 0. */
export const drawShape = (random: Random, rank: number, empty = true): number[] =>
  Array.from({ length: rank }, () => (empty && random.int(10) === 0 ? 0 : between(random, 1, 4)));
export const valuesOf = (random: Random, shape: number[], dtype: Dtype = 'float32'): HostTensor =>
  values32(shape, random.int(2 ** 31), dtype);

/** Two shapes that broadcast: axes of a common one left out in front or shrunk to one. */
export function broadcasting(random: Random): [number[], number[]] {
  const common = drawShape(random, random.int(5));
  const shrink = () => {
    const shape = common.map((size) => (random.int(3) === 0 ? 1 : size));
    return shape.slice(random.int(3) === 0 ? random.int(shape.length + 1) : 0);
  };
  return [shrink(), shrink()];
}

/** Distinct axes, some counted from the end; all of them if `undefined`. */
export function axesOf(random: Random, rank: number): number[] | undefined {
  if (random.int(5) === 0 || rank === 0) return undefined;
  const axes = random.shuffle(Array.from({ length: rank }, (_, i) => i)).slice(0, between(random, 1, rank));
  return axes.map((axis) => (random.int(2) === 0 ? axis : axis - rank));
}
