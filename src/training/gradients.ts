// Value and gradients of a loss by named weights, with side results that come out of the same forward pass.
import type { Tensor, Tensors, Tf } from '../domain/engine.ts';

/**
 * Gradients of `loss` (a scalar) by each of `weights`. `aux` holds further tensors of the forward pass; the gradient
 * scope would free them, so they are kept over its end and handed on as clones.
 */
export function valueAndGradients<Aux extends Tensors>(
  tf: Tf,
  weights: Tensors,
  forward: (weights: Tensors) => { loss: Tensor; aux: Aux },
): { loss: Tensor; gradients: Tensors; aux: Aux } {
  const names = Object.keys(weights);
  let kept: Aux | undefined;
  const run = tf.valueAndGrads((...tensors: Tensor[]) => {
    const { loss, aux } = forward(Object.fromEntries(names.map((name, i) => [name, tensors[i]!])));
    kept = Object.fromEntries(Object.entries(aux).map(([name, tensor]) => [name, tf.keep(tensor)])) as Aux;
    return loss as import('@tensorflow/tfjs').Scalar;
  });
  const { value, grads } = run(names.map((name) => weights[name]!));
  const aux = Object.fromEntries(
    Object.entries(kept!).map(([name, tensor]) => {
      const clone = tf.clone(tensor);
      tensor.dispose();
      return [name, clone];
    }),
  ) as Aux;
  return { loss: value, gradients: Object.fromEntries(names.map((name, i) => [name, grads[i]!])), aux };
}
