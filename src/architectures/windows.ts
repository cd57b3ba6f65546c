// Sliding windows: how far back each layer of a model sees. Longformer, arXiv 2004.05150; Mistral 7B, arXiv 2310.06825.
import { fault, type Json } from './config.ts';

/** Tokens that each layer sees, the token itself included; null: all that came before. */
export type Windows = (number | null)[];

/** `sliding_window` as config.json has it, or as the library has it where the file says nothing. */
export function slidingWindow({ sliding_window: window }: Json, otherwise: number): number | null {
  if (window === null) return null;
  if (window === undefined) return otherwise;
  if (Number.isInteger(window) && (window as number) >= 1) return window as number;
  throw fault('sliding_window must be a whole number of tokens from 1, or null');
}

const KINDS = ['full_attention', 'sliding_attention'];

/** `layer_types`, where config.json has them. */
export function layerTypes({ layer_types: types }: Json, layers: number): string[] | null {
  if (types === undefined || types === null) return null;
  if (Array.isArray(types) && types.length === layers && types.every((type) => KINDS.includes(type))) return types;
  throw fault(`layer_types must say for each of ${layers} layers one of: ${KINDS.join(', ')}`);
}
