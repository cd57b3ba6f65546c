// Roots and proofs from the hashes of subtrees, wherever those are kept.
import { consistencySpans, inclusionSpans, joinNodes, perfectNodes, type Span, type TreeNode } from './merkle.ts';

/** Hashes of perfect subtrees of complete entries, in the order in which they are asked for. */
export type ReadNodes = (nodes: readonly TreeNode[]) => Promise<Uint8Array[]>;

/** Hashes of spans of the tree, read at once. */
async function spanHashes(read: ReadNodes, spans: readonly Span[]): Promise<Uint8Array[]> {
  const parts = spans.map(perfectNodes);
  const hashes = await read(parts.flat());
  let from = 0;
  return parts.map(({ length }) => {
    const mine = hashes.slice(from, from + length);
    from += length;
    return joinNodes(mine);
  });
}

/** The root of the first `size` entries, at least one. */
export const treeRoot = async (read: ReadNodes, size: number): Promise<Uint8Array> =>
  (await spanHashes(read, [{ start: 0, end: size }]))[0]!;

/** That entry `index`, from 0, is in the tree of the first `size`. */
export const proveInclusion = (read: ReadNodes, index: number, size: number): Promise<Uint8Array[]> =>
  spanHashes(read, inclusionSpans(index, size));

/** That the tree of the first `to` entries begins with that of the first `from`, at least one. */
export const proveConsistency = (read: ReadNodes, from: number, to: number): Promise<Uint8Array[]> =>
  spanHashes(read, consistencySpans(from, to));
