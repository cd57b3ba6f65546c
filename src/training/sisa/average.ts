// The adapters of several shards as one set of weights.
import type { Projections } from '../../domain/architecture.ts';
import { float32, type HostTensor, type HostTensors } from '../../domain/engine.ts';
import { adapterA, adapterB } from '../../domain/lora.ts';
import { mergeAdapters } from '../lora.ts';

/** Matrices side by side. */
function beside(matrices: readonly HostTensor[]): HostTensor {
  const rows = matrices[0]!.shape[0]!;
  const columns = matrices.map(({ shape }) => shape[1]!);
  const width = columns.reduce((sum, count) => sum + count, 0);
  const data = new Float32Array(rows * width);
  let from = 0;
  matrices.forEach(({ data: values }, m) => {
    const count = columns[m]!;
    for (let r = 0; r < rows; r++) for (let c = 0; c < count; c++) data[r * width + from + c] = values[r * count + c]!;
    from += count;
  });
  return float32(data, [rows, width]);
}

/** Matrices one below the other. */
function stacked(matrices: readonly HostTensor[]): HostTensor {
  const [first] = matrices;
  const data = new Float32Array(matrices.reduce((sum, matrix) => sum + matrix.data.length, 0));
  let from = 0;
  for (const matrix of matrices) {
    data.set(matrix.data, from);
    from += matrix.data.length;
  }
  return float32(data, [data.length / first!.shape[1]!, first!.shape[1]!]);
}

/**
 * The weights with the mean of what the adapters of each shard add: W + scale / S (A_1 B_1 + … + A_S B_S), which is one
 * adapter of S times the rank.
 */
export function mergeAverage(
  weights: HostTensors,
  shards: readonly HostTensors[],
  scale: number,
  projections: Projections,
): HostTensors {
  const joined: HostTensors = {};
  for (const module of projections.modules) {
    const [a, b] = [adapterA(module), adapterB(module)];
    if (shards[0]![a] === undefined) continue;
    joined[a] = beside(shards.map((shard) => shard[a]!));
    joined[b] = stacked(shards.map((shard) => shard[b]!));
  }
  return mergeAdapters(weights, joined, scale / shards.length, projections);
}
