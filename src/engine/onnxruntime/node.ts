// The lazy graph: a tensor is a node that says how it would be computed.
import { type Dtype, elementCount, type HostTensor } from '../../domain/engine.ts';
import type { GraphBuilder } from './builder.ts';

export type Emit = (builder: GraphBuilder, inputs: string[], node: LazyNode) => string;

/**
 * `leaf` holds a value; `input` is fed by name at run time; `splat` is one number in every place (never stored in
 * full); `op` is computed from its inputs.
 */
export type LazyNode = {
  shape: number[];
  dtype: Dtype;
} & (
  | { kind: 'leaf'; value: HostTensor }
  | { kind: 'input'; name: string }
  | { kind: 'splat'; fill: number }
  | {
      kind: 'op';
      op: string;
      inputs: LazyNode[];
      /** What distinguishes two nodes of the same operator; part of the structure’s key. */
      attributes: unknown;
      emit: Emit;
      /** The operator broadcasts, so a splat may be handed to it as one number. */
      broadcasts: boolean;
      /** Each place of the result depends on the same place of the inputs alone, or on an input of one element. */
      elementwise: boolean;
      /** Filled when somebody read it, so that it is not computed again. */
      value?: HostTensor;
    }
);

export const leaf = (value: HostTensor): LazyNode => ({ kind: 'leaf', shape: value.shape, dtype: value.dtype, value });
export const splat = (shape: number[], dtype: Dtype, fill: number): LazyNode => ({ kind: 'splat', shape, dtype, fill });

const ARRAYS = { float32: Float32Array, int32: Int32Array, bool: Uint8Array } as const;

/** Values in the array type that belongs to the element type. */
export function toHost(values: ArrayLike<number>, shape: number[], dtype: Dtype): HostTensor {
  const Type = ARRAYS[dtype];
  return { dtype, shape, data: values instanceof Type ? values : Type.from(values as ArrayLike<number>) };
}

/** The stored or implied value of a node that needs no computing; undefined for the rest. */
export function knownValue(node: LazyNode): HostTensor | undefined {
  if (node.kind === 'leaf') return node.value;
  if (node.kind === 'op') return node.value;
  if (node.kind !== 'splat') return undefined;
  const data = new ARRAYS[node.dtype](elementCount(node.shape)).fill(node.fill);
  return { dtype: node.dtype, shape: node.shape, data };
}

/** Items in an order in which each follows what `before` says it needs. Iterative: a training step is thousands deep. */
export function inOrder<T>(roots: readonly T[], before: (item: T) => readonly T[]): T[] {
  const seen = new Set<T>();
  const order: T[] = [];
  for (const root of roots) {
    const stack = [{ item: root, needs: before(root), next: 0 }];
    while (stack.length > 0) {
      const top = stack[stack.length - 1]!;
      if (seen.has(top.item)) stack.pop();
      else if (top.next < top.needs.length) {
        const item = top.needs[top.next++]!;
        if (!seen.has(item)) stack.push({ item, needs: before(item), next: 0 });
      } else {
        seen.add(top.item);
        order.push(top.item);
        stack.pop();
      }
    }
  }
  return order;
}

/** What a node is computed from; nothing for what is known. */
export const inputsOf = (node: LazyNode): readonly LazyNode[] =>
  node.kind === 'op' && node.value === undefined ? node.inputs : [];

/** Nodes in an order in which each follows its inputs. */
export const topologicalOrder = (roots: readonly LazyNode[]): LazyNode[] => inOrder(roots, inputsOf);
