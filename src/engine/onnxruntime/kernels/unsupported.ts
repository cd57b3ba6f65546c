// Kernels that the backend lacks: whoever calls one is told by name, while the step is traced.
import { ExpungeError } from '../../../errors.ts';
import { tf } from '../../tfjs.ts';
import { REGISTRY, registerKernel } from './register.ts';

/** What to do instead, and the names that it is said of. */
const REMEDIES: [remedy: string, names: string[]][] = [
  [
    'The shape of its result depends on values: read the tensor and do it on the host.',
    ['NonMaxSuppressionV3', 'NonMaxSuppressionV4', 'NonMaxSuppressionV5', 'SparseFillEmptyRows', 'Unique'],
  ],
  [
    'Strings and ragged lists are no tensors here: do it on the host, before the step.',
    [
      ...['RaggedGather', 'RaggedRange', 'RaggedTensorToTensor', 'SparseReshape', 'StaticRegexReplace'],
      ...['StringNGrams', 'StringSplit', 'StringToHashBucketFast'],
    ],
  ],
  [
    'There are no complex numbers here: keep real and imaginary parts in two tensors.',
    ['Complex', 'ComplexAbs', 'FFT', 'IFFT', 'Imag', 'Real'],
  ],
  ['A compiled step draws no numbers: feed them, and take argMax of logits plus Gumbel noise.', ['Multinomial']],
  ['It computes with shapes: tf.backend_util.assertAndGetBroadcastShape does it on the host.', ['BroadcastArgs']],
  ['There is no canvas here.', ['Draw']],
];
const OTHERWISE = 'Write it with operations that docs/engine.md lists, or add it in src/engine/onnxruntime/kernels/.';

const remedyOf = (name: string): string => REMEDIES.find(([, names]) => names.includes(name))?.[0] ?? OTHERWISE;

/** Names that TensorFlow.js' `cpu` computes and this backend does not, with what to do instead. */
export const MISSING = new Map(
  tf
    .getKernelsForBackend('cpu')
    .map(({ kernelName }) => kernelName)
    .filter((name) => !REGISTRY.has(name))
    .toSorted()
    .map((name) => [name, remedyOf(name)]),
);

for (const [name, remedy] of MISSING) {
  registerKernel(name, () => {
    throw new ExpungeError('compute-failed', `The onnxruntime backend has no kernel for ${name}. ${remedy}`);
  });
}
