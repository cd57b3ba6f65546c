// Updates of state that are arithmetic alone (an optimizer's), taken out of the graph: whatever a graph computes comes back
// as a copy, also where it was written in place, and weights with their moments are the largest of all. What is left
// to come back is the gradient.
import { elementCount } from '../../domain/engine.ts';
import { type Root, readersOf } from './in-place.ts';
import { inputsOf, knownValue, type LazyNode, topologicalOrder } from './node.ts';
import type { OrtTensor } from './sessions.ts';
import { sameShape } from './shapes.ts';
import { type Chain, isArithmetic, type Value } from './simd.ts';
import { kernelOf, type Work } from './update-work.ts';

/** Where a chain finds what it reads. */
export type Source = { state: string } | { result: string } | { value: number };

export interface HostUpdate {
  chain: Chain;
  tensors: Source[];
  numbers: Source[];
  /** Names of the state tensors that get the chain's results, in their order. */
  states: string[];
}

/** Elements below which an update is left where it is: calling out for it would cost more. */
const SMALL = 1024;
type OpNode = Extract<LazyNode, { kind: 'op' }>;

const isNumber = (node: LazyNode) => node.shape.length <= 1 && elementCount(node.shape) === 1;

function fits(node: LazyNode): node is OpNode {
  if (node.kind !== 'op' || node.value !== undefined || node.dtype !== 'float32') return false;
  if (!isArithmetic(node.op) || elementCount(node.shape) < SMALL) return false;
  return node.inputs.every(
    (input) => input.dtype === 'float32' && (sameShape(input.shape, node.shape) || isNumber(input)),
  );
}

/** Arithmetic that leads to updates and to nothing else. */
function candidates(roots: readonly Root[], readers: ReadonlyMap<LazyNode, LazyNode[]>): Set<LazyNode> {
  const updates = new Set(roots.filter(({ name }) => name.startsWith('update:')).map(({ node }) => node));
  const results = new Set(roots.filter(({ name }) => !name.startsWith('update:')).map(({ node }) => node));
  const found = new Set<LazyNode>();
  const open = [...updates];
  while (open.length > 0) {
    const node = open.pop()!;
    if (found.has(node) || results.has(node) || !fits(node)) continue;
    found.add(node);
    open.push(...node.inputs.filter((input) => sameShape(input.shape, node.shape)));
  }
  // what somebody else reads stays in the graph, and so does all that it needs
  const leaves = (node: LazyNode) =>
    readers.get(node)!.some((reader) => !found.has(reader) || !sameShape(reader.shape, node.shape));
  const dropped = [...found].filter(leaves);
  while (dropped.length > 0) {
    const node = dropped.pop()!;
    if (!found.delete(node)) continue;
    dropped.push(...inputsOf(node).filter((input) => found.has(input)));
  }
  return found;
}

/** Sets of nodes that hang together. */
function components(nodes: ReadonlySet<LazyNode>): Set<LazyNode>[] {
  const groups = new Map<LazyNode, Set<LazyNode>>();
  for (const node of nodes) {
    let own = groups.get(node) ?? new Set([node]);
    for (const input of inputsOf(node).filter((one) => nodes.has(one))) {
      own = own.union(groups.get(input) ?? new Set([input]));
    }
    for (const member of own) groups.set(member, own);
  }
  return [...new Set(groups.values())];
}

