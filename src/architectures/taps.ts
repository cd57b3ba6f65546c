// What a tap computes (domain/taps.ts). N vectors; B rows of them.
import type { Tensor, Tf } from '../domain/engine.ts';
import type { Tap } from '../domain/taps.ts';

type Save = (tensors: Tensor[]) => void;

/** a^T b, for a (N, I) and b (N, O). */
const across = (tf: Tf, a: Tensor, b: Tensor): Tensor => tf.matMul(a, b, true, false);

/** Sums of a a^T and g g^T. Inputs whose outputs have no gradient count for nothing: they are padding. */
function products(tf: Tf, a: Tensor, g: Tensor): Tensor[] {
  const counts = tf.cast(tf.greater(tf.max(tf.abs(g), -1, true), 0), 'float32');
  return [across(tf, tf.mul(a, counts), a), across(tf, g, g)];
}

/** Sum over rows of the squares of a^T g, in the bases. */
function squares(tf: Tf, a: Tensor, g: Tensor, rows: number, [basisA, basisG]: [Tensor, Tensor]): Tensor {
  const within = (x: Tensor, basis: Tensor): Tensor =>
    tf.reshape(tf.matMul(x, basis, false, true), [rows, x.shape[0]! / rows, basis.shape[0]!]);
  return tf.sum(tf.square(tf.matMul(within(a, basisA), within(g, basisG), true, false)), 0);
}

/** The vectors (N, I), with a last 1 where the tap takes one more number than they have. */
function vectors(tf: Tf, x: Tensor, size: number): Tensor {
  const width = x.shape.at(-1)!;
  const flat: Tensor = tf.reshape(x, [-1, width]);
  return width === size ? flat : tf.concat([flat, tf.ones([flat.shape[0]!, 1])], 1);
}

/** y, which a weight made of x (both with the vectors along their last axis, rows along the first), and what the tap asks for. */
export function tapped(tf: Tf, x: Tensor, y: Tensor, tap: Tap | undefined): Tensor {
  if (tap === undefined) return y;
  const [rows, width] = [y.shape[0]!, y.shape.at(-1)!];
  const size = ('squares' in tap ? tap.squares : tap.inputs).shape[0]!;
  const op = tf.customGrad((...args) => {
    const [value, save] = [args[0] as Tensor, args.at(-1) as unknown as Save];
    save('squares' in tap ? [x, tap.inputBasis, tap.outputBasis] : [x]);
    const gradFunc = (dy: Tensor, [input, ...bases]: Tensor[]): Tensor[] => {
      const [a, g] = [vectors(tf, input!, size), vectors(tf, dy, width)];
      return [dy, ...(bases.length > 0 ? [squares(tf, a, g, rows, bases as [Tensor, Tensor])] : products(tf, a, g))];
    };
    return { value: tf.clone(value), gradFunc: gradFunc as (dy: Tensor, saved: Tensor[]) => Tensor[] };
  });
  return 'squares' in tap ? op(y, tap.squares) : op(y, tap.inputs, tap.outputs);
}
