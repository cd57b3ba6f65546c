// Matrix products. Transposes ride along in FusedMatMul instead of being written out.
import { tf } from '../../tfjs.ts';
import type { GraphBuilder } from '../builder.ts';
import { upTo } from '../shapes.ts';
import { kernel, record } from './register.ts';

/** 1 for a matrix that is read with rows and columns changed about. */
export interface Transposes {
  transA: number;
  transB: number;
}

/** Shape of the product; the batch dimensions broadcast. Throws where the matrices do not fit. */
export function productShape(a: number[], b: number[], { transA, transB }: Transposes): number[] {
  const batch = tf.backend_util.assertAndGetBroadcastShape(a.slice(0, -2), b.slice(0, -2));
  const [rows, inner] = transA ? [a.at(-1)!, a.at(-2)!] : [a.at(-2)!, a.at(-1)!];
  const [other, columns] = transB ? [b.at(-1)!, b.at(-2)!] : [b.at(-2)!, b.at(-1)!];
  if (inner !== other) throw new Error(`matMul: [${a}] and [${b}] do not fit together`);
  return [...batch, rows, columns];
}

const turned = (g: GraphBuilder, x: string, rank: number): string =>
  g.op('Transpose', [x], { perm: [...upTo(rank - 2), rank - 1, rank - 2] });

/** Columns from which a turned copy costs less than reading columns as rows once for every part of the result. */
const WIDE = 256;

/** FusedMatMul knows float32 only. `shapes` of the operands, where they are known to be matrices. */
export function multiply(
  g: GraphBuilder,
  a: string,
  b: string,
  { transA, transB }: Transposes,
  shapes?: readonly [number[], number[]],
): string {
  if (!transA && !transB) return g.op('MatMul', [a, b]);
  const [rows, columns] = [shapes?.[0].at(-1) ?? 0, shapes?.[1].at(-1) ?? 0];
  const isGradient = transA && !transB && shapes?.every(({ length }) => length === 2);
  if (!g.forCpu || !isGradient || Math.min(rows, columns) < WIDE)
    return g.op('FusedMatMul', [a, b], { transA, transB }, 'com.microsoft');
  // the gradient of a weight: the runtime's product is at its best with more columns than rows
  if (columns >= rows) return g.op('MatMul', [turned(g, a, 2), b]);
  return turned(g, g.op('MatMul', [turned(g, b, 2), a]), 2);
}

kernel('BatchMatMul', ({ inputs, attrs, backend }) => {
  const { a, b } = inputs as Record<'a' | 'b', (typeof inputs)[string]>;
  const attributes = { transA: attrs.transposeA ? 1 : 0, transB: attrs.transposeB ? 1 : 0 };
  const dtype = a.dtype === 'int32' ? 'int32' : 'float32';
  const result = { shape: productShape(a.shape, b.shape, attributes), dtype, attributes } as const;
  return record(backend, 'BatchMatMul', [backend.node(a), backend.node(b)], result, (g, [left, right]) => {
    if (dtype === 'float32') return multiply(g, left!, right!, attributes, [a.shape, b.shape]);
    const rows = attributes.transA ? turned(g, left!, a.shape.length) : left!;
    return g.op('MatMul', [rows, attributes.transB ? turned(g, right!, b.shape.length) : right!]);
  });
});
