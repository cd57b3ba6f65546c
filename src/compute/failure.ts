// What of a failure leaves the compute process.
import { hasCode } from '../checkpoints/disk.ts';
import { storageError } from '../checkpoints/storage-errors.ts';
import { ExpungeError, type ProblemCode } from '../errors.ts';

/** How the runtimes say that memory did not suffice: ONNX Runtime, C++, V8, WebGPU. */
const NO_MEMORY = /failed to allocate memory|bad_alloc|array buffer allocation failed|out of memory/i;

/**
 * Code and text for the run. Messages of parsers quote what they read, which may be training text: only our own go
 * further, and the log of the worker has the rest.
 */
export function explainFailure(error: unknown): { code: ProblemCode; message: string } {
  if (error instanceof ExpungeError) return { code: error.code, message: error.message };
  if (error instanceof Error && NO_MEMORY.test(error.message)) {
    const message =
      'The memory of the machine or of its device did not suffice: take a smaller batch or a smaller model.';
    return { code: 'out-of-memory', message };
  }
  // what is written here is the candidate; what may not be read can be any file
  const disk = hasCode(error, 'EACCES', 'EPERM', 'ENOTDIR') ? null : storageError(error);
  if (disk instanceof ExpungeError) return { code: disk.code, message: disk.message };
  return { code: 'compute-failed', message: 'An unexpected error; the log of the worker says where.' };
}
