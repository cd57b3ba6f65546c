// A child must not outlive its parent: a second worker may be running the same work by then.
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';

/**
 * Kills this process when its parent is gone, even while a long synchronous step blocks the event loop: a thread of
 * its own watches. Resolves once that thread runs. `parent` is the process id that the parent gave us, not
 * process.ppid at start, since the parent may be dead already (or be process 1 of a container).
 */
export async function dieWithParent(parent: number): Promise<{ stop(): Promise<void> }> {
  const watchdog = new Worker(new URL('./watchdog.ts', import.meta.url), { workerData: { parent } });
  watchdog.unref();
  await once(watchdog, 'message');
  return {
    async stop() {
      await watchdog.terminate();
    },
  };
}

/** Ends this process when the channel to the parent closes, and keeps writes to closed pipes from spinning. */
export function endWithChannel(): void {
  process.on('disconnect', () => process.exit(1));
  const ignoreBrokenPipe = (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  };
  process.stdout.on('error', ignoreBrokenPipe);
  process.stderr.on('error', ignoreBrokenPipe);
}
