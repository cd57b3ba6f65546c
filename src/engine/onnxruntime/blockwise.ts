// Chains of elementwise operators over one large shape, computed block by block: each operator alone would stream the
// whole tensors through the memory, a block stays in the cache from the first operator to the last.
import { elementCount } from '../../domain/engine.ts';
import type { LazyNode } from './node.ts';
import { sameShape } from './shapes.ts';

/**
 * Elements from which it pays: below, whole tensors stay in the cache by themselves. With several threads each operator
 * works in the caches of all of them, while a block is too small to be divided.
 */
export const largeFor = (threads: number): number => (threads > 1 ? 1 << 22 : 1 << 20);
/** Elements of a block: large enough for the cost of one round of the loop, small enough for the cache. */
const BLOCK = { least: 1 << 14, best: 1 << 16, most: 1 << 18 };
/** Operators from which a chain is worth a loop. */
const CHAIN = 4;

type OpNode = Extract<LazyNode, { kind: 'op' }>;

export interface Cluster {
  members: Set<LazyNode>;
  /** Elements of a block: a divisor of the shape's. */
  block: number;
}

/** The divisor of `count` in the range of blocks that is nearest to the best size; null when there is none. */
export function blockOf(count: number): number | null {
  let found: number | null = null;
  const distance = (size: number) => Math.abs(Math.log(size / BLOCK.best));
  const consider = (size: number) => {
    if (size < BLOCK.least || size > BLOCK.most) return;
    if (found === null || distance(size) < distance(found)) found = size;
  };
  for (let small = 1; small * small <= count; small++) {
    if (count % small !== 0) continue;
    consider(small);
    consider(count / small);
  }
  return found;
}

const isOpen = (node: LazyNode): node is OpNode => node.kind === 'op' && node.value === undefined;

/** Every input has the shape of the result, or is one number. */
function canJoin(node: LazyNode, large: number): node is OpNode {
  if (!isOpen(node) || !node.elementwise || elementCount(node.shape) < large) return false;
  return node.inputs.every(
    (input) =>
      sameShape(input.shape, node.shape) ||
      (input.kind !== 'splat' && input.shape.length <= 1 && elementCount(input.shape) === 1),
  );
}

/** What the cluster reads and does not compute. */
export function externalInputs({ members }: Pick<Cluster, 'members'>): LazyNode[] {
  const found = new Set<LazyNode>();
  for (const member of members) {
    for (const input of (member as OpNode).inputs) if (!members.has(input)) found.add(input);
  }
  return [...found];
}

/** Groups of nodes of at least `large` elements, given in topological order, each of which may be computed as one. */
export function clustersOf(order: readonly LazyNode[], large: number): Map<LazyNode, Cluster> {
  const place = new Map(order.map((node, index) => [node, index]));
  const clusters = new Map<LazyNode, Cluster>();
  const first = (members: Set<LazyNode>) => Math.min(...[...members].map((node) => place.get(node)!));

  /** Whether `members`, computed at once, would need something that needs one of them. */
  function isCyclic(members: Set<LazyNode>): boolean {
    const start = first(members);
    const seen = new Set<LazyNode>();
    const open = externalInputs({ members });
    while (open.length > 0) {
      const node = open.pop()!;
      if (members.has(node)) return true;
      if (seen.has(node)) continue;
      seen.add(node);
      const cluster = clusters.get(node);
      // another cluster is computed at once too: it needs what any of its members needs
      if (cluster !== undefined && ![...cluster.members].some((other) => members.has(other))) {
        for (const other of cluster.members) seen.add(other);
        open.push(...externalInputs(cluster));
      } else if (isOpen(node) && place.get(node)! > start) open.push(...node.inputs);
    }
    return false;
  }

  for (const node of order) {
    if (!canJoin(node, large)) continue;
    const block = blockOf(elementCount(node.shape));
    if (block === null) continue;
    let own: Cluster = { members: new Set([node]), block };
    const neighbours = new Set(node.inputs.flatMap((input) => clusters.get(input) ?? []));
    for (const other of neighbours) {
      const shape = [...other.members][0]!.shape;
      const joined = new Set([...other.members, ...own.members]);
      if (sameShape(shape, node.shape) && !isCyclic(joined)) own = { members: joined, block };
    }
    for (const member of own.members) clusters.set(member, own);
  }
  for (const [node, { members }] of clusters) if (members.size < CHAIN) clusters.delete(node);
  return clusters;
}
