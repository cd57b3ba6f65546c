// Which state tensors a step may write its new values over. A second buffer for each would double the memory of weights
// and moments, and the traffic through the caches with it.
import { inputsOf, type LazyNode } from './node.ts';
import { sameShape } from './shapes.ts';

export interface Root {
  name: string;
  node: LazyNode;
}

/** Every node of the graph, with what reads it. */
export function readersOf(roots: readonly Root[]): Map<LazyNode, LazyNode[]> {
  const readers = new Map<LazyNode, LazyNode[]>();
  const open = roots.map(({ node }) => node);
  for (const node of open) readers.set(node, readers.get(node) ?? []);
  const visited = new Set<LazyNode>();
  while (open.length > 0) {
    const node = open.pop()!;
    if (visited.has(node)) continue;
    visited.add(node);
    for (const input of inputsOf(node)) {
      const known = readers.get(input);
      if (known) known.push(node);
      else readers.set(input, [node]);
      open.push(input);
    }
  }
  return readers;
}

/** `node` and all that it depends on. */
function ancestorsOf(node: LazyNode): Set<LazyNode> {
  const found = new Set<LazyNode>([node]);
  const open = [node];
  while (open.length > 0) {
    for (const input of inputsOf(open.pop()!)) {
      if (found.has(input)) continue;
      found.add(input);
      open.push(input);
    }
  }
  return found;
}

/** Reads each place of `state` before it writes the same place. */
const readsInStep = (node: LazyNode, state: LazyNode): boolean =>
  !inputsOf(node).includes(state) ||
  (node.kind === 'op' && node.elementwise && node.dtype === state.dtype && sameShape(node.shape, state.shape));

/**
 * Names of the updates (root `update:x` of input `state:x`) whose new value may lie where the old one is: whoever else
 * reads the old value is something that the new one depends on, so has read it before the new one is written.
 */
export function safeInPlace(roots: readonly Root[]): Set<string> {
  const readers = readersOf(roots);
  const states = new Map<string, LazyNode>();
  for (const node of readers.keys()) if (node.kind === 'input') states.set(node.name, node);
  const safe = new Set<string>();
  for (const { name, node } of roots) {
    if (!name.startsWith('update:')) continue;
    const state = states.get(name.replace('update:', 'state:'));
    const readAsResult = roots.some((root) => root.name !== name && root.node === state);
    if (state === undefined || readAsResult || !readsInStep(node, state)) continue;
    const before = ancestorsOf(node);
    if (readers.get(state)!.every((reader) => before.has(reader))) safe.add(name);
  }
  return safe;
}
