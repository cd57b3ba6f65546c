// Commands that compute in their own process.
import { heapIsShared, SHARED_HEAP } from '../compute-environment.ts';

/**
 * Starts this process again, in its place, with the heap that compute processes have (SHARED_HEAP in config.ts), unless it
 * has it. To be called before anything is opened; on other systems than Linux it does nothing.
 */
export function enterSharedHeap(): void {
  if (heapIsShared() || Object.keys(SHARED_HEAP).length === 0) return;
  const words = [process.execPath, ...process.execArgv, ...process.argv.slice(1)];
  process.execve?.(process.execPath, words, { ...process.env, ...SHARED_HEAP });
}
