// Files beside the weights of a model that was trained in shards and slices.
import { MAX_JSON_BYTES } from './json-file.ts';

/** Digests of the checkpoints of the slices. A folder that has it has all of them. */
export const SISA = 'sisa.json';
/** Which records stand in which shard and slice. It stays with a model whose slices are gone: its recipe needs it. */
export const PLACEMENT = 'sisa-placement.json';
/** A safetensors file that readers of a folder do not take for weights of the model. */
const SLICE = /^shard-\d{1,3}-slice-\d{1,3}\.sisa$/;
const MAX_SLICE_BYTES = 2 ** 32;
const MAX_SISA_BYTES = 1 << 20;

export const sliceFile = (shard: number, slice: number): string => `shard-${shard}-slice-${slice}.sisa`;
export const isSlice = (name: string): boolean => SLICE.test(name);

/** Largest size of one of these files; undefined for any other name. */
export function sisaLimit(name: string): number | undefined {
  if (name === PLACEMENT) return MAX_JSON_BYTES;
  if (name === SISA) return MAX_SISA_BYTES;
  return isSlice(name) ? MAX_SLICE_BYTES : undefined;
}
