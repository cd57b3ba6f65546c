// The Merkle tree of RFC 9162, section 2.1, over any number of leaves: hashes, which subtrees a proof is made of, and the checks of
// proofs. Pure; whoever has the hashes of subtrees (`tree.ts`) turns the spans into a proof.
import { hash } from 'node:crypto';

/** Of SHA-256, the one hash of this tree. */
export const HASH_BYTES = 32;
const LEAF = Buffer.of(0);
const NODE = Buffer.of(1);

const sha256 = (...parts: Uint8Array[]): Buffer => hash('sha256', Buffer.concat(parts), 'buffer');

/** HASH(0x00 || d): the prefix keeps a leaf from passing for a node (RFC 9162, 2.1.1). */
export const leafHash = (data: Uint8Array): Buffer => sha256(LEAF, data);
/** HASH(0x01 || left || right) (RFC 9162, 2.1.1). */
export const nodeHash = (left: Uint8Array, right: Uint8Array): Buffer => sha256(NODE, left, right);

/** A perfect subtree: the 2^level leaves from leaf `index` * 2^level on. */
export interface TreeNode {
  level: number;
  index: number;
}
/** Leaves `start` (from 0) up to and without `end`. */
export interface Span {
  start: number;
  end: number;
}

/** The largest power of two smaller than `n`, which is at least 2. */
function split(n: number): number {
  let k = 1;
  while (k * 2 < n) k *= 2;
  return k;
}

/** MTH over leaf hashes, of which there is at least one; of perfect subtrees of one size, likewise (RFC 9162, 2.1.1). */
export function merkleRoot(hashes: readonly Uint8Array[]): Uint8Array {
  let level = hashes;
  // pairing from the left and passing an odd one on gives the same tree as splitting at powers of two
  while (level.length > 1) {
    const above: Uint8Array[] = [];
    for (let i = 0; i < level.length; i += 2)
      above.push(i + 1 < level.length ? nodeHash(level[i]!, level[i + 1]!) : level[i]!);
    level = above;
  }
  if (level[0] === undefined) throw new RangeError('a tree without leaves has no proofs');
  return level[0];
}

/** The perfect subtrees that a span of a tree consists of, from the left; `joinNodes` makes its hash of theirs. */
export function perfectNodes({ start, end }: Span): TreeNode[] {
  const nodes: TreeNode[] = [];
  for (let from = start; from < end; ) {
    let [level, width] = [0, 1];
    while (from % (width * 2) === 0 && from + width * 2 <= end) [level, width] = [level + 1, width * 2];
    nodes.push({ level, index: from / width });
    from += width;
  }
  return nodes;
}

/** MTH of a span from the hashes of its perfect subtrees, the larger ones first. */
export function joinNodes(hashes: readonly Uint8Array[]): Uint8Array {
  const last = hashes.at(-1);
  if (last === undefined) throw new RangeError('an empty span has no hash');
  return hashes.slice(0, -1).reduceRight<Uint8Array>((right, left) => nodeHash(left, right), last);
}

/** The spans whose hashes are PATH(index, D_size), the leaf's sibling first (RFC 9162, 2.1.3.1). */
export function inclusionSpans(index: number, size: number): Span[] {
  const spans: Span[] = [];
  let [start, end] = [0, size];
  while (end - start > 1) {
    const middle = start + split(end - start);
    if (index < middle) {
      spans.push({ start: middle, end });
      end = middle;
    } else {
      spans.push({ start, end: middle });
      start = middle;
    }
  }
  return spans.reverse();
}

/** The spans whose hashes are PROOF(from, D_to), for 0 < from <= to (RFC 9162, 2.1.4.1). */
export function consistencySpans(from: number, to: number): Span[] {
  const spans: Span[] = [];
  let [start, end] = [0, to];
  while (end !== from) {
    const middle = start + split(end - start);
    if (from <= middle) {
      spans.push({ start: middle, end });
      end = middle;
    } else {
      spans.push({ start, end: middle });
      start = middle;
    }
  }
  // who knows the smaller tree knows its root, but not that of a part of it
  if (start > 0) spans.push({ start, end });
  return spans.reverse();
}

const half = (n: number): number => Math.floor(n / 2);
const isOdd = (n: number): boolean => n % 2 === 1;
const equal = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0;

/** Whether a leaf hash is the leaf `index` of the tree with this size and root (RFC 9162, 2.1.3.2). */
export function verifyInclusion(
  leaf: Uint8Array,
  { index, size, hashes }: { index: number; size: number; hashes: readonly Uint8Array[] },
  root: Uint8Array,
): boolean {
  if (!Number.isSafeInteger(index) || !Number.isSafeInteger(size) || index < 0 || index >= size) return false;
  let [node, last, found] = [index, size - 1, leaf];
  for (const sibling of hashes) {
    if (last === 0) return false;
    if (isOdd(node) || node === last) {
      found = nodeHash(sibling, found);
      while (!isOdd(node) && node !== 0) [node, last] = [half(node), half(last)];
    } else found = nodeHash(found, sibling);
    [node, last] = [half(node), half(last)];
  }
  return last === 0 && equal(found, root);
}

/** Whether the tree of size `to` begins with that of size `from`, of at least one leaf (RFC 9162, 2.1.4.2). */
export function verifyConsistency(
  first: { size: number; root: Uint8Array },
  second: { size: number; root: Uint8Array },
  hashes: readonly Uint8Array[],
): boolean {
  const [from, to] = [first.size, second.size];
  if (!Number.isSafeInteger(from) || !Number.isSafeInteger(to) || from < 1 || from > to) return false;
  if (from === to) return hashes.length === 0 && equal(first.root, second.root);
  // a power of two: the smaller tree is a node of the larger one, and the proof leaves it out
  const path = Number.isInteger(Math.log2(from)) ? [first.root, ...hashes] : hashes;
  if (hashes.length === 0 || path[0] === undefined) return false;
  let [node, last] = [from - 1, to - 1];
  while (isOdd(node)) [node, last] = [half(node), half(last)];
  let [old, grown] = [path[0], path[0]];
  for (const sibling of path.slice(1)) {
    if (last === 0) return false;
    if (isOdd(node) || node === last) {
      old = nodeHash(sibling, old);
      grown = nodeHash(sibling, grown);
      while (!isOdd(node) && node !== 0) [node, last] = [half(node), half(last)];
    } else grown = nodeHash(grown, sibling);
    [node, last] = [half(node), half(last)];
  }
  return last === 0 && equal(old, first.root) && equal(grown, second.root);
}

/** A tree that leaves are added to one by one; it holds the perfect subtrees at its right edge, a handful. */
export function growingTree() {
  const edge: { level: number; hash: Uint8Array }[] = [];
  let size = 0;
  return {
    /** Adds a leaf hash. Returns the perfect subtrees that are complete with it, of all levels above the leaves. */
    add(leaf: Uint8Array): (TreeNode & { hash: Uint8Array })[] {
      size += 1;
      const complete: (TreeNode & { hash: Uint8Array })[] = [];
      let [level, top] = [0, leaf];
      while (edge.at(-1)?.level === level) {
        top = nodeHash(edge.pop()!.hash, top);
        level += 1;
        complete.push({ level, index: size / 2 ** level - 1, hash: top });
      }
      edge.push({ level, hash: top });
      return complete;
    },
    size: () => size,
    root: (): Uint8Array => joinNodes(edge.map(({ hash: one }) => one)),
  };
}
