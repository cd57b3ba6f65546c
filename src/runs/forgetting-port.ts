// The ledger of forgetting and the consolidations that it asks for, as the store keeps them.
import type { Consolidation, ForgettingRun } from '../domain/forgetting.ts';
import type { RemovedBefore } from '../domain/removed-before.ts';

/** A published run, but for what the registry of methods knows and a report has to be read for. */
export interface PublishedRun extends Omit<ForgettingRun, 'guarantee' | 'utility' | 'earlier'> {
  /** Its candidate carries a bound that was kept to. */
  certified: boolean;
  report: {
    retain: { metric: string; set: string; before: number | null; after: number | null; verdict: unknown }[];
    before: { people: number; people_above: number; unobservable_requests: number; verdict: unknown } | null;
  };
}

export interface NewConsolidation {
  id: string;
  tenant: string;
  model_id: string;
  why: Consolidation['why'];
  reason: string | null;
  actor: string;
}

export interface ForgettingStore {
  /** Published runs of a model, the oldest first, and the checkpoint that it was registered with; null for an unknown model. */
  publishedRuns(
    tenant: string,
    modelId: string,
  ): Promise<{ runs: PublishedRun[]; registered: { checkpoint: string; at: string } } | null>;
  /** What published runs have removed from these models of what a request is about; null: nothing. */
  removedBefore(tenant: string, requestId: string, models: readonly string[]): Promise<RemovedBefore | null>;
  /** The last that was queued; null: none ever was. */
  consolidationOf(tenant: string, modelId: string): Promise<Consolidation | null>;
  /** Whether this one was ever queued. */
  hasConsolidation(tenant: string, id: string): Promise<boolean>;
  /** Queues one, with a ledger entry; `open`: one waits or is under way. */
  queueConsolidation(one: NewConsolidation): Promise<{ status: 'queued' } | { status: 'open'; id: string }>;
  /** Models with published runs that nobody has held against their budget. */
  modelsToJudge(): Promise<{ tenant: string; model_id: string }[]>;
  /** Notes that these are. */
  noteJudged(tenant: string, runIds: readonly string[]): Promise<void>;
  /** What waits, and has nothing to do any more. */
  dropConsolidation(tenant: string, id: string, actor: string): Promise<void>;
}
