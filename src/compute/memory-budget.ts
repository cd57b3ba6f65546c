// How much memory a compute process may take.
import { totalmem } from 'node:os';

/** Left to the system, the database, the API and the worker: this much, or a quarter of a small machine. */
const RESERVE_BYTES = 1 << 30;
/** Backends whose tensors lie in the memory of the host; others have a memory that the host does not see. */
const ON_HOST: readonly string[] = ['onnxruntime/cpu', 'tfjs-cpu'];

/** What this machine, or the container around this process, has, less a reserve. */
export function machineBudget(limit: number = process.constrainedMemory(), installed: number = totalmem()): number {
  // without a limit Node gives 0, or a number beyond any memory
  const total = limit > 0 && limit < installed ? limit : installed;
  return total - Math.min(RESERVE_BYTES, Math.floor(total / 4));
}

/** Bytes, or null for no limit. `configured`: MEMORY_BUDGET_BYTES, null where it is not set. */
export function memoryBudget(configured: number | null, backend: string): number | null {
  if (configured !== null) return configured;
  return ON_HOST.includes(backend) ? machineBudget() : null;
}
