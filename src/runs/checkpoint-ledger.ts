// A signed checkpoint of the ledger now and then, and soon after a certificate, so that its proof does not keep anybody waiting.
import type { RunDeps } from './deps.ts';

type Checkpointing = Pick<RunDeps, 'store' | 'signer' | 'settings' | 'log'>;

/** Makes a checkpoint when one is due; returns its size, or null. Throws `ledger-altered`, and signs nothing, over a broken chain. */
export async function checkpointLedger({ store, signer, settings, log }: Checkpointing): Promise<number | null> {
  if (!(await store.ledgerCheckpointDue(settings.ledgerCheckpointMs))) return null;
  const made = await store.makeLedgerCheckpoint((head) => signer.signTree(head));
  if (made === null) return null;
  log.info({ size: made.size }, 'A checkpoint of the ledger was signed');
  return made.size;
}

/** The same where something else is more important: what fails is logged, and the sweep tries again. */
export async function checkpointSoon(deps: Checkpointing): Promise<void> {
  try {
    await checkpointLedger(deps);
  } catch (error) {
    deps.log.warn({ err: error }, 'No checkpoint of the ledger was signed; the next sweep tries again');
  }
}
