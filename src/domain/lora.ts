// Adapters in a set of named tensors: beside `<module>.weight` stand A (in, rank) and B (rank, out), and one factor for
// all of them. LoRA: Low-Rank Adaptation of Large Language Models, arXiv 2106.09685.
import type { Tensor, Tensors } from './engine.ts';

export const adapterA = (module: string): string => `${module}.lora_A`;
export const adapterB = (module: string): string => `${module}.lora_B`;
/** Scalar: alpha / rank. */
export const ADAPTER_SCALE = 'lora_scale';

/** What a projection adds to its own result: x A B, scaled. */
export interface Adapter {
  a: Tensor;
  b: Tensor;
  scale: Tensor;
}

/** The adapter of a module, if the tensors hold one. */
export function adapterOf(tensors: Tensors, module: string): Adapter | undefined {
  const a = tensors[adapterA(module)];
  return a && { a, b: tensors[adapterB(module)]!, scale: tensors[ADAPTER_SCALE]! };
}
