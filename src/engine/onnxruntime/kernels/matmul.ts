// Matrix products. Transposes ride along in FusedMatMul instead of being written out.
import { tf } from '../../tfjs.ts';
import { kernel, record } from './register.ts';

kernel('BatchMatMul', ({ inputs, attrs, backend }) => {
  const a = inputs.a!;
  const b = inputs.b!;
  const transA = attrs.transposeA ? 1 : 0;
  const transB = attrs.transposeB ? 1 : 0;
  const rank = a.shape.length;
  const batch = tf.backend_util.assertAndGetBroadcastShape(a.shape.slice(0, -2), b.shape.slice(0, -2));
  const rows = a.shape[transA ? rank - 1 : rank - 2]!;
  const columns = b.shape[transB ? b.shape.length - 2 : b.shape.length - 1]!;
  const inner = [a.shape[transA ? rank - 2 : rank - 1], b.shape[transB ? b.shape.length - 1 : b.shape.length - 2]];
  if (inner[0] !== inner[1]) throw new Error(`matMul: [${a.shape}] and [${b.shape}] do not fit together`);
  const result = { shape: [...batch, rows, columns], dtype: 'float32' as const, attributes: { transA, transB } };
  return record(backend, 'BatchMatMul', [backend.node(a), backend.node(b)], result, (g, xs) =>
    transA || transB ? g.op('FusedMatMul', xs, { transA, transB }, 'com.microsoft') : g.op('MatMul', xs),
  );
});
