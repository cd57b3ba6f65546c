// What a request waits for, by its row.
import { type TargetState, waitingState } from '../domain/states.ts';
import type { DeletionRequestsTable } from './schema-requests.ts';

type Row = Pick<DeletionRequestsTable, 'verified_at' | 'starts_after' | 'approval_required' | 'approved_at'>;

/** Where a target of the request waits that nobody holds. */
export const waitsAt = (row: Row, now: string): TargetState =>
  waitingState({
    held: false,
    verified: row.verified_at !== null,
    cooled: row.starts_after === null || row.starts_after <= now,
    approved: !row.approval_required || row.approved_at !== null,
  });
