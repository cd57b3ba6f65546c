// The one extension of a request's time (GDPR Art. 12(3)).
import { monthsAfter } from '../domain/deadline.ts';
import { requestMark } from '../domain/marks.ts';
import { isOpenRequest } from '../domain/states.ts';
import type { Act, ActOutcome, Deed } from '../runs/lifecycle-port.ts';
import type { Context, Trx } from './db.ts';
import { doneBefore, recordEvent } from './events.ts';
import { append } from './ledger.ts';
import { loadRequest } from './requests.ts';
import { lockRequests } from './targets.ts';

type Extending = Act & { deed: Extract<Deed, { action: 'extend' }> };

export async function extend(context: Context, trx: Trx, wish: Extending): Promise<ActOutcome> {
  const { tenant, id, actor, reason } = wish;
  const { months, notified_at } = wish.deed;
  await lockRequests(trx, tenant, [id]);
  const request = await loadRequest(trx, tenant, id);
  if (request === null) return { status: 'unknown' };
  if (await doneBefore(trx, wish)) return { status: 'done', request, ring: [] };
  wish.check?.(requestMark(request));
  const at = await context.now(trx);
  if (!isOpenRequest(request.state)) return { status: 'not_extendable', why: 'ended' };
  if (request.extension !== null) return { status: 'not_extendable', why: 'extended' };
  if (at >= request.due_at) return { status: 'not_extendable', why: 'due' };
  const due_at = monthsAfter(request.submitted_at, 1 + months);
  await trx
    .updateTable('deletion_requests')
    .set((eb) => ({ due_at, updated_at: at, version: eb('version', '+', 1) }))
    .where('tenant_id', '=', tenant)
    .where('id', '=', id)
    .execute();
  const details = { months, notified_at, was_due_at: request.due_at };
  const event = await recordEvent(trx, {
    ...{ id: wish.once?.id, tenant, of: { request_id: id }, action: 'extend', actor, reason, details, at },
  });
  const data = { request_id: id, ...event, ...details, due_at };
  await append(context, trx, { tenant, type: 'request.extended', actor, data });
  return { status: 'done', request: (await loadRequest(trx, tenant, id))!, ring: [] };
}
