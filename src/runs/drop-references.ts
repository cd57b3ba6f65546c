// Deletes retrained models that nobody may or need have any more.
import type { RunDeps } from './deps.ts';

/**
 * A chore of the sweep. The ledger never says `deleted` of something that is still there, but for files that a model has too
 * (`files_kept`); returns how many went.
 */
export async function dropReferences(
  deps: Pick<RunDeps, 'store' | 'checkpoints' | 'worker' | 'settings' | 'log'>,
): Promise<number> {
  const { referenceRetentionMs: unused_ms, referenceBytes: bytes } = deps.settings;
  const due = await deps.store.dueReferences({ unused_ms, bytes });
  for (const one of due) {
    const remove = () => deps.checkpoints.remove(one.digest);
    if (await deps.store.dropReference(one, { unused_ms, bytes }, deps.worker, remove))
      deps.log.info({ model_id: one.model_id, digest: one.digest, reason: one.reason }, 'A reference was deleted');
  }
  return due.length;
}
