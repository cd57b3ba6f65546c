// Kernels that the backend lacks: whoever calls one is told by name, while the step is traced.
import { tf } from '../../tfjs.ts';
import { REGISTRY, registerKernel } from './register.ts';

const DYNAMIC = 'the shape of its result depends on values: read the tensor and do it on the host';
const HOST = 'strings and ragged lists have no tensors here: do it on the host, before the step';
const COMPLEX = 'there are no complex numbers here: keep real and imaginary parts in two tensors';
const DRAWN = 'a compiled step draws no numbers: feed them, and take argMax of logits plus Gumbel noise';
const SHAPES = 'it computes with shapes: do it on the host with tf.backend_util.assertAndGetBroadcastShape';

/** Why, and what to do instead, for those of which more is known than that nobody has needed them. */
const REASONS: Record<string, string> = {
  ...Object.fromEntries(
    ['NonMaxSuppressionV3', 'NonMaxSuppressionV4', 'NonMaxSuppressionV5', 'Unique', 'SparseFillEmptyRows'].map(
      (name) => [name, DYNAMIC],
    ),
  ),
  ...Object.fromEntries(
    [
      ...['RaggedGather', 'RaggedRange', 'RaggedTensorToTensor', 'SparseReshape', 'StaticRegexReplace'],
      ...['StringNGrams', 'StringSplit', 'StringToHashBucketFast'],
    ].map((name) => [name, HOST]),
  ),
  ...Object.fromEntries(['Complex', 'ComplexAbs', 'FFT', 'IFFT', 'Imag', 'Real'].map((name) => [name, COMPLEX])),
  BroadcastArgs: SHAPES,
  Draw: 'there is no canvas here',
  Multinomial: DRAWN,
};
const UNKNOWN = 'write it with operations that docs/engine.md lists, or add it to src/engine/onnxruntime/kernels';

/** Names that TensorFlow.js' `cpu` computes and this backend does not, with what to do instead. */
export const MISSING = new Map(
  tf
    .getKernelsForBackend('cpu')
    .map(({ kernelName }) => kernelName)
    .filter((name) => !REGISTRY.has(name))
    .toSorted()
    .map((name) => [name, REASONS[name] ?? UNKNOWN]),
);

for (const [name, remedy] of MISSING) {
  registerKernel(name, () => {
    throw new Error(`the operation ${name} of TensorFlow.js has no kernel on onnxruntime: ${remedy}`);
  });
}
