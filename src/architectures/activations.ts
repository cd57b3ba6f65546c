// What stands between the layers of a feed-forward block, gradients written out. Names are those of `hidden_act`.
import type { Tensor, Tf } from '../domain/engine.ts';
import type { Save } from './layers.ts';

/** x (1 + tanh(u)) / 2 = x sigmoid(2 u), where 2 u = x (LINEAR + CUBIC x^2). */
const LINEAR = 2 * Math.sqrt(2 / Math.PI);
const CUBIC = 0.044715 * LINEAR;

/** GELU in its tanh form (`gelu_new`). https://arxiv.org/abs/1606.08415 */
export function geluTanh(tf: Tf, x: Tensor): Tensor {
  const polynomial = (z: Tensor, cubic: number): Tensor => tf.add(tf.mul(tf.square(z), cubic), LINEAR);
  const op = tf.customGrad((...args) => {
    const [input, save] = args as unknown as [Tensor, Save];
    const gate = tf.sigmoid(tf.mul(input, polynomial(input, CUBIC)));
    const value = tf.mul(input, gate) as Tensor;
    save([input, gate, value]);
    const gradFunc = (dy: Tensor, saved: Tensor[]) => {
      const [z, open, y] = saved as [Tensor, Tensor, Tensor];
      // y' = gate + y (1 - gate) (2 u)'
      const slope = tf.mul(tf.sub(y, tf.mul(y, open)), polynomial(z, 3 * CUBIC));
      return tf.mul(dy, tf.add(open, slope)) as Tensor;
    };
    return { value, gradFunc };
  });
  return op(x);
}

/** GELU by the normal distribution itself (`gelu`): x times the share of it below x. */
export function geluErf(tf: Tf, x: Tensor): Tensor {
  const op = tf.customGrad((...args) => {
    const [input, save] = args as unknown as [Tensor, Save];
    const below: Tensor = tf.mul(tf.add(tf.erf(tf.mul(input, Math.SQRT1_2)), 1), 0.5);
    save([input, below]);
    const gradFunc = (dy: Tensor, saved: Tensor[]) => {
      const [z, share] = saved as [Tensor, Tensor];
      const density = tf.mul(tf.exp(tf.mul(tf.square(z), -0.5)), 1 / Math.sqrt(2 * Math.PI));
      return tf.mul(dy, tf.add(share, tf.mul(z, density))) as Tensor;
    };
    return { value: tf.mul(input, below) as Tensor, gradFunc };
  });
  return op(x);
}

/** gate sigmoid(gate) times up. https://arxiv.org/abs/2002.05202 */
export function swiGlu(tf: Tf, gate: Tensor, up: Tensor): Tensor {
  const op = tf.customGrad((...args) => {
    const [g, u, save] = args as unknown as [Tensor, Tensor, Save];
    const open = tf.sigmoid(g) as Tensor;
    save([g, u, open]);
    const gradFunc = (dy: Tensor, saved: Tensor[]) => {
      const [z, factor, sigmoid] = saved as [Tensor, Tensor, Tensor];
      const silu = tf.mul(z, sigmoid);
      // silu' = sigmoid + silu (1 - sigmoid)
      const slope = tf.add(sigmoid, tf.sub(silu, tf.mul(silu, sigmoid)));
      return [tf.mul(tf.mul(dy, factor), slope), tf.mul(dy, silu)] as Tensor[];
    };
    return { value: tf.mul(tf.mul(g, open), u) as Tensor, gradFunc };
  });
  return op(gate, up);
}

/** By their names in `hidden_act`; several are the same function. */
export const ACTIVATIONS: Readonly<Record<string, (tf: Tf, x: Tensor) => Tensor>> = Object.freeze({
  gelu: geluErf,
  ...{ gelu_new: geluTanh, gelu_fast: geluTanh, gelu_pytorch_tanh: geluTanh },
});
