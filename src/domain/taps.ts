// Taps on the layers that map vectors: beside a weight (I, O) stand zeros whose gradients are sums over what passed through it,
// so that whoever can take a gradient can measure inputs and output gradients as well. Where a bias goes with the weight, inputs may
// have a last 1: then I is one more, and the last row of (I, O) is the bias.
import type { Tensor, Tensors } from './engine.ts';

/** (I, I): its gradient is the sum of a a^T over inputs a that the loss depends on. */
export const inputSums = (weight: string): string => `${weight}:inputs`;
/** (O, O): its gradient is the sum of g g^T over gradients g of outputs. */
export const outputSums = (weight: string): string => `${weight}:outputs`;
/** (I, O): its gradient is the sum over rows of the squares of a row’s gradient of the weight, in the bases. */
export const squareSums = (weight: string): string => `${weight}:squares`;
/** (I, I) and (O, O): rows are vectors. */
export const inputBasis = (weight: string): string => `${weight}:input-basis`;
export const outputBasis = (weight: string): string => `${weight}:output-basis`;

/** Sums of products, or of squares in bases. */
export type Tap = { inputs: Tensor; outputs: Tensor } | { squares: Tensor; inputBasis: Tensor; outputBasis: Tensor };

/** The tap of a weight, if the tensors hold one. */
export function tapOf(tensors: Tensors, weight: string): Tap | undefined {
  const inputs = tensors[inputSums(weight)];
  if (inputs) return { inputs, outputs: tensors[outputSums(weight)]! };
  const squares = tensors[squareSums(weight)];
  if (!squares) return undefined;
  return { squares, inputBasis: tensors[inputBasis(weight)]!, outputBasis: tensors[outputBasis(weight)]! };
}
