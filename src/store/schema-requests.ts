// The tables of deletion requests as Kysely sees them.
import type { Generated } from 'kysely';
import type { ApprovedStep } from '../domain/lifecycle.ts';
import type { AskedRecords, MethodChoice } from '../domain/resources.ts';
import type { RequestState, TargetState } from '../domain/states.ts';
import type { Suspicion } from '../domain/suspicion.ts';
import type { Json, SubjectColumns } from './schema.ts';

export interface DeletionRequestsTable {
  id: string;
  tenant_id: string;
  external_id: string | null;
  group_id: string | null;
  ground: string | null;
  method: Json<MethodChoice> | null;
  reverify_seconds: number | null;
  /** What it asked for beside its subjects; the records are in `request_records`. */
  asked_records: Json<AskedRecords> | null;
  /** Derived from the targets in the transaction that changes them; here so that lists can filter by it. */
  state: RequestState;
  created_by: string;
  verified_at: string | null;
  /** End of the cooling-off time. */
  starts_after: string | null;
  approval_required: boolean;
  /** It names no models: it is about every one that knows its person. */
  every_model: Generated<boolean>;
  /** It waits for nobody. */
  urgent: boolean;
  /** Why it has to be approved, where what it asks for is unusual. */
  suspicion: Json<Suspicion> | null;
  /** Of the approval that counts now: a retry needs another one. */
  approved_at: string | null;
  /** It found nothing while a gate was closed: its person goes on the suppression list once none is. */
  suppression_waits: Generated<boolean>;
  submitted_at: string;
  received_at: string;
  due_at: string;
  completed_at: string | null;
  /** When the text of its records was gone. */
  erased_at: Generated<string | null>;
  /** Not before then is it looked at again whether the text may go. */
  erasure_look_at: Generated<string | null>;
  /** W3C Trace Context; null: nobody followed how it came in. */
  traceparent: Generated<string | null>;
  updated_at: string;
  version: number;
}

export interface RequestTargetsTable {
  id: string;
  tenant_id: string;
  request_id: string;
  model_id: string;
  state: TargetState;
  reason: string | null;
  run_id: string | null;
  records: number;
  approved_steps: Json<ApprovedStep[]> | null;
  /** The checkpoint that they were to start from. */
  approved_checkpoint: string | null;
  /** The run that was split and that it waits to be tried in a half of. */
  split_of: string | null;
  split_part: number | null;
  updated_at: string;
}

export interface RequestSubjectsTable extends SubjectColumns {
  request_id: string;
}

/** Who did what to a request, or to a run, and why. The ledger holds a digest of `salt` and `reason`, which can be erased. */
export interface RequestEventsTable {
  id: string;
  tenant_id: string;
  request_id: string | null;
  run_id: string | null;
  action: string;
  actor: string;
  at: string;
  details: Json<Record<string, unknown>>;
  reason: string | null;
  salt: string | null;
}
