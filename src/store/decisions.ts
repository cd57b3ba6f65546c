// What was decided about a request, as its row and its events have it.
import { DENIALS, type Decisions, type DenialCode, type RequestEvent } from '../domain/lifecycle.ts';
import type { DeletionRequestsTable } from './schema-requests.ts';

type Row = Pick<DeletionRequestsTable, 'verified_at' | 'starts_after' | 'approval_required' | 'approved_at' | 'state'>;

const said = ({ by, at, reason }: RequestEvent) => ({ reason: reason ?? '', by, at });

/** `events` are those of the request, in order. */
export function decisionsOf(row: Row, events: readonly RequestEvent[]): Decisions {
  const last = (...actions: string[]) => events.findLast(({ action }) => actions.includes(action));
  const [approval, hold] = [last('approve'), last('hold', 'release', 'deny', 'cancel')];
  const [denial, extension] = [last('deny'), last('extend')];
  const code = denial?.details.code as DenialCode;
  return {
    ...{ verified_at: row.verified_at, starts_after: row.starts_after, approval_required: row.approval_required },
    approval:
      approval === undefined || row.approved_at === null
        ? null
        : { plan_digest: String(approval.details.plan_digest), by: approval.by, at: approval.at },
    hold: hold?.action === 'hold' ? said(hold) : null,
    denial: denial === undefined ? null : { code, article: DENIALS[code], ...said(denial) },
    extension:
      extension === undefined
        ? null
        : {
            months: Number(extension.details.months),
            notified_at: String(extension.details.notified_at),
            ...said(extension),
          },
  };
}
