// What people do to requests and runs. Their words are in a table that can be erased; the ledger commits to them by digest.
import { hash, randomBytes } from 'node:crypto';
import { v7 as uuid } from 'uuid';
import type { RequestEvent } from '../domain/lifecycle.ts';
import type { Act } from '../runs/lifecycle-port.ts';
import type { Db, Trx } from './db.ts';

interface NewEvent {
  /** Left out: a new one. */
  id?: string | undefined;
  tenant: string;
  of: { request_id: string } | { run_id: string };
  action: string;
  actor: string;
  reason: string | null;
  details: Record<string, unknown>;
  at: string;
}

/** Writes the event down; returns what the ledger says of it. */
export async function recordEvent(trx: Trx, event: NewEvent): Promise<{ event_id: string; reason_digest?: string }> {
  const { tenant, of, action, actor, reason, details, at } = event;
  const { id = uuid() } = event;
  // without the salt a short reason could be guessed from its digest
  const salt = reason === null ? null : randomBytes(16).toString('hex');
  await trx
    .insertInto('request_events')
    .values({
      ...{ id, tenant_id: tenant, request_id: null, run_id: null, ...of },
      ...{ action, actor, at, details: JSON.stringify(details), reason, salt },
    })
    .execute();
  return { event_id: id, ...(salt === null ? {} : { reason_digest: `sha256:${hash('sha256', `${salt} ${reason}`)}` }) };
}

/** Whether an earlier try of the call has done it. The caller holds the lock under which it is done. */
export async function doneBefore(trx: Trx, { tenant, once }: Pick<Act, 'tenant' | 'once'>): Promise<boolean> {
  if (once?.again !== true) return false;
  const query = trx.selectFrom('request_events').select('id').where('tenant_id', '=', tenant);
  return (await query.where('id', '=', once.id).executeTakeFirst()) !== undefined;
}

export async function eventsOf(
  db: Db,
  tenant: string,
  requests: readonly string[],
): Promise<(RequestEvent & { request_id: string | null })[]> {
  return (
    db
      .selectFrom('request_events')
      .select(['request_id', 'id', 'action', 'actor as by', 'at', 'reason', 'details'])
      .where('tenant_id', '=', tenant)
      .where('request_id', 'in', requests)
      // the id of a call that is made again is as old as its first try
      .orderBy('at')
      .orderBy('id')
      .execute()
  );
}
