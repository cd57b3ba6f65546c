// A candidate that is not to be published.
import type { RunDeps } from './deps.ts';

type RemoveDeps = Pick<RunDeps, 'store' | 'checkpoints' | 'log'>;

/** Removes its files, but not those of a reference that was kept or of a published checkpoint: the same training is the same to the bit. */
export async function removeCandidate({ store, checkpoints, log }: RemoveDeps, digest: string | null): Promise<void> {
  if (digest === null) return;
  try {
    if (!(await store.isNamed(digest))) await checkpoints.remove(digest);
  } catch (err) {
    log.warn({ digest, err }, 'A refused candidate was not removed');
  }
}