/** One update of everything in `members`, or null where it would read what others change. */
function hostUpdate(
  members: ReadonlySet<LazyNode>,
  roots: readonly Root[],
  states: ReadonlyMap<string, LazyNode>,
  nameOf: (node: LazyNode) => string,
): HostUpdate | null {
  const own = roots.filter(({ name, node }) => name.startsWith('update:') && members.has(node));
  const changed = new Set(own.map(({ name }) => name.slice('update:'.length)));
  const outside = [...new Set([...members].flatMap(inputsOf))].filter((node) => !members.has(node));
  const changedElsewhere = (name: string) => !changed.has(name) && roots.some((root) => root.name === `update:${name}`);
  const stateOf = (node: LazyNode) =>
    node.kind === 'input' && node.name.startsWith('state:') ? node.name.slice('state:'.length) : null;
  if (outside.some((node) => stateOf(node) !== null && changedElsewhere(stateOf(node)!))) return null;
  for (const { name, node } of own) {
    const state = states.get(name.slice('update:'.length));
    if (state?.dtype !== node.dtype || !sameShape(state.shape, node.shape)) return null;
  }
  const [tensors, numbers]: [Source[], Source[]] = [[], []];
  const values = new Map<LazyNode, Value>();
  for (const node of outside) {
    const state = stateOf(node);
    const constant = node.kind === 'splat' ? node.fill : isNumber(node) ? knownValue(node)?.data[0] : undefined;
    if (constant !== undefined) values.set(node, { number: numbers.push({ value: constant }) - 1 });
    else if (isNumber(node)) values.set(node, { number: numbers.push({ result: nameOf(node) }) - 1 });
    else values.set(node, { tensor: tensors.push(state === null ? { result: nameOf(node) } : { state }) - 1 });
  }
  for (const node of topologicalOrder(own.map((root) => root.node))) {
    if (members.has(node))
      values.set(node, { op: (node as OpNode).op, inputs: inputsOf(node).map((input) => values.get(input)!) });
  }
  const results = own.map(({ node }) => values.get(node)!);
  return {
    chain: { tensors: tensors.length, numbers: numbers.length, results },
    tensors,
    numbers,
    states: [...changed],
  };
}

/** What of `roots` the host computes, and what is left to the graph: the other roots and what the host reads of it. */
export function takeHostUpdates(roots: readonly Root[]): { updates: HostUpdate[]; rest: Root[] } {
  const readers = readersOf(roots);
  const states = new Map<string, LazyNode>();
  for (const node of readers.keys()) {
    if (node.kind === 'input' && node.name.startsWith('state:')) states.set(node.name.slice('state:'.length), node);
  }
  const names = new Map<LazyNode, string>();
  const nameOf = (node: LazyNode): string => {
    const name = names.get(node) ?? `host:${names.size}`;
    names.set(node, name);
    return name;
  };
  const updates = components(candidates(roots, readers)).flatMap(
    (members) => hostUpdate(members, roots, states, nameOf) ?? [],
  );
  const taken = new Set(updates.flatMap((update) => update.states));
  const rest = roots.filter(({ name }) => !name.startsWith('update:') || !taken.has(name.slice('update:'.length)));
  return { updates, rest: [...rest, ...[...names].map(([node, name]) => ({ name, node }))] };
}

/** What one update reads and writes now: the state, and what the program gave. */
export type PreparedUpdate = (
  state: ReadonlyMap<string, OrtTensor>,
  results: Readonly<Record<string, OrtTensor>>,
) => Work;

export function prepareHostUpdates(updates: readonly HostUpdate[]): PreparedUpdate[] {
  const readers = new Map<string, number>();
  const resultsOf = ({ tensors }: HostUpdate) =>
    tensors.flatMap((source) => ('result' in source ? [source.result] : []));
  for (const name of updates.flatMap(resultsOf)) readers.set(name, (readers.get(name) ?? 0) + 1);
  return updates.map((update) => {
    const kernel = kernelOf(update.chain);
    const spent = resultsOf(update).filter((name) => readers.get(name) === 1);
    return (state, results) => {
      const data = (tensor: OrtTensor | undefined) => tensor!.data as Float32Array;
      const read = (source: Source): Float32Array =>
        'state' in source
          ? data(state.get(source.state))
          : 'result' in source
            ? data(results[source.result])
            : Float32Array.of(source.value);
      return {
        kernel,
        tensors: update.tensors.map(read),
        numbers: update.numbers.map((source) => read(source)[0]!),
        results: update.states.map((name) => data(state.get(name))),
        spent: spent.map((name) => data(results[name])),
      };
    };
  });
}
