// The safety net: whatever a lost ring, a killed worker or a wiped queue left undone is found here.
import { setTimeout as sleep } from 'node:timers/promises';
import { certifySome } from './certify.ts';
import { checkpointLedger } from './checkpoint-ledger.ts';
import type { RunDeps } from './deps.ts';
import { dropReferences } from './drop-references.ts';
import { removeTexts } from './ending.ts';
import { eraseDue } from './erase/erase-due.ts';
import { judgeBudgets } from './forgetting.ts';
import { noteDeletions } from './note-deletions.ts';
import { retireExpired } from './retire.ts';
import { queueReverifications } from './reverify.ts';
import { shredExpired } from './shred.ts';

const chores: Record<string, (deps: RunDeps) => Promise<unknown>> = {
  // before the rings: what is queued or moves on now is rung for at once
  budgets: judgeBudgets,
  cooling: ({ store, worker }) => store.endCoolingOff(worker),
  ring: async ({ store, doorbell }) => {
    for (const modelId of await store.modelsToRing()) await doorbell.ringModel(modelId);
  },
  certify: (deps) => certifySome(deps),
  ledger: checkpointLedger,
  deletions: noteDeletions,
  retire: retireExpired,
  restrictions: ({ store, worker }) => store.endRestrictions(worker),
  texts: (deps) => removeTexts(deps, deps.worker),
  // after what is due is deleted: the text of a request waits for the checkpoints that knew it
  erase: eraseDue,
  shred: shredExpired,
  references: dropReferences,
  keys: ({ store }) => store.deleteExpiredKeys(),
  probes: ({ store }) => store.deleteExpiredProbes(),
  influence: async ({ store, doorbell }) => {
    await store.deleteExpiredInfluence();
    for (const id of await store.influenceToRing()) await doorbell.ringInfluence(id);
  },
  // after what is over is shredded, and before the rings for what waits
  reverify: queueReverifications,
  verifications: async ({ store, doorbell }) => {
    for (const id of await store.verificationsToRing()) await doorbell.ringVerification(id);
  },
  webhooks: async ({ store, doorbell, webhooks }) => {
    await store.deleteOldWebhookEvents(webhooks.retention_ms);
    for (const id of await store.webhookEndpointsToRing()) await doorbell.ringWebhook(id);
  },
  factors: ({ store, factors }) => factors.sweep(store.keepersOf),
  folders: ({ store, checkpoints }) => checkpoints.sweepWorkFolders((runId) => store.runIsOpen(runId)),
  uploads: async ({ store, uploads }) => {
    await store.deleteExpiredUploads();
    await uploads.sweep((id) => store.uploadIsOpen(id));
  },
  candidates: ({ store, checkpoints }) => checkpoints.sweepCandidates((runId, digest) => store.isOrphan(runId, digest)),
};

/** Does every chore once, if no other worker is at it. One that fails is logged and leaves the others alone. */
export async function sweepOnce(deps: RunDeps): Promise<boolean> {
  return deps.store.withSweepLock(async () => {
    for (const [name, chore] of Object.entries(chores)) {
      try {
        await chore(deps);
      } catch (error) {
        deps.log.warn({ chore: name, err: error }, 'A chore of the sweep failed; the next sweep repeats it');
      }
    }
  });
}

/** Sweeps at once and then every `everyMs`, never two at a time. `stop` waits for the one that is under way. */
export function startSweep(deps: RunDeps, everyMs: number): { stop(): Promise<void> } {
  const stopping = new AbortController();
  const { signal } = stopping;
  async function loop(): Promise<void> {
    while (!signal.aborted) {
      try {
        await sweepOnce(deps);
      } catch (error) {
        deps.log.warn({ err: error }, 'The sweep did not run');
      }
      await sleep(everyMs, undefined, { signal }).catch(() => undefined);
    }
  }
  const running = loop();
  return {
    async stop() {
      stopping.abort();
      await running;
    },
  };
}
