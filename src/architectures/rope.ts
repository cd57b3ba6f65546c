// Rotary positions: pairs of a head's numbers turn with the place of their token. RoFormer, arXiv 2104.09864; the pairs
// are (i, i + half), as Hugging Face's layouts have them. B rows, T positions, S width of a head.
import type { Tensor, Tf } from '../domain/engine.ts';
import type { Save } from './layers.ts';

/** How far pairs turn. */
export interface Rope {
  /** Radians a position, one a pair; the first twice as many numbers of a head turn, the others stay. */
  frequencies: number[];
  /** Factor of what turns. */
  scale: number;
}

/** What x and x with its pairs exchanged count: (B or 1, T, 1, S) each. */
export interface Turns {
  cos: Tensor;
  sin: Tensor;
  /** Numbers of a head that turn. */
  rotated: number;
}

/** For each number of a head: its frequency, and the factors of cosine and sine. */
function perNumber({ frequencies, scale }: Rope, size: number) {
  const half = frequencies.length;
  const of = (value: (pair: number, second: boolean) => number, still: number) =>
    Array.from({ length: size }, (_, i) => (i < 2 * half ? value(i % half, i >= half) : still));
  return {
    frequency: of((pair) => frequencies[pair]!, 0),
    cosines: of(() => scale, 1),
    sines: of((_, second) => (second ? scale : -scale), 0),
  };
}

/** Turns of places 0 to T - 1, or of `positions` (B, T) int32. */
export function turnsOf(tf: Tf, rope: Rope, size: number, time: number, positions?: Tensor): Turns {
  const { frequency, cosines, sines } = perNumber(rope, size);
  const rotated = 2 * rope.frequencies.length;
  if (positions) {
    const places = tf.reshape(tf.cast(positions, 'float32'), [...positions.shape, 1, 1]);
    const angles = tf.mul(places, tf.tensor1d(frequency));
    const cos: Tensor = tf.mul(tf.cos(angles), tf.tensor1d(cosines));
    return { cos, sin: tf.mul(tf.sin(angles), tf.tensor1d(sines)), rotated };
  }
  // angles are rounded to float32 as where they are computed with tensors: far out, the rounding is what counts
  const table = (turn: (angle: number) => number, factors: number[]): Tensor => {
    const values = new Float32Array(time * size);
    for (let t = 0; t < time; t++)
      for (let i = 0; i < size; i++) values[t * size + i] = turn(Math.fround(t * frequency[i]!)) * factors[i]!;
    return tf.tensor(values, [1, time, 1, size]);
  };
  return { cos: table(Math.cos, cosines), sin: table(Math.sin, sines), rotated };
}

/** The two numbers of each pair exchanged; its own inverse. */
function exchanged(tf: Tf, x: Tensor, rotated: number): Tensor {
  const half = rotated / 2;
  const still = x.shape.at(-1)! - rotated;
  const [first, second, ...rest] = tf.split(x, still > 0 ? [half, half, still] : [half, half], -1) as Tensor[];
  return tf.concat([second!, first!, ...rest], -1);
}

/** x (B, T, H x S), every head turned. */
export function rotate(tf: Tf, x: Tensor, turns: Turns): Tensor {
  const size = turns.cos.shape[3]!;
  const op = tf.customGrad((...args) => {
    const [z, save] = args as unknown as [Tensor, Save];
    save([turns.cos, turns.sin]);
    const value = tf.add(tf.mul(z, turns.cos), tf.mul(exchanged(tf, z, turns.rotated), turns.sin)) as Tensor;
    const gradFunc = (dy: Tensor, saved: Tensor[]) => {
      const [cos, sin] = saved as [Tensor, Tensor];
      // exchanging the pairs of `sin` negates it: the turn back
      return tf.sub(tf.mul(dy, cos), tf.mul(exchanged(tf, dy, turns.rotated), sin)) as Tensor;
    };
    return { value, gradFunc };
  });
  const heads = tf.reshape(x, [x.shape[0]!, x.shape[1]!, x.shape[2]! / size, size]);
  return tf.reshape(op(heads), x.shape);
}
