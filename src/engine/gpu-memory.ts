// What the cards of this machine hold, as NVIDIA's driver says it. The libraries that compute do not tell.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { GpuMemory } from '../domain/workers.ts';
import { nvidiaNames } from './hardware.ts';

const ASK = ['--query-gpu=uuid,memory.used,memory.total', '--format=csv,noheader,nounits'];
const PATIENCE_MS = 3000;
const MIB = 1024 * 1024;

/** Lines of `nvidia-smi`: uuid, MiB used, MiB in all. What is no number (`[N/A]`) is left out. */
export function readGpuMemory(text: string): GpuMemory[] {
  return text.split('\n').flatMap((line): GpuMemory[] => {
    const [uuid = '', used = '', total = ''] = line.split(',').map((field) => field.trim());
    if (uuid === '' || !/^\d+$/.test(used) || !/^\d+$/.test(total)) return [];
    return [{ uuid, used_bytes: Number(used) * MIB, total_bytes: Number(total) * MIB }];
  });
}

/** Empty where there is no such card, or its driver does not answer. */
export async function gpuMemory(names = nvidiaNames): Promise<GpuMemory[]> {
  // asking costs a process, which a machine without a card is spared
  if (names().length === 0) return [];
  try {
    const { stdout } = await promisify(execFile)('nvidia-smi', ASK, { timeout: PATIENCE_MS });
    return readGpuMemory(stdout);
  } catch {
    return [];
  }
}
