// What people decide about requests and runs, as the store carries it out.
import type { ApprovedStep, DenialCode, RequestEvent } from '../domain/lifecycle.ts';
import type { DeletionRequest, Model, Run } from '../domain/resources.ts';
import type { RequestAction, RequestState, RunState, TargetState } from '../domain/states.ts';
import type { SetCounts } from './plan/facts.ts';
import type { Claim, Publication } from './store-port.ts';

/** The plan of one target, as it was approved. */
export interface ApprovedTarget {
  target_id: string;
  model_id: string;
  /** The model's active checkpoint: another one makes it another plan. */
  checkpoint: string;
  steps: ApprovedStep[];
}

/** What somebody asks of a request, with what the action needs. */
export type Deed =
  | { action: Exclude<RequestAction, 'approve' | 'deny' | 'cancel'> }
  /** `whole`: all targets or, where one has begun or ended otherwise, none. */
  | { action: 'cancel'; whole?: boolean }
  | { action: 'deny'; code: DenialCode }
  | {
      action: 'approve';
      plan_digest: string;
      /** Of the plan as it is now, which `targets` are: another one is not approved. */
      present_digest: string;
      targets: ApprovedTarget[];
      four_eyes: boolean;
    }
  | { action: 'extend'; months: number; notified_at: string };

interface Asked {
  tenant: string;
  id: string;
  actor: string;
  reason: string | null;
  /** Throws where the caller expects another state of the resource than this mark names; called under its lock. */
  check?(mark: string): void;
  /** Id of the event; `again`: an earlier try of the same call may have written it, and then has done what is asked. */
  once?: { id: string; again: boolean };
}
export type Act = Asked & { deed: Deed };

export type ActOutcome =
  | { status: 'done'; request: DeletionRequest /** Models that something waits for now. */; ring: string[] }
  | { status: 'unknown' }
  /**
   * No target is in a state that the action moves, or a run, which is named then, has claimed those that are; or, of a cancel of the
   * whole, not all are.
   */
  | { status: 'conflict'; state: RequestState; allowed: string[]; run_id: string | null }
  /** Four eyes: whoever made the request may not approve it. */
  | { status: 'same_actor' }
  | { status: 'plan_changed' }
  /** Of a retry: the models of all targets that it would move were deleted. */
  | { status: 'models_deleted' }
  /** Of a retry: another request about the person and the model is open. */
  | { status: 'already_open'; request_id: string }
  | { status: 'not_extendable'; why: 'ended' | 'extended' | 'due' };

export interface RunAct extends Asked {
  /** Rollback window of the checkpoint that is replaced, milliseconds. */
  parent_retention_ms: number;
}
export type RunActOutcome =
  | { status: 'done'; run: Run }
  | { status: 'unknown' }
  | { status: 'conflict'; state: RunState }
  /** Four eyes: whoever made or approved a request of the run may not promote its candidate. */
  | { status: 'same_actor' }
  /** Another run published first; the run's targets wait again. */
  | { status: 'superseded' }
  /** A later run published over it. */
  | { status: 'built_upon' }
  /** The rollback window is over. */
  | { status: 'parent_gone' };

/** What a promotion publishes. */
export type Held = Pick<Publication, 'checkpoint' | 'kept'>;

export interface PlannableTarget extends SetCounts {
  target_id: string;
  state: TargetState;
  model: Model;
}

export interface LifecycleStore {
  /** One action on a request: state, event and ledger entry in one transaction; of two callers one wins. */
  actOnRequest(act: Act): Promise<ActOutcome>;
  /** Moves on what has waited for the end of its cooling-off time; returns how many requests. */
  endCoolingOff(actor: string): Promise<number>;
  /** What a run would find for each target that waits; null for an unknown request. */
  plannableTargets(tenant: string, id: string): Promise<PlannableTarget[] | null>;
  /** What was done to the request, in order. */
  requestEvents(tenant: string, id: string): Promise<RequestEvent[]>;
  /** Leaves a verified candidate to whoever promotes it; false when the fence is stale. */
  awaitPromotion(claim: Claim, held: Held, actor: string): Promise<boolean>;
  promoteRun(act: RunAct & { four_eyes: boolean }): Promise<RunActOutcome>;
  rollBackRun(act: RunAct): Promise<RunActOutcome>;
}
